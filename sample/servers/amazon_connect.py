"""An Amazon Connect instance on loopback: contacts, Contact Lens, users, queues, and its bucket.

Not fed from the sample company: tests fill an `Instance` and serve `app(instance)`. It speaks
AWS's JSON (instants as seconds since 1970) and S3's XML, checks the signature of every request
(version 4), throttles, pages, and gives no more contacts per search than `cap`, though it counts
them all. boto3 reads its answers by AWS's own service model, so a name that AWS does not know
would not arrive.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

Row = dict[str, Any]
KEYS = ("AKIASAMPLEKEY0000001", "sample-connect-4c1f0b7de9")
INSTANCE = "11111111-2222-3333-4444-555555555555"
TIMES = {
    "INITIATION_TIMESTAMP": "InitiationTimestamp",
    "DISCONNECT_TIMESTAMP": "DisconnectTimestamp",
}
# What a search shows of a contact; the rest only DescribeContact tells.
SUMMARY = (
    *("Arn", "Id", "InitialContactId", "PreviousContactId", "InitiationMethod", "Channel"),
    *("InitiationTimestamp", "DisconnectTimestamp", "ScheduledTimestamp", "Name"),
)


@dataclass
class Instance:
    """What the instance holds. Times in rows are ISO 8601 text.

    Attributes:
        cap: contacts that one search gives at most, over all its pages.
        throttled: how many of the next requests are refused with 429.
        spoken: real-time segments by contact; files: the bucket, key → (written at, content).
    """

    cap: int = 1000
    page: int = 100
    throttled: int = 0
    contacts: dict[str, Row] = field(default_factory=dict)
    users: list[Row] = field(default_factory=list)
    queues: list[Row] = field(default_factory=list)
    spoken: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def put(self, contact: Row) -> None:
        """Add a contact, or put it in the place of the one with its id."""
        self.contacts[contact["Id"]] = contact


def app(instance: Instance) -> FastAPI:
    """The instance's API, Contact Lens and bucket (`/sample-bucket/…`) under one address."""
    api = FastAPI(openapi_url=None)
    api.state.asked = []

    @api.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        if not await is_signed(request):
            return refused(403, "InvalidSignatureException")
        if instance.throttled:
            instance.throttled -= 1
            return refused(429, "TooManyRequestsException")
        api.state.asked.append((request.url.path, (await request.body()).decode()))
        return await answer(request)

    @api.post("/search-contacts")
    async def search(request: Request) -> Response:
        return found_contacts(instance, await request.json())

    @api.get("/contacts/{_}/{key}")
    def describe(key: str) -> Response:
        if key not in instance.contacts:
            return refused(404, "ResourceNotFoundException")
        return JSONResponse({"Contact": wire(instance.contacts[key])})

    @api.get("/queues-summary/{_}")
    def queues(request: Request) -> Response:
        asked = dict(request.query_params)
        return listed("QueueSummaryList", instance.queues, instance.page, asked.get("nextToken"))

    @api.post("/search-users")
    async def users(request: Request) -> Response:
        token = (await request.json()).get("NextToken")
        return listed("Users", instance.users, instance.page, token)

    @api.post("/realtime-contact-analysis/analysis-segments")
    async def voice(request: Request) -> Response:
        asked = await request.json()
        return segments(instance, asked["ContactId"], "VOICE", asked.get("NextToken"))

    @api.post("/contact/list-real-time-analysis-segments-v2/{_}/{key}")
    async def chat(key: str, request: Request) -> Response:
        token = (await request.json()).get("NextToken")
        return segments(instance, key, "CHAT", token, {"Channel": "CHAT", "Status": "COMPLETED"})

    @api.get("/sample-bucket")
    def files(request: Request) -> Response:
        return file_list(instance, request.query_params.get("prefix", ""))

    @api.get("/sample-bucket/{key:path}")
    def file(key: str) -> Response:
        return Response(instance.files[key][1], media_type="application/json")

    return api


def refused(status: int, code: str) -> JSONResponse:
    """An error as AWS's JSON services word it."""
    body = {"Message": f"secret details of {KEYS[0]}"}
    return JSONResponse(body, status_code=status, headers={"x-amzn-ErrorType": code})


async def is_signed(request: Request) -> bool:
    """Whether the request carries the signature that our secret gives it."""
    given = request.headers.get("Authorization", "")
    parts = dict(
        part.strip().split("=", 1) for part in given.partition(" ")[2].split(",") if "=" in part
    )
    scope = parts.get("Credential", "").split("/")
    if len(scope) != 5 or scope[0] != KEYS[0]:
        return False
    signer = (S3SigV4Auth if scope[3] == "s3" else SigV4Auth)(
        Credentials(*KEYS), scope[3], scope[2]
    )
    # As it came: frameworks decode the path, and the signature is over its encoded form.
    path, query = request.scope["raw_path"].decode(), request.scope["query_string"].decode()
    again = AWSRequest(
        request.method,
        f"http://{request.headers['host']}{path}" + (f"?{query}" if query else ""),
        headers={name: request.headers[name] for name in parts["SignedHeaders"].split(";")},
        data=await request.body(),
    )
    again.context["timestamp"] = request.headers["x-amz-date"]
    wanted = signer.string_to_sign(again, signer.canonical_request(again))
    return bool(signer.signature(wanted, again) == parts["Signature"])


def wire(value: Any, name: str = "") -> Any:
    """A row as AWS sends it: instants as seconds since 1970."""
    if isinstance(value, dict):
        return {key: wire(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [wire(inner) for inner in value]
    if isinstance(value, str) and name.endswith("Timestamp"):
        return datetime.fromisoformat(value).timestamp()
    return value


def listed(key: str, rows: list[Row], size: int, token: str | None, more: Any = ()) -> JSONResponse:
    """One page; the token is the number of rows before the next."""
    first = int(token or 0)
    body: Row = {**dict(more), key: [wire(row) for row in rows[first : first + size]]}
    if first + size < len(rows):
        body["NextToken"] = str(first + size)
    return JSONResponse(body)


def found_contacts(instance: Instance, asked: Row) -> JSONResponse:
    stretch = asked["TimeRange"]
    time = TIMES[stretch["Type"]]
    timed = [
        (datetime.fromisoformat(row[time]).timestamp(), row)
        for row in instance.contacts.values()
        if row.get(time)
    ]
    rows = [
        {**{name: row[name] for name in SUMMARY if row.get(name)}, **_assigned(row)}
        for at, row in sorted(timed, key=lambda each: (each[0], each[1]["Id"]))
        if stretch["StartTime"] <= at <= stretch["EndTime"]
    ]
    shown, total = rows[: instance.cap], {"TotalCount": len(rows)}
    size = min(asked.get("MaxResults", 100), instance.page)
    return listed("Contacts", shown, size, asked.get("NextToken"), total)


def _assigned(row: Row) -> Row:
    names = {
        "QueueInfo": ("Id", "EnqueueTimestamp"),
        "AgentInfo": ("Id", "ConnectedToAgentTimestamp"),
    }
    return {
        part: {name: row[part][name] for name in kept if name in row[part]}
        for part, kept in names.items()
        if row.get(part)
    }


def segments(
    instance: Instance, key: str, channel: str, token: str | None, more: Any = ()
) -> JSONResponse:
    contact = instance.contacts.get(key)
    if contact is None or contact["Channel"] != channel:
        return refused(400, "InvalidRequestException")
    if key not in instance.spoken:
        return refused(404, "ResourceNotFoundException")
    rows = [{"Transcript": turn} for turn in instance.spoken[key]]
    return listed("Segments", rows, instance.page, token, more)


def file_list(instance: Instance, prefix: str) -> Response:
    entries = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>{at}</LastModified>"
        f'<ETag>"x"</ETag><Size>{len(content)}</Size></Contents>'
        for key, (at, content) in sorted(instance.files.items())
        if key.startswith(prefix)
    )
    text = f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
    return Response(f'<?xml version="1.0"?>{text}', media_type="application/xml")


def analysis(channel: str, turns: list[Row], people: dict[str, str]) -> bytes:
    """A Contact Lens file. `people`: participant id → role."""
    named = [{"ParticipantId": key, "ParticipantRole": role} for key, role in people.items()]
    return json.dumps(
        {
            "Version": "1.1.0",
            "Channel": channel,
            "JobStatus": "COMPLETED",
            "LanguageCode": "en-US",
            "Participants": named,
            "Categories": {"MatchedCategories": [], "MatchedDetails": {}},
            "ConversationCharacteristics": {"TotalConversationDurationMillis": 32110},
            "Transcript": turns,
        }
    ).encode()

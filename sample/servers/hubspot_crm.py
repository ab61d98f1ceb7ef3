"""HubSpot on loopback, as far as reading needs it (writing tasks: `hubspot.py`).

Shapes, limits and silences of the 2026-03 API: a search ends at its 10,000th result, may lag
behind and knows nothing of deleted or merged records; the archived list is in order of ids; what a
batch does not know is an error in a 207. Conversations are those of v3, which is what there is.
"""

import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response

from sample.servers.hubspot_account import KINDS, Account, Row, milliseconds, modified
from sample.servers.logins import RECEIVERS

CRM, INBOX = "/crm/objects/2026-03", "/conversations/v3/conversations"
MOST_FOUND, MOST_LISTED = 200, 100
_NEEDED = ("after", "filterGroups", "limit", "properties", "sorts")


class Refusal(Exception):
    """An answer other than 200, as HubSpot words it."""

    def __init__(self, status: int, category: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message, "category": category, **more}


def app(
    account: Account,
    *,
    cap: int = 10_000,
    per_ten_seconds: int = 10_000,
    page: int = MOST_LISTED,
    clock: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The server of one account, which may be changed while it serves.

    Args:
        cap: results that one search pages through.
        per_ten_seconds: requests in ten seconds (searches apart).
        page: most rows of a page, where the vendor's own limit is too many for a test.
    """
    api = FastAPI(openapi_url=None)
    api.state.account = account
    expected = f"Bearer {RECEIVERS['hubspot'].secret}".encode()
    taken: deque[float] = deque()

    def limited() -> dict[str, str]:
        while taken and taken[0] <= clock() - 10:
            taken.popleft()
        headers = {"X-HubSpot-RateLimit-Max": str(per_ten_seconds)}
        headers["X-HubSpot-RateLimit-Interval-Milliseconds"] = "10000"
        left = per_ten_seconds - len(taken)
        headers["X-HubSpot-RateLimit-Remaining"] = str(max(0, left - 1))
        if left > 0:
            taken.append(clock())
        return headers if left > 0 else {**headers, "refused": "yes"}

    @api.middleware("http")
    async def sign_in(request: Request, call_next: Any) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, expected):
            message = "Authentication credentials not found."
            return _refused(Refusal(401, "INVALID_AUTHENTICATION", message))
        if request.url.path.endswith("/search"):
            answer: Response = await call_next(request)
            return answer
        headers = limited()
        if headers.pop("refused", ""):
            message = "You have reached your ten_secondly_rolling limit."
            more = {"errorType": "RATE_LIMIT", "policyName": "TEN_SECONDLY_ROLLING"}
            answer = _refused(Refusal(429, "RATE_LIMITS", message, **more))
        else:
            answer = await call_next(request)
        answer.headers.update(headers)
        return answer

    @api.exception_handler(Refusal)
    async def refuse(_: Request, refusal: Refusal) -> Response:
        return _refused(refusal)

    @api.post(CRM + "/{kind}/search")
    async def search(kind: str, request: Request) -> Response:
        asked = json.loads(await request.body())
        if missing := [name for name in _NEEDED if name not in asked]:
            raise Refusal(400, "VALIDATION_ERROR", f"Some required fields were not set: {missing}")
        first, limit = int(asked["after"]), int(asked["limit"])
        if limit > MOST_FOUND or first + min(limit, page) > cap:
            raise Refusal(400, "VALIDATION_ERROR", f"limit is {MOST_FOUND}, the last result {cap}")
        groups = asked["filterGroups"]
        found = [row for row in _indexed(account, kind) if _meets(kind, row, groups)]
        (sort,) = asked["sorts"]
        found.sort(key=lambda row: _number(row, sort.removeprefix("-")), reverse=sort[0] == "-")
        rows = [_object(row, asked["properties"]) for row in found[first : first + limit][:page]]
        body: Row = {"total": len(found), "results": rows}
        if first + len(rows) < len(found):
            body["paging"] = {"next": {"after": str(first + len(rows))}}
        return _json(body)

    @api.get(CRM + "/{kind}")
    def listed(
        kind: str, limit: int = 10, after: int = 0, archived: bool = False, properties: str = ""
    ) -> Response:
        rows = sorted(account.records[kind].values(), key=lambda row: int(row["id"]))
        rows = [row for row in rows if row["archived"] == archived and int(row["id"]) > after]
        shown = [_object(row, properties.split(",")) for row in rows[: min(limit, page)]]
        return _json(_paged(shown, shown[-1]["id"] if len(rows) > len(shown) else None))

    @api.post(CRM + "/{kind}/batch/read")
    async def read(kind: str, request: Request) -> Response:
        asked = json.loads(await request.body())
        ids, history = [one["id"] for one in asked["inputs"]], asked["propertiesWithHistory"]
        if len(ids) > (50 if history else 100):
            raise Refusal(400, "VALIDATION_ERROR", "too many inputs")
        rows = [row for i in ids if (row := account.records[kind].get(i)) and not row["archived"]]
        found = [_object(row, asked["properties"], history) for row in rows]
        return _batch(found, len(ids) - len(found))

    @api.post("/crm/associations/2026-03/{kind}/{other}/batch/read")
    async def associations(kind: str, other: str, request: Request) -> Response:
        links, found, without = account.links.get((kind, other), {}), [], 0
        for one in json.loads(await request.body())["inputs"]:
            ids, first = links.get(one["id"], []), int(one.get("after", 0))
            label = {"category": "HUBSPOT_DEFINED", "typeId": 16, "label": None}
            to = [{"toObjectId": i, "associationTypes": [label]} for i in ids[first : first + page]]
            last = first + len(to)
            row = _paged(to, str(last) if last < len(ids) else None, "to")
            found += [{"from": {"id": one["id"]}, **row}] if to else []
            without += not to
        return _batch(found, without)

    @api.get("/crm/owners/2026-03")
    def owners(archived: bool = False) -> Response:
        return _json(_paged([row for row in account.owners if row["archived"] == archived]))

    @api.get("/crm/pipelines/2026-03/tickets")
    def pipelines() -> Response:
        return _json({"results": account.pipelines})

    @api.get(INBOX + "/channels")
    def channels() -> Response:
        return _json(_paged(account.channels))

    @api.get(INBOX + "/threads")
    def threads(
        request: Request, limit: int, after: int = 0, archived: bool = False, sort: str = "id"
    ) -> Response:
        since = request.query_params.get("latestMessageTimestampAfter")
        rows = [row for row in account.threads.values() if row["archived"] == archived]
        if sort == "latestMessageTimestamp":
            if since is None:
                message = "latestMessageTimestampAfter is required with this sort"
                raise Refusal(400, "VALIDATION_ERROR", message)
            at = {row["id"]: milliseconds(row["latestMessageTimestamp"]) for row in rows}
            rows = [row for row in rows if at[row["id"]] >= milliseconds(since)]
            rows.sort(key=lambda row: (at[row["id"]], int(row["id"])))
        shown = rows[after : after + min(limit, page)]
        last = after + len(shown)
        return _json(_paged(shown, str(last) if last < len(rows) else None))

    @api.get(INBOX + "/threads/{id_}")
    def thread(id_: str) -> Response:
        row = account.threads.get(id_)
        if row is None or row["archived"]:
            raise Refusal(404, "OBJECT_NOT_FOUND", "No thread of this id")
        return _json(row)

    @api.get(INBOX + "/threads/{id_}/messages")
    def messages(id_: str, limit: int, after: int = 0) -> Response:
        if account.threads.get(id_, {"archived": True})["archived"]:
            raise Refusal(404, "OBJECT_NOT_FOUND", "No thread of this id")
        rows = account.messages[id_][::-1]
        shown = rows[after : after + min(limit, page)]
        last = after + len(shown)
        return _json(_paged(shown, str(last) if last < len(rows) else None))

    @api.get(INBOX + "/threads/{id_}/messages/{message}/original-content")
    def original(message: str) -> Response:
        return _json(account.originals[message])

    return api


def _indexed(account: Account, kind: str) -> list[Row]:
    """What the search knows: live records, some in an older state, some not yet."""
    known = {id_: row for id_, row in account.records[kind].items() if not row["archived"]}
    for (of, id_), older in account.unindexed.items():
        if of == kind:
            known.pop(id_, None)
            known |= {id_: older} if older else {}
    return list(known.values())


def _number(row: Row, name: str) -> int:
    return milliseconds(str(row["properties"][name]))


def _meets(kind: str, row: Row, groups: list[Row]) -> bool:
    def holds(rule: Row) -> bool:
        name, value = rule["propertyName"], int(rule["value"])
        if name not in ("hs_object_id", modified(kind)):
            raise Refusal(400, "VALIDATION_ERROR", f"There was a problem with {name}")
        held = _number(row, name)
        return {"GT": held > value, "GTE": held >= value, "LTE": held <= value}[rule["operator"]]

    return not groups or any(all(map(holds, group["filters"])) for group in groups)


def _object(row: Row, names: list[str], history: tuple[str, ...] | list[str] = ()) -> Row:
    """A record as the API hands it out: the named properties, null where there is no value."""
    shown = {name: row["properties"].get(name) for name in ("hs_object_id", *names)}
    whole = {name: value for name, value in row.items() if name not in ("properties", "history")}
    whole["properties"] = shown
    if history:
        whole["propertiesWithHistory"] = {name: row["history"].get(name, []) for name in history}
    return whole


def _paged(rows: list[Row], after: str | None = None, key: str = "results") -> Row:
    return {key: rows, **({"paging": {"next": {"after": after}}} if after else {})}


def _batch(found: list[Row], unknown: int) -> Response:
    stamp = "2026-06-30T00:00:00Z"
    body: Row = {"status": "COMPLETE", "results": found, "startedAt": stamp, "completedAt": stamp}
    if unknown:
        body |= {
            "numErrors": unknown,
            "errors": [{"status": "error", "category": "OBJECT_NOT_FOUND"}],
        }
    return _json(body, 207 if unknown else 200)


def _refused(refusal: Refusal) -> Response:
    return _json({**refusal.body, "correlationId": str(UUID(int=refusal.status))}, refusal.status)


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, media_type="application/json;charset=utf-8")


__all__ = ["KINDS", "Account", "app"]

"""Fernhill's CRM: Salesforce's token endpoint and Bulk API 2.0 query jobs.

A job is InProgress when first looked at and done after that; its results come in sets, joined by
`Sforce-Locator` (base64 of an offset), the last of which says `null`.
"""

import csv
import io
import json
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response

from sample.servers.logins import LOGINS
from sample.servers.salesforce_objects import RECORDS, BadQuery, run

JOBS = "/services/data/v{version}/jobs/query"
# A set of results the vendor itself would cut, whatever was asked for.
MOST_RECORDS = 250_000


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body)
    return Response(text, status_code=status, media_type="application/json", headers=headers)


def refused(status: int, code: str, message: str) -> Response:
    return answer(status, [{"errorCode": code, "message": message}])


def access_token() -> str:
    """The token this org gives out; made from the secret, so that no second one has to be kept."""
    digest = sha256(LOGINS["salesforce"].secret.encode()).hexdigest()
    return f"00D000000000001!{digest[:40]}"


def app(world: Path) -> FastAPI:
    """The server; `app.state.records` holds the org's records by object."""
    api = FastAPI(openapi_url=None)
    api.state.records = {name: make(world) for name, make in RECORDS.items()}
    jobs: dict[str, dict[str, Any]] = {}

    @api.post("/services/oauth2/token")
    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        login = LOGINS["salesforce"]
        if form.get("grant_type") != "client_credentials":
            text = "grant type not supported"
            return answer(400, {"error": "unsupported_grant_type", "error_description": text})
        if form.get("client_id") != login.user:
            text = "client identifier invalid"
            return answer(400, {"error": "invalid_client_id", "error_description": text})
        if form.get("client_secret") != login.secret:
            text = "invalid client credentials"
            return answer(400, {"error": "invalid_client", "error_description": text})
        body = {
            "access_token": access_token(),
            "instance_url": str(request.base_url).rstrip("/"),
            "scope": "api",
            "token_type": "Bearer",
        }
        return answer(200, body)

    def unauthorised(request: Request) -> Response | None:
        if request.headers.get("Authorization") == f"Bearer {access_token()}":
            return None
        return refused(401, "INVALID_SESSION_ID", "Session expired or invalid")

    def state_of(job: dict[str, Any]) -> Response:
        return answer(200, {key: value for key, value in job.items() if key != "_rows"})

    @api.post(JOBS)
    async def create(version: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        try:
            asked = json.loads(await request.body())
            operation, soql = asked["operation"], asked["query"]
        except (ValueError, KeyError):
            return refused(400, "INVALIDINPUT", "operation and query are required")
        if operation not in {"query", "queryAll"}:
            return refused(400, "INVALIDINPUT", f"operation {operation!r} is not a query")
        key = f"750{len(jobs):012d}AAA"
        jobs[key] = job = {
            "id": key,
            "operation": operation,
            "state": "UploadComplete",
            "apiVersion": float(version),
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        }
        try:
            rows = run(api.state.records, soql, deleted=operation == "queryAll")
            job["object"], job["_rows"] = soql.split(" FROM ")[1].split()[0], rows
        except BadQuery as error:
            job["errorMessage"] = str(error)
        return state_of(job)

    @api.get(JOBS + "/{key}")
    def look(version: str, key: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        if key not in jobs:
            return refused(404, "NOT_FOUND", "The requested resource does not exist")
        job = jobs[key]
        if job["state"] == "UploadComplete":
            job["state"] = "InProgress"
        elif job["state"] == "InProgress":
            job["state"] = "Failed" if "errorMessage" in job else "JobComplete"
            job["numberRecordsProcessed"] = len(job.get("_rows", [[]])) - 1
        return state_of(job)

    @api.get(JOBS + "/{key}/results")
    def results(version: str, key: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        job = jobs.get(key, {})
        if job.get("state") != "JobComplete":
            return refused(404, "NOT_FOUND", "no results")
        query = request.query_params
        size = min(int(query.get("maxRecords", MOST_RECORDS)), MOST_RECORDS)
        start = int(b64decode(query["locator"]).decode()) if "locator" in query else 0
        header, *rows = job["_rows"]
        shown, end = rows[start : start + size], start + size
        out = io.StringIO()
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerows([header, *shown])
        following = b64encode(str(end).encode()).decode() if end < len(rows) else "null"
        headers = {"Sforce-NumberOfRecords": str(len(shown)), "Sforce-Locator": following}
        return Response(out.getvalue(), media_type="text/csv; charset=UTF-8", headers=headers)

    return api

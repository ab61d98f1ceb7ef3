"""Fernhill's CRM: Salesforce's token endpoint, Bulk API 2.0 query jobs, counts, and Tasks.

A job is InProgress when first looked at and done after that; its results come in sets, joined by
`Sforce-Locator` (base64 of an offset), the last of which says `null`.
"""

import csv
import io
import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers import salesforce_tasks
from sample.servers.salesforce_login import add_token_endpoint, answer, refused, unauthorised
from sample.servers.salesforce_objects import RECORDS, BadQuery, fields_of, run
from sample.servers.salesforce_service import FIELDS as SERVICE_FIELDS
from sample.servers.salesforce_service import described

DATA = "/services/data/v{version}"
JOBS = "/services/data/v{version}/jobs/query"
# A set of results the vendor itself would cut, whatever was asked for.
MOST_RECORDS = 250_000


def app(world: Path) -> FastAPI:
    """The server; `app.state.records` holds the org's records by object."""
    api = FastAPI(openapi_url=None)
    api.state.records = {name: make(world) for name, make in RECORDS.items()}
    api.state.records |= {name: [] for name in SERVICE_FIELDS}
    hidden: set[str] = set()
    api.state.hidden = hidden
    jobs: dict[str, dict[str, Any]] = {}

    add_token_endpoint(api)
    salesforce_tasks.add(api)

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
            rows = run(api.state.records, soql, deleted=operation == "queryAll", hidden=hidden)
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

    def counted(q: str, deleted: bool) -> Response:
        try:
            soql = q.replace("COUNT()", "Id")
            rows = run(api.state.records, soql, deleted=deleted, hidden=hidden)
        except BadQuery as error:
            return refused(400, "MALFORMED_QUERY", str(error))
        return answer(200, {"totalSize": len(rows) - 1, "done": True, "records": []})

    api.state.counted = counted

    @api.get(DATA + "/query")
    def query(version: str, request: Request, q: str = "") -> Response:
        if found := unauthorised(request):
            return found
        if "COUNT()" in q:
            return counted(q, deleted=False)
        try:
            header, *rows = run(api.state.records, q, deleted=False, hidden=hidden)
        except BadQuery as error:
            return refused(400, "MALFORMED_QUERY", str(error))
        records = [dict(zip(header, row, strict=True)) for row in rows]
        typed = [{**row, "IsClosed": row["IsClosed"] == "true"} for row in records]
        return api.state.paged(version, typed)  # type: ignore[no-any-return]

    @api.get(DATA + "/sobjects/{name}/describe")
    def describe(version: str, name: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        try:
            return answer(200, described(name, fields_of(name, hidden)))
        except BadQuery:
            return refused(404, "NOT_FOUND", "The requested resource does not exist")

    return api

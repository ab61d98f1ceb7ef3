"""Salesforce Tasks: made, upserted by an external id, and found by SOQL."""

import json
import re
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.faults import Faults
from sample.servers.salesforce_login import add_token_endpoint, answer, refused, unauthorised

DATA = "/services/data/v{version}"
_BY_TEXT = re.compile(r"SELECT Id FROM Task WHERE (\w+) (=|LIKE) '(%?)(\w+)' LIMIT 1")
_BY_ID = re.compile(
    r"SELECT (?P<fields>[\w, ]+) FROM Task WHERE Id IN \((?P<ids>'\w+'(?:, '\w+')*)\)"
)
PAGE = 2  # of a query's records: few, so that reading on is needed
STAMP = "2026-06-30T00:00:00.000+0000"


def app() -> FastAPI:
    """An org with Tasks alone; `app.state.tasks` holds them by id; `faults`, `moods`: what
    happens to writes and to questions."""
    api = FastAPI(openapi_url=None)
    add_token_endpoint(api)
    add(api)
    return api


def add(api: FastAPI) -> None:
    """Tasks for an org's API."""
    tasks: dict[str, dict[str, Any]] = {}
    api.state.tasks, api.state.faults, api.state.moods = tasks, Faults(), Faults()
    results: dict[str, list[dict[str, Any]]] = {}

    def page(version: str, name: str, first: int) -> Response:
        records, ends = results[name], first + PAGE
        body: dict[str, Any] = {"totalSize": len(records), "done": ends >= len(records)}
        if not body["done"]:
            body["nextRecordsUrl"] = f"{DATA.format(version=version)}/query/{name}-{ends}"
        return answer(200, {**body, "records": records[first:ends]})

    def paged(version: str, records: list[dict[str, Any]]) -> Response:
        name = f"01g{len(results):012d}AAA"
        results[name] = records
        return page(version, name, 0)

    # An org with more than Tasks counts and lists the rest (`salesforce.py`).
    api.state.paged, api.state.counted = paged, None

    def states(version: str, fields: str, ids: str) -> Response:
        usual = {"Status": "Not Started", "IsDeleted": False, "LastModifiedDate": STAMP}
        found = []
        for key in re.findall(r"\w+", ids):
            if key in tasks:
                task = {**usual, **tasks[key], "Id": key}
                task.setdefault("IsClosed", task["Status"] == "Completed")
                found.append({field: task[field] for field in fields.split(", ")})
        return paged(version, found)

    def make(task: dict[str, Any]) -> Response:
        if len(task.get("Subject", "")) > 255:
            return refused(400, "STRING_TOO_LONG", "Subject: data value too large")
        if not re.fullmatch(r"003\w{12,15}", task.get("WhoId", "003000000000000")):
            said = f"Name ID: id value of incorrect type: {task['WhoId']}"
            return refused(400, "MALFORMED_ID", said)
        key = f"00T{len(tasks):012d}AAA"
        tasks[key] = task
        return answer(201, {"id": key, "success": True, "errors": []})

    @api.get(DATA + "/query/{name}-{first}")
    def more(version: str, name: str, first: int, request: Request) -> Response:
        return unauthorised(request) or page(version, name, first)

    @api.get(DATA + "/queryAll")
    async def query(version: str, q: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        if by_id := _BY_ID.fullmatch(q):
            return await api.state.moods.answer(lambda: states(version, **by_id.groupdict()))  # type: ignore[no-any-return]
        if api.state.counted and "COUNT()" in q:
            return api.state.counted(q, deleted=True)  # type: ignore[no-any-return]
        asked = _BY_TEXT.fullmatch(q)
        if asked is None:
            return refused(400, "MALFORMED_QUERY", "unexpected token")
        field, _, is_ending, text = asked.groups()

        def has(task: dict[str, Any]) -> bool:
            value = str(task.get(field, ""))
            return value.endswith(text) if is_ending else value == text

        ids = [{"Id": key} for key, task in tasks.items() if has(task)][:1]
        return answer(200, {"totalSize": len(ids), "done": True, "records": ids})

    @api.post(DATA + "/sobjects/Task")
    async def create(version: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        task = json.loads(await request.body())
        return await api.state.faults.answer(lambda: make(task))  # type: ignore[no-any-return]

    @api.patch(DATA + "/sobjects/Task/{field}/{key}")
    async def upsert(version: str, field: str, key: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
        task = json.loads(await request.body())

        def take() -> Response:
            for known, there in tasks.items():
                if there.get(field) == key:
                    there.update(task)
                    return answer(200, {"id": known, "success": True, "errors": []})
            return make({**task, field: key})

        return await api.state.faults.answer(take)  # type: ignore[no-any-return]

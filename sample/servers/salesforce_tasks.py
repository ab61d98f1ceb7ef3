"""Salesforce Tasks: made, upserted by an external id, and found by SOQL."""

import json
import re
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.faults import Faults
from sample.servers.salesforce_login import add_token_endpoint, answer, refused, unauthorised

DATA = "/services/data/v{version}"
_BY_TEXT = re.compile(r"SELECT Id FROM Task WHERE (\w+) (=|LIKE) '(%?)(\w+)' LIMIT 1")


def app() -> FastAPI:
    """An org with Tasks alone; `app.state.tasks` holds them by id, `app.state.faults` its moods."""
    api = FastAPI(openapi_url=None)
    add_token_endpoint(api)
    add(api)
    return api


def add(api: FastAPI) -> None:
    """Tasks for an org's API."""
    tasks: dict[str, dict[str, Any]] = {}
    api.state.tasks, api.state.faults = tasks, Faults()

    def make(task: dict[str, Any]) -> Response:
        if len(task.get("Subject", "")) > 255:
            return refused(400, "STRING_TOO_LONG", "Subject: data value too large")
        if not re.fullmatch(r"003\w{12,15}", task.get("WhoId", "003000000000000")):
            said = f"Name ID: id value of incorrect type: {task['WhoId']}"
            return refused(400, "MALFORMED_ID", said)
        key = f"00T{len(tasks):012d}AAA"
        tasks[key] = task
        return answer(201, {"id": key, "success": True, "errors": []})

    @api.get(DATA + "/queryAll")
    def query(version: str, q: str, request: Request) -> Response:
        if found := unauthorised(request):
            return found
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

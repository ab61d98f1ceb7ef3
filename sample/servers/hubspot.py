"""HubSpot on loopback, as far as tasks need it: contacts by e-mail, tasks, their associations.

Shapes of the 2026-03 API. The search lags behind in the real one, so there is none here.
"""

import json
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response

from sample.servers.faults import Faults
from sample.servers.logins import RECEIVERS

ROOT = "/crm/objects/2026-03"
BATCH = 100  # inputs of one request
PAGE = 2  # associations on a page: few, so that reading on is needed
STAMP = "2026-06-30T00:00:00Z"


def app(contacts: dict[str, str]) -> FastAPI:
    """The server. `contacts`: e-mail address by id; `app.state.tasks` holds tasks by id, those in
    the recycling bin under `app.state.archived`; `moods`: of asking."""
    api = FastAPI(openapi_url=None)
    tasks: dict[str, dict[str, Any]] = {}
    hangs_on: dict[str, str] = {}
    archived: dict[str, dict[str, Any]] = {}
    api.state.tasks, api.state.archived = tasks, archived
    api.state.faults, api.state.moods = Faults(), Faults()

    @api.middleware("http")
    async def sign_in(request: Request, call_next: Any) -> Response:
        if request.headers.get("authorization") != f"Bearer {RECEIVERS['hubspot'].secret}":
            return _error(401, "INVALID_AUTHENTICATION", "Authentication credentials not found")
        answer: Response = await call_next(request)
        return answer

    @api.post(ROOT + "/contacts/batch/read")
    async def read_contacts(request: Request) -> Response:
        asked = json.loads(await request.body())
        wanted = {one["id"].lower() for one in asked["inputs"]}
        by_email = asked.get("idProperty") == "email"
        found = [
            _object(key, {"email": email})
            for key, email in contacts.items()
            if (email if by_email else key) in wanted
        ]
        return _batch(found)

    @api.get(ROOT + "/contacts/{contact}/associations/tasks")
    def associations(contact: str, after: int = 0) -> Response:
        ids = [task for task, there in hangs_on.items() if there == contact]
        kind = {"category": "HUBSPOT_DEFINED", "typeId": 203, "label": None}
        page = [{"toObjectId": i, "associationTypes": [kind]} for i in ids[after : after + PAGE]]
        body: dict[str, Any] = {"results": page}
        if after + PAGE < len(ids):
            body["paging"] = {"next": {"after": str(after + PAGE)}}
        return _json(body)

    @api.post(ROOT + "/tasks/batch/read")
    async def read_tasks(request: Request) -> Response:
        asked = json.loads(await request.body())
        there = archived if request.query_params.get("archived") == "true" else tasks
        if len(asked["inputs"]) > BATCH:
            return _error(400, "VALIDATION_ERROR", f"at most {BATCH} inputs in one request")
        found = []
        for one in asked["inputs"]:
            if task := there.get(one["id"]):
                named = {name: task.get(name) for name in asked["properties"]}
                stamp = task.get("hs_lastmodifieddate", STAMP)
                more = {"archivedAt": stamp} if there is archived else {}
                states = {"updatedAt": stamp, "archived": there is archived, **more}
                found.append({**_object(one["id"], named), **states})
        if "hs_task_status" not in asked["properties"]:
            return _batch(found)
        # What it does not know, the real one lists as errors in a 207.
        lacks = len(found) < len(asked["inputs"])
        return await api.state.moods.answer(lambda: _batch(found, 207 if lacks else 200))  # type: ignore[no-any-return]

    @api.post(ROOT + "/tasks")
    async def create(request: Request) -> Response:
        given = json.loads(await request.body())

        def take() -> Response:
            properties = given["properties"]
            if unknown := [name for name in properties if not name.startswith("hs")]:
                said = f'Property values were not valid: "{unknown[0]}" does not exist'
                return _error(400, "VALIDATION_ERROR", said)
            key = str(11257289597 + len(tasks))
            tasks[key] = properties
            for link in given["associations"]:
                hangs_on[key] = link["to"]["id"]
            return _json(_object(key, properties), 201)

        return await api.state.faults.answer(take)  # type: ignore[no-any-return]

    return api


def _object(key: str, properties: dict[str, Any]) -> dict[str, Any]:
    stamps = {"createdAt": STAMP, "updatedAt": STAMP, "archived": False}
    return {"id": key, "properties": {"hs_object_id": key, **properties}, **stamps}


def _batch(found: list[dict[str, Any]], status: int = 200) -> Response:
    times = {"startedAt": STAMP, "completedAt": STAMP}
    return _json({"status": "COMPLETE", "results": found, **times}, status)


def _error(status: int, category: str, message: str) -> Response:
    body = {"status": "error", "message": message, "category": category}
    return _json({**body, "correlationId": str(UUID(int=status))}, status)


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, media_type="application/json;charset=utf-8")

"""Fernhill's form tool: Typeform's responses API over the world's surveys of origin `survey`.

Every sent survey was opened: an unanswered one is a `started` response, each third of them a
`partial` one (a score was picked, never submitted), so that consumers must tell them apart.
"""

import json
import time
from collections import deque
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.logins import LOGINS
from sample.servers.world import Row, of_system, rows

# The ids stand in connectors/channels.yml, with what each form means.
FORMS = {"csat": "fhCsat01", "nps": "fhNps001", "ces": "fhCes001"}
SCORE, COMMENT = "fernhill-score", "fernhill-comment"
SORTS = {"submitted_at", "landed_at", "staged_at"}


def answer(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status_code=status, media_type="application/json")


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _answers(survey: Row, score: Any) -> list[Row]:
    field = {"id": f"{survey['survey_type']}S01", "type": "opinion_scale", "ref": SCORE}
    found: list[Row] = [{"field": field, "type": "number", "number": int(score)}]
    if survey["comment"]:
        text = {"id": f"{survey['survey_type']}C01", "type": "long_text", "ref": COMMENT}
        found.append({"field": text, "type": "text", "text": survey["comment"]})
    return found


def response(survey: Row, name: str | None) -> Row:
    """One survey of the world as the vendor writes a response."""
    token, sent, responded = survey["remote_id"], survey["sent_at"], survey["responded_at"]
    hidden = {
        "email": survey["identity_remote_id"],
        "name": name,
        "sent_at": stamp(sent),
        "conversation_source": survey["conversation_system"],
        "conversation_id": survey["conversation_remote_id"],
    }
    landed = max(sent, responded - timedelta(minutes=1)) if responded else sent
    found: Row = {
        "landing_id": token,
        "token": token,
        "response_id": token,
        "response_type": "completed",
        "landed_at": stamp(landed),
        "submitted_at": stamp(responded) if responded else None,
        "metadata": {"user_agent": "", "platform": "other", "referer": "", "browser": "default"},
        "hidden": {key: str(value) for key, value in hidden.items() if value},
        "calculated": {"score": 0},
        "answers": _answers(survey, survey["score"]) if responded else [],
    }
    if not responded:
        partial = sum(token.encode()) % 3 == 0
        found["response_type"] = "partial" if partial else "started"
        if partial:
            found["answers"] = _answers({**survey, "comment": None}, survey["scale_min"])
    return found


def _wanted(found: list[Row], query: dict[str, str]) -> list[Row]:
    """The rows a request asks for, in its order, before the page is cut."""
    kinds = set(query.get("response_type", "completed").split(","))
    stamps = "submitted_at" if kinds == {"completed"} else "landed_at"
    chosen = [
        row
        for row in found
        if row["response_type"] in kinds
        and row[stamps][:19] >= query.get("since", "")[:19]
        and row[stamps][:19] <= query.get("until", "9")[:19]
    ]
    key, _, order = query.get("sort", f"{stamps},desc").partition(",")
    chosen.sort(key=lambda row: (row[key] or "", row["token"]), reverse=order != "asc")
    for side in ("before", "after"):
        tokens = [row["token"] for row in chosen]
        if query.get(side) in tokens:
            at = tokens.index(query[side])
            chosen = chosen[at + 1 :] if side == "before" else chosen[:at]
    return chosen


def _refusal(request: Request) -> Response | None:
    given = request.headers.get("Authorization", "")
    if given == f"Bearer {LOGINS['survey'].secret}":
        return None
    if not given:
        text = "Authentication credentials not found on the Request Headers"
        return answer(401, {"code": "AUTHENTICATION_FAILED", "description": text})
    return answer(401, {"code": "AUTHENTICATION_FAILED", "description": "Authentication failed"})


def app(world: Path, per_second: int = 2) -> FastAPI:
    """The server.

    Args:
        per_second: requests allowed in any second (the vendor's limit is 2), then 429.
    """
    names = {row["remote_id"]: row["name"] for row in of_system(world, "identities", "survey")}
    forms: dict[str, list[Row]] = {form_id: [] for form_id in FORMS.values()}
    for row in rows(world, "surveys"):
        if row["origin"] == "survey":
            found = response(row, names.get(row["identity_remote_id"]))
            forms[FORMS[row["survey_type"]]].append(found)
    api = FastAPI(openapi_url=None)
    lately: deque[float] = deque(maxlen=per_second)

    @api.get("/forms/{form_id}/responses")
    def responses(form_id: str, request: Request) -> Response:
        if refusal := _refusal(request):
            return refusal
        now = time.monotonic()
        if len(lately) == per_second and now - lately[0] < 1:
            return answer(429, {"code": "TOO_MANY_REQUESTS", "description": "Too many requests"})
        lately.append(now)
        if form_id not in forms:
            text = f"Non existing form with uid {form_id}"
            return answer(404, {"code": "FORM_NOT_FOUND", "description": text})
        query = dict(request.query_params)
        size = int(query.get("page_size", 25))
        sort = query.get("sort", "submitted_at,desc").partition(",")[0]
        if not 1 <= size <= 1000 or sort not in SORTS:
            text = "page_size must be 1 to 1000, sort a date field"
            return answer(400, {"code": "VALIDATION_ERROR", "description": text})
        if "sort" in query and ("before" in query or "after" in query):
            text = "before/after cannot be used together with sort"
            return answer(400, {"code": "VALIDATION_ERROR", "description": text})
        chosen = _wanted(forms[form_id], query)
        body = {
            "total_items": len(chosen),
            "page_count": -(-len(chosen) // size),
            "items": chosen[:size],
        }
        return answer(200, body)

    return api

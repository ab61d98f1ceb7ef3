"""Twilio Voice on loopback: Calls, Recordings and Transcriptions as the 2010-04-01 API has them.

Pages by `PageToken` with relative `next_page_uri`, filters by whole UTC days, newest first, Basic
auth, Twilio's error bodies. What the rows look like: `twilio_rows.py`.

`app.state.lists` holds the rows (newest first), so that a test can change one between two runs;
`app.state.requests_per_second` is the limit beyond which 429 is answered.
"""

import base64
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sample.servers.logins import LOGINS
from sample.servers.twilio_rows import ROOT, Row, lists

# The parameter a list is filtered by; Transcriptions have none.
FILTERS = {"calls": "StartTime", "recordings": "DateCreated"}


def app(world: Path) -> FastAPI:
    """The account's voice API over the world's phone calls."""
    api = FastAPI(openapi_url=None)
    api.state.lists = lists(world)
    api.state.requests_per_second = 200
    answered: deque[float] = deque()
    expected = base64.b64encode(":".join(LOGINS["twilio"]).encode()).decode()

    @api.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.headers.get("authorization") != f"Basic {expected}":
            return problem(401, 20003, "Authenticate")
        now = time.monotonic()
        while answered and answered[0] < now - 1:
            answered.popleft()
        if len(answered) >= api.state.requests_per_second:
            limited = problem(429, 20429, "Too Many Requests")
            limited.headers["Retry-After"] = "1"
            return limited
        answered.append(now)
        return await answer(request)

    @api.get(ROOT + "/{name}.json")
    def listing(name: str, request: Request) -> Response:
        found = api.state.lists.get(name.lower())
        if found is None or name != name.capitalize():
            path = request.url.path
            return problem(404, 20404, f"The requested resource {path} was not found")
        return page(name.lower(), found, dict(request.query_params))

    return api


def problem(status: int, code: int, message: str) -> JSONResponse:
    """Twilio's error body."""
    about = f"https://www.twilio.com/docs/errors/{code}"
    body = {"code": code, "message": message, "more_info": about, "status": status}
    return JSONResponse(body, status_code=status)


def page(name: str, found: list[Row], query: dict[str, str]) -> JSONResponse:
    """One page; the token names the last row of the page before, so new rows shift nothing."""
    try:
        size = min(int(query.get("PageSize", "50")), 1000)
        number = int(query.get("Page", "0"))
        kept = [row for row in found if passes(name, row, query)]
    except ValueError:
        return problem(400, 20001, "Invalid page size or date")
    start = 0
    if token := query.get("PageToken"):
        places = [i for i, row in enumerate(kept) if row["sid"] == token.removeprefix("PA")]
        if not places:
            return problem(400, 20006, "Invalid PageToken")
        start = places[0] + 1
    shown = kept[start : start + size]
    asked = {k: v for k, v in query.items() if k not in {"Page", "PageToken", "PageSize"}}
    path = f"{ROOT}/{name.capitalize()}.json"
    here = {**asked, "PageSize": size}
    more = start + size < len(kept)
    following = {**here, "Page": number + 1, "PageToken": f"PA{shown[-1]['sid']}"} if more else {}
    return JSONResponse(
        {
            "first_page_uri": f"{path}?{urlencode({**here, 'Page': 0})}",
            "next_page_uri": f"{path}?{urlencode(following)}" if more else None,
            "previous_page_uri": None,
            "uri": f"{path}?{urlencode({**here, 'Page': number})}",
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(len(shown) - 1, 0),
            name: [{k: v for k, v in row.items() if k != "_at"} for row in shown],
        }
    )


def passes(name: str, row: Row, query: dict[str, str]) -> bool:
    """Whether a row is in the asked UTC days. Raises ValueError for what is not a date."""
    parameter = FILTERS.get(name)
    day = row["_at"].date()
    for sign, holds in ((">", day.__ge__), ("<", day.__le__), ("", day.__eq__)):
        text = query.get(f"{parameter}{sign}") if parameter else None
        if text and not holds(datetime.strptime(text[:10], "%Y-%m-%d").date()):
            return False
    return True

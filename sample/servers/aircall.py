"""Aircall's public API v1 on loopback, over a small store that its user fills.

Pages with `meta` and `next_page_link`, `from`/`to` by creation, the 10,000 records that one query
gives out, contacts within calls only when asked for, and links to sound that are signed anew for
every answer. Not one of the sample company's vendors: `Line` starts empty.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

Row = dict[str, Any]
LISTS = ("calls", "contacts", "users", "teams", "numbers")


class Line:
    """The account.

    Attributes:
        login: API id and token that are let in.
        most: records that one query gives out.
        refused: so many of the next requests are answered with 429.
        reset: what a refusal says of when the limit ends (Unix seconds).
        calls: path and query of every request answered.
    """

    def __init__(self, login: tuple[str, str], most: int = 10_000) -> None:
        self.login, self.most, self.refused, self.reset = login, most, 0, ""
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.records: dict[str, dict[int, Row]] = {}
        self._signature = count()

    def of(self, kind: str) -> dict[int, Row]:
        return self.records.setdefault(kind, {})

    def put(self, kind: str, row: Row) -> Row:
        """Add a record (a transcription under its call), or replace the one of its id."""
        self.of(kind)[row["call_id" if kind == "transcriptions" else "id"]] = row
        return row

    def shown(self, kind: str, row: Row, with_contact: bool) -> Row:
        """A record as one answer has it."""
        if kind != "calls":
            return row
        links = {name: row[name] for name in ("recording", "voicemail") if row.get(name)}
        signed = {name: f"{link}?sig={next(self._signature)}" for name, link in links.items()}
        contact = row.get("contact") if with_contact else None
        return {**row, **signed, "contact": contact}


def app(line: Line) -> FastAPI:
    """The server of one account."""
    api = FastAPI(openapi_url=None)

    @api.middleware("http")
    async def guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        expected = b64encode(":".join(line.login).encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return JSONResponse({"error": "Unauthorized", "troubleshoot": "Check keys"}, 401)
        line.calls.append((request.url.path, dict(request.query_params)))
        if line.refused > 0:
            line.refused -= 1
            return JSONResponse({"error": "Limit"}, 429, {"X-AircallApi-Reset": line.reset})
        return await answer(request)

    @api.get("/v1/calls/{id_}/transcription")
    def transcription(id_: int) -> Response:
        found = line.of("transcriptions").get(id_)
        return JSONResponse({"transcription": found}) if found else missing()

    @api.get("/v1/calls/{id_}")
    def call(id_: int) -> Response:
        found = line.of("calls").get(id_)
        return JSONResponse({"call": line.shown("calls", found, True)}) if found else missing()

    @api.get("/v1/{kind}")
    def listing(request: Request, kind: str) -> Response:
        if kind not in LISTS:
            return missing()
        query = dict(request.query_params)
        number, size = int(query.get("page", 1)), min(int(query.get("per_page", 20)), 50)
        when = "started_at" if kind == "calls" else "created_at"
        rows = list(line.of(kind).values())
        if kind in ("calls", "contacts"):
            low, high = int(query.get("from", 0)), int(query.get("to", 1 << 40))
            rows = [row for row in rows if low <= row[when] <= high]
            rows.sort(key=lambda row: (row[when], row["id"]), reverse=query.get("order") == "desc")
        total, rows = len(rows), rows[: line.most]
        page = rows[(number - 1) * size : number * size]
        more = urlencode({**query, "page": number + 1})
        link = str(request.url.replace(query=more)) if number * size < len(rows) else None
        meta = {"count": len(page), "total": total, "current_page": number, "per_page": size}
        asked = query.get("fetch_contact") == "true"
        shown = [line.shown(kind, row, asked) for row in page]
        return JSONResponse({"meta": {**meta, "next_page_link": link}, kind: shown})

    return api


def missing() -> Response:
    return JSONResponse({"error": "Not Found", "troubleshoot": "Check the id"}, 404)

"""Where credentials may travel, how fast, and what a vendor's error says."""

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse

from outreach.delivery.http import Http, Pace
from outreach.delivery.messages import Closed, Refused, Unsure
from sample.servers import serve
from warehouse.credentials import Credentials


def test_an_address_that_is_not_https_is_refused_before_anything_is_sent() -> None:
    for address in ("http://crm.example", "ftp://crm.example", ""):
        with pytest.raises(Closed, match="not https"):
            Http(Credentials(base_url=address), Pace(60), 1)


def test_a_pace_spaces_requests_evenly() -> None:
    now, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(30, clock=lambda: now[0], sleep=sleep)
    for _ in range(3):
        pace.wait()
    now[0] += 60
    pace.wait()
    assert slept == [2.0, 2.0]


def test_answers_are_told_apart_and_quoted() -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/moved")
    def moved() -> Response:
        return RedirectResponse("http://127.0.0.1:1/elsewhere", 307)

    @app.post("/invalid")
    def invalid() -> Response:
        text = '{"error": "RecordInvalid", "details": {"base": [{"description": "is too long"}]}}'
        return Response(text, 422)

    @app.post("/html")
    def html() -> Response:
        return Response("<html>", 502)

    port, stop = serve("vendor", app)
    try:
        http = Http(Credentials(base_url=f"http://127.0.0.1:{port}"), Pace(60_000), 5)
        with pytest.raises(Closed, match="another address"):
            http.send("POST", "/moved")
        with pytest.raises(Refused, match=r"HTTP 422: RecordInvalid; is too long"):
            http.send("POST", "/invalid")
        with pytest.raises(Unsure, match=r"^HTTP 502$"):
            http.send("POST", "/html")
        http.close()
    finally:
        stop()
    unreachable = Http(Credentials(base_url=f"http://127.0.0.1:{port}"), Pace(60_000), 5)
    with pytest.raises(Closed, match="cannot reach"):
        unreachable.send("POST", "/invalid")

"""The dashboards of a real Superset in a real browser; switched on as test_in_superset.py is."""

import os
from typing import Any

import pytest
from playwright.sync_api import Page, Response, sync_playwright

from tests.browsing import CHROMIUM, QUIET, in_a_browser
from tests.publish.superset.asking import chart_data, ids
from tests.publish.superset.conftest import READER, Bundle
from tests.publish.superset.server import Superset

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("HEEDLINE_SUPERSET") != "1", reason="HEEDLINE_SUPERSET is off"
    ),
    *in_a_browser,
]


def test_dashboards_draw_by_the_saved_queries_and_ask_nobody_else(
    superset: Superset, bundle: Bundle
) -> None:
    with superset.client(READER) as client:
        saved = {
            number: queries(chart_data(client, number).json())
            for number in ids(client, "chart").values()
        }
    drawn: dict[int, list[str]] = {}
    strangers: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        # Tall, because a chart is asked for when it comes into sight.
        page = browser.new_page(viewport={"width": 1500, "height": 4000})
        page.on("response", lambda answer: strangers.append(answer.url))
        sign_in(page, superset)
        for board in bundle.dashboards.values():
            drawn |= draw(page, f"{superset.url}/superset/dashboard/{board['slug']}/", board)
        browser.close()
    own = (superset.url, "data:", "blob:")
    assert [url for url in strangers if not url.startswith(own)] == []
    assert drawn == saved


def sign_in(page: Page, superset: Superset) -> None:
    page.goto(f"{superset.url}/login/")
    page.locator("#username").fill(READER)
    page.locator("#password").fill(superset.password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def draw(page: Page, url: str, board: dict[str, Any]) -> dict[int, list[str]]:
    """Open a dashboard; the queries that its charts were drawn from, by chart."""
    found: dict[int, list[str]] = {}

    def keep(answer: Response) -> None:
        if "/api/v1/chart/data" in answer.url:
            answers.append(answer)

    answers: list[Response] = []
    page.on("response", keep)
    page.goto(url)
    parts = [part for part in board["position"].values() if isinstance(part, dict)]
    charts = sum(part["type"] == "CHART" for part in parts)
    while len(found) < charts:
        while not answers:
            page.wait_for_event("response")
        answer = answers.pop()
        asked = answer.request.post_data_json["form_data"]
        # A filter's list of values has no chart.
        if "slice_id" in asked:
            found[asked["slice_id"]] = queries(answer.json())
    page.remove_listener("response", keep)
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("alert").count() == 0, page.get_by_role("alert").all_inner_texts()
    return found


def queries(answer: dict[str, Any]) -> list[str]:
    return [part["query"].strip() for part in answer["result"]]

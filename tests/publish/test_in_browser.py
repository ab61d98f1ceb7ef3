"""The pages as people see them: a real Chromium, offline, nothing on its console."""

import re
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from publish import publish
from tests.browsing import browser as browser
from tests.browsing import in_a_browser
from tests.browsing import opened as opened
from tests.publish.conftest import Company

pytestmark = in_a_browser


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("home")))
        company = Company()
        company.build()
        return publish(company.as_of).folder


def report(page: Page, version: Path) -> None:
    page.goto((version / "report.html").as_uri())
    expect(page.locator("#over-time svg")).to_be_visible()
    expect(page.locator("#side-by-side svg")).to_be_visible()


def value(page: Page, kpi: str) -> str:
    row = page.locator("#filtered-rows tr").filter(has=page.get_by_role("button", name=kpi))
    return row.locator("td").first.inner_text()


def test_the_filters_change_the_numbers_to_those_of_the_part(opened: Page, version: Path) -> None:
    report(opened, version)
    assert value(opened, "Conversations opened") == "140"
    assert value(opened, "Customer satisfaction") == "90.0 %"

    opened.get_by_label("Show").select_option("chat")
    with duckdb.connect(str(version / "support.duckdb"), read_only=True) as connection:
        [wanted] = connection.execute(
            "select sum(numerator)::bigint from kpi_daily where kpi = 'conversations_opened' "
            "and channel = 'chat' and metric_date > '2026-06-01'"
        ).fetchall()
    assert value(opened, "Conversations opened") == f"{wanted[0]}"
    expect(opened.get_by_role("button", name="Customer satisfaction")).to_have_count(0)
    opened.get_by_label("Period").select_option("13")
    assert value(opened, "Conversations opened") == "136"
    expect(opened.locator("#filtered-caption")).to_contain_text("2026-03-31 to 2026-06-29")


def test_the_chart_draws_the_kpi_that_is_chosen(opened: Page, version: Path) -> None:
    report(opened, version)
    before = opened.locator("#over-time svg").inner_html()
    opened.get_by_role("button", name="Conversations opened").click()

    expect(opened.locator("#drawn-title")).to_have_text("Conversations opened: everything, 4 weeks")
    expect(opened.locator("#over-time svg")).to_contain_text("Conversations opened")
    assert opened.locator("#over-time svg").inner_html() != before
    expect(opened.locator("#side-by-side svg")).to_contain_text("chat")


def test_without_scripts_everything_but_the_filters_is_there(
    browser: Browser, version: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((version / "report.html").as_uri())

    expect(page.locator("#filters")).to_be_hidden()
    expect(page.locator("#volume svg")).to_be_visible()
    expect(page.get_by_role("heading", name="Trending issues")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["report", "success/at_risk"])
def test_nothing_bars_a_screen_reader_or_a_keyboard(
    browser: Browser, version: Path, name: str, scheme: str
) -> None:
    context = browser.new_context(offline=True, color_scheme=scheme)
    page = context.new_page()
    if name == "report":
        report(page, version)
    else:
        page.goto((version / f"{name}.html").as_uri())
    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    context.close()


def test_the_list_is_sorted_and_cut_down(opened: Page, version: Path) -> None:
    opened.goto((version / "success" / "at_risk.html").as_uri())
    rows = opened.locator("tbody tr")
    scores = [row.locator("td").nth(2).inner_text() for row in rows.all()]
    opened.get_by_role("button", name="Score").click()
    upwards = [row.locator("td").nth(2).inner_text() for row in rows.all()]

    assert len(scores) > 3
    assert [float(s.removesuffix(" %")) for s in upwards] == sorted(
        float(s.removesuffix(" %")) for s in scores
    )
    opened.get_by_label("With the word").fill("Müller 37")
    expect(opened.locator("#count")).to_have_text(re.compile("^1 of "))
    expect(rows.filter(visible=True)).to_have_count(1)
    opened.get_by_label("With the word").fill("")
    opened.get_by_label("Owner").select_option("Olga Owner")
    expect(opened.locator("#count")).to_have_text(f"{len(scores)} of {len(scores)}")

"""The project's documentation as one page: whole, with nobody in it, and asking for nothing."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect
from typer.testing import CliRunner

import heedline
from commands.console import CommandFailed
from tests.browsing import browser as browser
from tests.browsing import in_a_browser
from tests.browsing import opened as opened
from warehouse.dbt import PROJECT

MODELS = PROJECT / "models"


@pytest.fixture(scope="module")
def home(acme_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the acme company's home, described by `heedline docs`."""
    copied = tmp_path_factory.mktemp("docs") / "home"
    shutil.copytree(acme_home, copied)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(copied))
        done = CliRunner().invoke(heedline.app, ["docs"])
    assert done.exit_code == 0, done.output
    return copied


@pytest.fixture(scope="module")
def page(home: Path) -> Path:
    return home / "docs" / "index.html"


@pytest.fixture(scope="module")
def described(page: Path) -> dict[str, dict[str, Any]]:
    """What the page carries: dbt's manifest and its catalogue of the warehouse."""
    text = page.read_text()
    found = {}
    for part in ("manifest", "catalog"):
        [start] = [match.end() for match in re.finditer(rf'\b{part}:(?=\{{\s*"metadata")', text)]
        found[part] = json.JSONDecoder().raw_decode(text[start:])[0]
    return found


def named(kind: str) -> set[str]:
    """Everything of a kind that the project's files name."""
    files = [yaml.safe_load(path.read_text()) or {} for path in MODELS.rglob("*.yml")]
    return {one["name"] for file in files for one in file.get(kind, ())}


def test_every_mart_is_there_with_its_columns_types_and_what_they_mean(
    home: Path, described: dict[str, dict[str, Any]]
) -> None:
    with duckdb.connect(str(home / "warehouse" / "heedline.duckdb"), read_only=True) as held:
        columns = held.execute(
            "select table_name, column_name, data_type from duckdb_columns() "
            "where schema_name = 'marts'"
        ).fetchall()
    assert len(columns) > 800
    for table, column, kind in columns:
        node = f"model.heedline.{table}"
        assert described["catalog"]["nodes"][node]["columns"][column]["type"] == kind
        said = described["manifest"]["nodes"][node]
        assert said["description"].startswith("One row per ")
        assert said["columns"][column]["description"], f"{table}.{column}"


def test_every_metric_and_exposure_is_there(described: dict[str, dict[str, Any]]) -> None:
    for kind in ("metrics", "exposures"):
        found = {one["name"] for one in described["manifest"][kind].values()}
        assert len(found) > 10
        assert found >= named(kind)


def test_nobody_is_in_it(home: Path, page: Path) -> None:
    with duckdb.connect(str(home / "warehouse" / "heedline.duckdb"), read_only=True) as held:
        people = held.execute(
            "select distinct lower(value) from (select unnest([name, email, phone]) as value "
            "from intermediate.int_contacts) where length(value) > 6"
        ).fetchall()
    text = page.read_text().lower()
    assert len(people) > 1
    assert [person for (person,) in people if person in text] == []


def test_what_publishing_reads_is_left_as_it_was(acme_home: Path, home: Path) -> None:
    for name in ("manifest.json", "semantic_manifest.json"):
        before, after = (root / "dbt" / "target" / name for root in (acme_home, home))
        assert before.read_bytes() == after.read_bytes()
    assert not list((home / "dbt" / "target").glob("*.html"))


def test_it_is_written_where_it_is_wanted(
    home: Path, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(home))
    target = tmp_path / "www" / "heedline.html"
    done = CliRunner().invoke(heedline.app, ["docs", "--output", str(target)])
    assert done.exit_code == 0, done.output
    assert str(target) in done.output
    assert target.stat().st_size == pytest.approx(page.stat().st_size, rel=0.01)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_without_a_build_it_says_what_to_do() -> None:
    failed = CliRunner().invoke(heedline.app, ["docs"])
    assert isinstance(failed.exception, CommandFailed)
    assert "nothing is built yet" in str(failed.exception)
    assert "run `heedline run` first" in str(failed.exception)


class TestInABrowser:
    """Opened from the disk, offline; the fixture looks at console and requests."""

    pytestmark = in_a_browser

    def test_the_first_page_leads_to_a_mart_with_its_columns(
        self, opened: Page, page: Path
    ) -> None:
        opened.goto(page.as_uri())
        expect(opened.get_by_role("heading", name="What the numbers mean")).to_be_visible()
        opened.get_by_role("link", name="kpi_daily").click()

        expect(opened.get_by_role("heading", name="kpi_daily")).to_be_visible()
        rows = opened.locator("tr.column-row")
        expect(rows.filter(has=opened.get_by_text("metric_date"))).to_contain_text("DATE")
        expect(rows.filter(has=opened.get_by_text("segment"))).to_contain_text("VARCHAR")
        icon = opened.locator("svg.menu-icon-on use").first
        assert icon.evaluate("icon => icon.href.baseVal").startswith("#icn-")

    def test_a_metric_and_an_exposure_say_what_they_are(self, opened: Page, page: Path) -> None:
        opened.goto(f"{page.as_uri()}#!/metric/metric.heedline.csat")
        expect(opened.get_by_text("The latest answer per conversation")).to_be_visible()
        opened.goto(f"{page.as_uri()}#!/exposure/exposure.heedline.bi_tables")
        expect(opened.get_by_role("link", name="kpi_weekly")).to_be_visible()

    def test_a_script_in_it_could_not_ask_anybody(self, browser: Browser, page: Path) -> None:
        context = browser.new_context()
        opened = context.new_page()
        opened.goto(page.as_uri())
        refused = opened.evaluate(
            "fetch('http://127.0.0.1:9/').then(() => 'asked', error => String(error))"
        )
        script = opened.evaluate(
            "new Promise(done => { const s = document.createElement('script');"
            " document.addEventListener('securitypolicyviolation', e => done(e.blockedURI));"
            " s.src = 'http://127.0.0.1:9/t.js'; document.head.append(s); })"
        )
        context.close()
        assert "Failed to fetch" in refused
        assert script == "http://127.0.0.1:9/t.js"

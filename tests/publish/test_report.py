"""The report: self-contained, escaped, readable without seeing the charts."""

import base64
import gzip
import re

import pytest

from publish import publish, report, scripts
from publish.charts import sparkline
from publish.formats import cell, duration, quantity
from publish.marts import CannotPublish
from tests.publish.conftest import Company


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """One published report, read by the tests below."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("home")))
        company = Company()
        company.build()
        return (publish(company.as_of).folder / "report.html").read_text()


def test_report_asks_the_network_for_nothing(page: str) -> None:
    assert "default-src 'none'" in page
    assert "connect-src" not in page
    assert not re.search(r"<script[^>]*src", page)
    assert "<link" not in page
    assert not re.search(r"https?://", page)
    assert len(page.encode()) < report.LARGEST_BYTES


def test_report_shows_scorecard_charts_and_tables(page: str) -> None:
    assert "1 of 2 targets attained" in page
    assert "90.0 %" in page
    assert "1.2 h" not in page
    assert "75 min" in page
    assert "30 June 2026, 00:00 UTC" in page
    for name in ("volume", "first_response", "backlog", "topics", "sentiment", "csat"):
        assert f'<figure id="{name}">' in page
    assert page.count("<summary>Numbers</summary>") == 6


def test_every_script_that_may_run_is_named_by_its_hash(page: str) -> None:
    [allowed] = re.findall(r"script-src ([^;]*);", page)
    [own] = re.findall(r'<script type="module">(.*?)</script>', page, re.DOTALL)

    assert "unsafe" not in allowed
    assert allowed.split() == [scripts.policy(own), scripts.vega().policy]
    unpacked = gzip.decompress(base64.b64decode(scripts.vega().text)).decode()
    assert scripts.policy(unpacked) == scripts.vega().policy


def test_trending_issues_agents_and_gaps_are_tables_without_any_script(page: str) -> None:
    without = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)

    [examples] = re.findall(r'<ul class="examples">(.*?)</ul>', without, re.DOTALL)
    assert re.findall(r"zendesk \d", examples) == ["zendesk 8", "zendesk 7", "zendesk 6"]
    assert "“I cannot log in as &lt;NAME&gt;, &lt;b&gt;again&lt;/b&gt; 8” <span" in examples
    assert '<li><span class="soft">zendesk 6' in examples, "no words of this one"
    assert "personal data is replaced by placeholders" in without
    assert re.search(r"Agent 1</th>.*?40</td>.*?15 min.*?90.0 %", without, re.DOTALL)  # of 4 weeks
    assert "pickup &lt;i&gt;point&lt;/i&gt;" in without


def test_without_any_words_examples_are_numbers_and_the_caption_promises_no_more(
    company: Company,
) -> None:
    company.execute("update marts.kpi_topic_examples set example_text = null")
    page = (publish(company.as_of).folder / "report.html").read_text()

    assert "“" not in page[page.index("Trending issues</h2>") : page.index("Agents</h2>")]
    assert "zendesk 8" in page
    assert "placeholders" not in page


def test_what_is_neither_measured_nor_aimed_at_is_named_below_the_table(page: str) -> None:
    assert "not measured" in page  # NPS has a target
    assert "Nothing to measure in this period or the one before: Self-service." in page


def test_text_from_the_data_is_escaped(page: str) -> None:
    assert "<b>time</b>" not in page
    assert "&lt;b&gt;time&lt;/b&gt;" in page


@pytest.mark.parametrize(
    "text",
    [
        '<img src="https://cdn.example/x.png">',
        "<link href=//cdn.example/x.css>",
        '<style>@import "x.css"</style>',
        "<style>a{background:url(https://cdn.example/x)}</style>",
    ],
)
def test_a_report_that_would_load_something_is_refused(tmp_path, text: str) -> None:
    (tmp_path / report.FILE).write_text(text)

    with pytest.raises(CannotPublish, match="self-contained"):
        report.check(tmp_path)


def test_a_report_too_big_to_mail_is_refused(tmp_path) -> None:
    (tmp_path / report.FILE).write_text("x" * (report.LARGEST_BYTES + 1))

    with pytest.raises(CannotPublish, match="draw fewer points"):
        report.check(tmp_path)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (0.5, "30 s"),
        (7.25, "7.2 min"),
        (75, "75 min"),
        (600, "10.0 h"),
        (4320, "3.0 d"),
    ],
)
def test_durations_read_as_people_say_them(minutes: float | None, shown: str) -> None:
    assert duration(minutes) == shown


def test_values_follow_their_unit() -> None:
    assert quantity(0.853, "share") == "85.3 %"
    assert quantity(41.0, "points") == "41"
    assert quantity(None, "share") == "–"
    assert cell(3.14159) == "3.14"


def test_two_points_are_no_trend() -> None:
    assert sparkline([1.0, 2.0]) == ""
    assert "polyline" in sparkline([1.0, 1.0, 1.0])

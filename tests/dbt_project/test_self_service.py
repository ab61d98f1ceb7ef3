"""Help centre and bots: the marts against plain Python, and what must not be published."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.drop import AS_OF, Company, query
from tests.dbt_project.help_centre import (
    ARTICLES,
    WINDOW,
    Event,
    company,
    contacts,
    history,
    month,
    visited,
)
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

Row = dict[str, Any]
MARTS = ("kpi_self_service", "kpi_articles", "kpi_content_gaps", "kpi_bots", "kpi_monthly")
HISTORY = history()
WROTE = contacts()
MINUTE = timedelta(minutes=1)


def typed(words: str, *readers: str | None, found: int = 0) -> list[Event]:
    """A search by each of them, in visits of their own."""
    at = datetime(2026, 6, 10, tzinfo=UTC)
    return [
        Event(f"{words}-{n}", at, "search", None, reader, f"{words}-{n}", words, found)
        for n, reader in enumerate(readers)
    ]


TEN = [f"r{n}" for n in range(10)]
TYPED = [
    *typed("ann.lee@example.com", *TEN),
    *typed("where is ann＠example.com", *TEN),
    *typed("0171 234-56 78", *TEN),
    *typed("order 88213", *TEN),
    *typed("order ٨٨٢١٣", *TEN),
    *typed("READER  r0", *TEN),
    *typed("error 404", "r1", "r2", None),
    *typed("my landlord mr poe", "r1", "r2", "r1", "r1"),
    *typed("a found thing", *TEN, found=2),
    # Three visits of a reader whom only the help centre knows are one person's.
    *typed("stranger", "unknown-1", "unknown-1", "unknown-1"),
]
TOO_OLD = Event(
    "old", AS_OF - timedelta(days=91) - MINUTE, "search", None, "r1", "old", "fax number", 0
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("help")))
        # A database session in any zone gives the same.
        patch.setenv("HEEDLINE_SESSION_TIME_ZONE", "Pacific/Auckland")
        dropped = company([*HISTORY, *TYPED, TOO_OLD], WROTE)
        _bots(dropped)
        dropped.write()
        dbt.run(
            "build",
            as_of=AS_OF,
            sources=["file_drop"],
            extra=(
                *("--resource-type", "model", "--resource-type", "seed", "--select"),
                *(f"+{mart}" for mart in MARTS),
            ),
        )
        yield settings().warehouse_file


def _bots(dropped: Company) -> None:
    """Replies after 0, 2 and 4 minutes; an agent answers one question, nobody another."""
    for name, day in [("bot-1", "08"), ("bot-2", "09"), ("bot-young", "29")]:
        dropped.conversation(
            name, f"2026-06-{day}T08:00:00Z", channel="chatbot", contact_id=f"by-{name}"
        )
    said = [
        ("bot-1", "08", "08:00:00", "customer"),
        ("bot-1", "08", "08:00:00", "bot"),
        ("bot-1", "08", "08:01:00", "customer"),
        ("bot-1", "08", "08:02:00", "customer"),
        ("bot-1", "08", "08:03:00", "bot"),
        ("bot-2", "09", "08:00:00", "customer"),
        ("bot-2", "09", "08:04:00", "bot"),
        ("bot-2", "09", "08:05:00", "customer"),
        ("bot-2", "09", "08:09:00", "agent"),
        ("bot-young", "29", "08:00:00", "customer"),
    ]
    for name, day, at, who in said:
        dropped.said(name, f"2026-06-{day}T{at}Z", who)


@pytest.fixture(scope="module")
def marts(file: Path) -> dict[str, list[Row]]:
    with warehouse(read_only=True, path=file) as connection:
        return {
            name: connection.sql(f"from marts.{name}").to_arrow_table().to_pylist()
            for name in MARTS
        }


def moments(reader: str | None) -> list[datetime]:
    return [at for at, _ in WROTE.get(reader or "", [])]


def test_visits_and_deflection_equal_plain_python(marts: dict[str, list[Row]]) -> None:
    expected: dict[str, Counter[str]] = defaultdict(Counter)
    for reader, inside in visited([*HISTORY, *TYPED, TOO_OLD], {"view", "search"}):
        counts = expected[month(inside[0].at)]
        known = reader is not None and not reader.startswith("unknown")
        counts["visits"] += 1
        counts["anonymous_visits"] += not known
        counts["views"] += sum(event.kind == "view" for event in inside)
        counts["searches"] += sum(event.kind == "search" for event in inside)
        counts["searches_without_result"] += sum(event.found == 0 for event in inside)
        if not known:
            continue
        last = inside[-1].at + WINDOW
        if last > AS_OF:
            counts["undecided_visits"] += 1
            continue
        counts["decided_visits"] += 1
        counts["deflected_visits"] += not any(inside[0].at < at <= last for at in moments(reader))

    found = {str(row["period_start"]): row for row in marts["kpi_self_service"]}
    assert found.keys() == expected.keys()
    for start, counts in expected.items():
        assert {name: found[start][name] for name in counts} == counts
    june = found["2026-06-01"]
    assert june["undecided_visits"] > 0
    assert june["is_complete"] is False
    # Wilson's bounds are where the share found lies 1.96 standard errors of the bound away.
    for bound in (june["deflection_low"], june["deflection_high"]):
        error = (bound * (1 - bound) / june["decided_visits"]) ** 0.5
        assert abs(june["deflection"] - bound) == pytest.approx(1.959964 * error)


@pytest.mark.parametrize(
    ("mart", "kpi", "numerator", "denominator"),
    [
        ("kpi_self_service", "deflection", "deflected_visits", "decided_visits"),
        ("kpi_bots", "containment", "contained", "decided"),
        ("kpi_bots", "handoff_rate", "handed_off", "bot_conversations"),
    ],
)
def test_their_rates_are_those_of_kpi_monthly(
    marts: dict[str, list[Row]], mart: str, kpi: str, numerator: str, denominator: str
) -> None:
    by = "segment" if mart == "kpi_self_service" else "channel"

    def added(rows: list[Row], over: str, under: str) -> dict[tuple[Any, Any], tuple[float, float]]:
        sums: dict[tuple[Any, Any], tuple[float, float]] = defaultdict(lambda: (0, 0))
        for row in rows:
            n, d = sums[row["period_start"], row[by]]
            sums[row["period_start"], row[by]] = (n + row[over], d + row[under])
        return {key: sum_ for key, sum_ in sums.items() if sum_[1]}

    monthly = [row for row in marts["kpi_monthly"] if row["kpi"] == kpi]
    own = added(marts[mart], numerator, denominator)
    assert own == added(monthly, "numerator", "denominator")
    assert own


def test_articles_equal_plain_python(marts: dict[str, list[Row]]) -> None:
    expected: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for article in ARTICLES:
        for reader, inside in visited([e for e in HISTORY if e.article == article], {"view"}):
            counts = expected[month(inside[0].at), article]
            counts["views"] += len(inside)
            counts["visits"] += 1
            if reader is None:
                continue
            if inside[-1].at + WINDOW > AS_OF:
                counts["undecided_visits"] += 1
                continue
            counts["decided_visits"] += 1
            counts["deflected_visits"] += not any(
                event.at < at <= event.at + WINDOW for event in inside for at in moments(reader)
            )
    for event in HISTORY:
        if event.kind in {"helpful", "not_helpful"} and event.article:
            expected[month(event.at), event.article]["votes"] += 1
            expected[month(event.at), event.article]["helpful_votes"] += event.kind == "helpful"

    found = {(str(r["period_start"]), r["article_remote_id"]): r for r in marts["kpi_articles"]}
    assert found.keys() == expected.keys()
    for key, counts in expected.items():
        assert {name: found[key][name] for name in counts} == counts, key
        assert found[key]["title"] == (None if key[1] == "art-4" else key[1].upper())


def test_a_contact_is_put_to_the_article_opened_last_before_it(marts: dict[str, list[Row]]) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for reader, wrote in WROTE.items():
        views = [e for e in HISTORY if e.reader == reader and e.kind == "view" and e.article]
        credited = set()
        for at, conversation in wrote:
            before = [event for event in views if at - WINDOW <= event.at < at]
            if conversation in credited or not before:
                continue
            credited.add(conversation)
            last = max(before, key=lambda event: (event.at, event.article or ""))
            expected[month(last.at), last.article or ""] += 1

    found = {
        (str(row["period_start"]), row["article_remote_id"]): row["contacts"]
        for row in marts["kpi_articles"]
        if row["contacts"]
    }
    assert found == expected
    assert sum(expected.values()) > 10


def test_what_could_name_a_person_is_counted_and_not_shown(marts: dict[str, list[Row]]) -> None:
    gaps = {row["query"]: row for row in marts["kpi_content_gaps"]}
    assert gaps.keys() == {"gift card", "pickup point", "refund", "error 404", None}
    withheld = gaps[None]
    assert withheld["withheld_queries"] == 8
    assert withheld["searches"] == 6 * 10 + 4 + 3
    assert gaps["error 404"]["searchers"] == 3
    assert gaps["error 404"]["customers"] == 2


def test_the_gaps_of_the_window_equal_plain_python(marts: dict[str, list[Row]]) -> None:
    since = datetime(2026, 3, 31, tzinfo=UTC)
    searches: dict[str, list[Event]] = defaultdict(list)
    for event in HISTORY:
        if event.kind == "search" and event.query and event.at >= since:
            searches[" ".join(event.query.lower().split())].append(event)
    gaps = {row["query"]: row for row in marts["kpi_content_gaps"]}
    for words, made in searches.items():
        row = gaps[words]
        empty = sum(event.found == 0 for event in made)
        told = sum(event.found is not None for event in made)
        assert (row["searches"], row["searches_without_result"]) == (len(made), empty)
        assert row["without_result_share"] == pytest.approx(empty / told)
        assert row["searches_before_contact"] == sum(
            any(event.at < at <= event.at + WINDOW for at in moments(event.reader))
            for event in made
        )
        assert row["last_searched_at"] == max(event.at for event in made)
    empties = [row["searches_without_result"] for row in marts["kpi_content_gaps"]]
    assert empties == sorted(empties, reverse=True)


def test_bots_by_hand(marts: dict[str, list[Row]], file: Path) -> None:
    (row,) = marts["kpi_bots"]
    shown = (
        "bot_conversations", "contained", "decided", "undecided", "handed_off", "containment",
        "handoff_rate", "bot_replies", "bot_response_minutes",
    )  # fmt: skip
    assert [row[name] for name in shown] == [
        3, 1, 2, 1, 1, 0.5, pytest.approx(1 / 3), 3, pytest.approx((0 + 2 + 4) / 3)
    ]  # fmt: skip
    assert query(file, "select count(*) from intermediate.int_bot_replies") == [(2,)]

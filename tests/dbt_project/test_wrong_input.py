"""What docs/metrics.md says of wrong input: it fails no build, it is never dropped in silence."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.company_faulty import FOUND, clean, faulty
from tests.dbt_project.drop import AS_OF, built, query
from tests.dbt_project.noise import SYSTEM, add_noise, lives_on_in
from warehouse import dbt
from warehouse.duck import warehouse

RULES = {
    row["rule"]: row
    for row in csv.DictReader((dbt.PROJECT / "seeds" / "data_issue_rules.csv").open())
}
COMPANY = faulty()
MERGED = add_noise(COMPANY)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Built with every test of the project; that this ends is the first thing shown."""
    with built(COMPANY, tmp_path_factory.mktemp("faulty"), selectors=("unify", "marts")) as path:
        yield path


@pytest.fixture(scope="module")
def conversations(file: Path) -> dict[str, dict[str, Any]]:
    with warehouse(read_only=True, path=file) as connection:
        rows = (
            connection.sql("from marts.fct_conversations where source_system = 'acme'")
            .to_arrow_table()
            .to_pylist()
        )
    return {row["remote_id"]: row for row in rows}


Rows = dict[str, dict[str, Any]]


def issues(file: Path) -> dict[tuple[str, ...], str | None]:
    return {
        (rule, entity, remote_id): found
        for rule, entity, remote_id, found in query(
            file,
            "select rule, entity, remote_id, string_agg(found, '; ' order by found) "
            "from marts.data_issues where source_system = 'acme' group by all",
        )
    }


def test_every_fault_names_its_record_and_what_was_found(file: Path) -> None:
    assert issues(file) == FOUND
    assert {rule for rule, _, _ in FOUND} == RULES.keys()


def test_every_issue_says_what_is_done(file: Path) -> None:
    said = query(file, "select distinct rule, handling, severity, effect from marts.data_issues")
    assert len(said) == len(RULES)
    for rule, *rest in said:
        assert rest == [RULES[rule][name] for name in ("handling", "severity", "effect")]


def test_the_documentation_states_every_rule() -> None:
    page = (dbt.PROJECT.parent / "docs" / "metrics.md").read_text()
    table = page[page.index("## When the input is wrong") :]
    assert [rule for rule in RULES if f"`{rule}`" not in table] == []


def test_an_unknown_status_is_open_and_one_before_the_opening_counts_from_it(
    conversations: Rows,
) -> None:
    assert conversations["word"]["status"] == "open"
    assert conversations["event_word"]["status"] == "open"
    assert conversations["early"]["resolution_minutes"] == 0
    assert conversations["early_row"]["resolution_minutes"] == 0


def test_a_message_before_the_opening_is_answered_from_when_it_was_sent(
    conversations: Rows,
) -> None:
    row = conversations["said_early"]
    # 07:50 → 08:10, by an agent in no directory, who counts as a person; solved at 10:00.
    assert row["first_response_minutes"] == 20
    assert row["resolution_minutes"] == 120
    assert row["agent_messages"] == 1


def test_merges_that_cannot_be_lose_no_conversation(file: Path, conversations: Rows) -> None:
    reasons = {name: conversations[name]["excluded_reason"] for name in conversations}
    assert reasons["self"] is None
    assert reasons["stray"] == "merged"
    assert (reasons["round_a"], reasons["round_b"]) == (None, "merged")
    assert conversations["round_a"]["customer_messages"] == 2
    assert reasons["chain-0"] == "merged"
    assert reasons["chain-9"] is None


def test_calls_take_what_can_be(conversations: Rows) -> None:
    def times(name: str) -> tuple[float | None, float | None]:
        return conversations[name]["first_response_minutes"], conversations[name]["handle_minutes"]

    assert times("answer_first") == (0, 5)
    assert times("end_first") == (1, None)
    assert times("unanswered") == (None, None)
    # Talk is answer → end less hold: 240 - 30 s, and 30 s of hold; no wrap-up below zero.
    assert times("negative") == (1, 4)
    assert times("no_talk") == (1, 5)


def test_a_score_outside_its_scale_is_no_answer(file: Path, conversations: Rows) -> None:
    # The 7 came after the 4 and does not push it out.
    assert conversations["rated"]["csat_score"] == 4
    assert conversations["rated"]["is_csat_satisfied"] is True
    assert query(
        file,
        "select remote_id, score from marts.fct_survey_responses "
        "where not is_response and source_system = 'acme' order by score",
    ) == [("seven", 7), ("eleven", 11)]


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        # Their brand's schedule cannot be used: the default, 09:00–17:00 in Berlin, does.
        ("atlantis", 300),
        ("eighth_day", 300),
        ("clockless", 300),
        ("odd_schedule", 60),
        ("backwards", 300),
        # Monday 00:00–13:00: the night until 09:30, 09:00–12:00 and 11:00–13:00.
        ("twice", 780),
    ],
)
def test_hours_that_cannot_be_used(conversations: Rows, name: str, minutes: float) -> None:
    assert conversations[name]["resolution_business_minutes"] == minutes


def test_random_merges_end_where_a_walk_by_hand_ends(file: Path) -> None:
    found = dict(
        query(
            file,
            "select merged.remote_id, survivors.remote_id from marts.fct_conversations as merged "
            "inner join marts.fct_conversations as survivors "
            "on merged.survivor_conversation_id = survivors.conversation_id "
            "where merged.source_system = ?",
            SYSTEM,
        )
    )
    assert found.keys() == MERGED.keys()
    expected = {name: lives_on_in(COMPANY, MERGED, name) for name in MERGED}
    followed = {name: end for name, end in expected.items() if end is not None}
    assert len(followed) > 100
    assert {name: found[name] for name in followed} == followed
    # Only what merged into another conversation has left the counts.
    assert {
        name
        for (name,) in query(
            file,
            "select remote_id from marts.fct_conversations "
            "where source_system = ? and excluded_reason is null",
            SYSTEM,
        )
    } == {name for name, end in expected.items() if end == name and MERGED[name] != "gone"}


def test_random_faults_are_all_counted(file: Path) -> None:
    listed = dict(
        query(
            file,
            "select rule || ' ' || entity, min(records) from marts.data_issues "
            "where source_system = ? group by all",
            SYSTEM,
        )
    )
    rows = {
        entity: [row for row in found if row.get("source_system") == SYSTEM]
        for entity, found in COMPANY.rows.items()
    }
    opened = {row["conversation_id"]: row["opened_at"] for row in rows["conversations"]}

    def early(entity: str, column: str) -> int:
        return sum(
            datetime.fromisoformat(row[column])
            < datetime.fromisoformat(opened[row["conversation_id"]])
            for row in rows[entity]
        )

    assert listed["message_before_opening messages"] == early("messages", "sent_at")
    assert listed["status_before_opening conversation_events"] == early(
        "conversation_events", "occurred_at"
    )
    assert listed["status_word_unknown conversation_events"] == sum(
        row["new_value"] in {"???", "limbo"} for row in rows["conversation_events"]
    )
    tops = {"csat": (1, 5), "nps": (0, 10)}
    assert listed["survey_score_outside_scale survey_responses"] == sum(
        not tops[row["survey_type"]][0] <= int(row["score"]) <= tops[row["survey_type"]][1]
        for row in rows["survey_responses"]
    )
    assert listed["call_duration_negative calls"] == sum(
        min(int(row["talk_seconds"]), int(row["hold_seconds"])) < 0 for row in rows["calls"]
    )


def test_a_clean_company_has_no_issue_and_a_bad_one_a_bounded_list(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(file.parents[1]))
    company = clean()
    company.write()
    dbt.run("run", as_of=AS_OF, sources=["file_drop"], extra=("--select", "+data_issues"))
    assert query(file, "from marts.data_issues") == []
    for number in range(300):
        company.said("nowhere", "2026-06-01T08:00:00Z", "customer", message_id=f"m{number}")
    company.write()
    listed = ("loaded_messages", "int_messages", "int_data_issues_conversations", "data_issues")
    dbt.run("run", as_of=AS_OF, sources=["file_drop"], extra=("--select", *listed))
    assert query(file, "select count(*), min(records), max(records) from marts.data_issues") == [
        (200, 300, 300)
    ]

"""`heedline at-risk`: the list, and why one customer is on it, from the success team's folder."""

import json
import math
import re
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

import heedline
from warehouse.settings import settings

PEOPLE = Path(__file__).with_name("published_customers.sql")
ANNA, BEN, CY = "aaaaaaaa01", "aaaaaaaa02", "bbbbbbbb03"
LISTS = Path(__file__).with_name("published_at_risk.sql")


@pytest.fixture(autouse=True)
def _published() -> None:
    folder = settings().published / "current" / "success"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'customers.duckdb'}' as people")
        connection.execute("attach ':memory:' as marts")
        connection.execute(PEOPLE.read_text())
    with duckdb.connect(str(folder / "success.duckdb")) as connection:
        connection.execute(LISTS.read_text())


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(heedline.app, ["at-risk", *arguments])


def refused(*arguments: str) -> str:
    """What the command says when it fails."""
    result = ask(*arguments)
    assert result.exit_code == 1
    return str(result.exception)


def test_the_bare_call_still_prints_the_list_and_what_to_do() -> None:
    said = ask().output
    assert "Anna [bold]Kern, Kestrel Legal" in said
    assert "solve for good, phone, by 2026-07-01 15:00" in re.sub(r"\s+", " ", said)
    assert json.loads(ask("--top", "1", "--format", "json").output)[0]["play"] == "solve_for_good"
    assert ask("--format", "csv").output.splitlines()[0].startswith("position,customer_id,")


@pytest.mark.parametrize(
    "asked", [ANNA, "anna@kestrel.example", "ANNA [BOLD]KERN", "zendesk:42", "old-id-0001"]
)
def test_a_customer_is_found_as_the_card_finds_them(asked: str) -> None:
    said = json.loads(ask("explain", asked, "--format", "json").output)
    assert said["customer"]["customer_id"] == ANNA


def test_contributions_add_up_to_the_score_exactly() -> None:
    said = json.loads(ask("explain", ANNA, "--format", "json").output)
    total = said["base"] + math.fsum(reason["contribution"] for reason in said["reasons"])
    assert 1 / (1 + math.exp(-total)) == pytest.approx(said["score"], abs=1e-12)
    assert said["reasons"][0]["conversation_ids"] == ["v1", "v2"]
    assert said["play"]["message"] == "Hello Anna,\nI am on it."
    assert said["change"]["previous_score"] == 0.5


def test_the_page_shows_score_change_play_and_a_table_that_ends_at_the_score() -> None:
    said = ask("explain", ANNA).output
    lines = [re.sub(r"\s+", " ", line).strip() for line in said.splitlines()]
    assert "Anna [bold]Kern, Kestrel Legal aaaaaaaa01" in lines
    assert any("red: leaves within 30 days with probability 0.80, number 1" in o for o in lines)
    assert "changed 0.50 → 0.80 since 2026-06-29: one topic +1.20" in lines
    assert "how phone +49 30 1234567" in lines
    assert "until Wednesday, 2026-07-01 15:00 UTC" in lines
    assert "message Hello Anna," in lines
    assert any(
        line.startswith("one topic: 3 contacts about billing in 14 days, last one unanswered")
        and "+1.500 +0.300" in line
        and "zendesk:1" in line
        for line in lines
    )
    # log-odds of 0.8, and where everybody starts: without the two reasons
    assert any(re.fullmatch(r"sum \+1\.386 0\.80", line) for line in lines)
    assert any(line.startswith("where everybody starts +0.136") for line in lines)


def test_a_play_whose_time_is_over_says_so() -> None:
    with duckdb.connect(str(settings().published / "current/success/success.duckdb")) as lists:
        lists.execute("update at_risk_customers set due_at = timestamptz '2026-06-29 00:00:00+00'")
    assert "2026-06-29 00:00 UTC, overdue" in ask("explain", ANNA).output


def test_who_is_left_out_is_shown_why_and_without_an_address() -> None:
    result = ask("explain", BEN)
    assert "do not contact: asked not to be contacted" in result.output
    assert "what to do" not in result.output
    assert "7946" not in ask("explain", BEN, "--format", "json").output


def test_who_is_not_there_or_not_at_risk_is_named_with_the_remedy() -> None:
    nobody = refused("explain", "nobody@nowhere.example")
    assert nobody.startswith("no customer 'nobody@nowhere.example'")
    assert "heedline run" in nobody
    assert f"`heedline customer {CY}` shows their health" in refused("explain", CY)
    assert "2 customers share 'team@mill.example'" in refused("explain", "team@mill.example")


def test_before_the_first_run_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "new"))
    assert "run `heedline run` first" in refused("explain", ANNA)


def test_help_teaches() -> None:
    assert "heedline at-risk explain" in ask("--help").output.replace("\n", " ")
    assert "log-odds" in ask("explain", "--help").output

"""`heedline query`: what it prints, and what it says to a question that has no answer."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import heedline
from runtime.semantic import CannotAsk, Metrics, Request
from tests.dbt_project.asking import asked, rows


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request(("cast",)), "did you mean csat"),
        (Request(("kpi_numerator",)), "no metric 'kpi_numerator'"),
        (Request(("csat",), ("chanel",)), "did you mean channel"),
        (Request(("backlog",), ("brand",)), "backlog: there is no 'brand'"),
        (Request(("csat", "backlog"), where={"country": ("DE",)}), "no 'country'"),
        (Request(("csat",), where={"topic": ("{{ x }}",)}), "braces"),
        (Request(("csat",), where={"month": ("2026-06",)}), "the first and the last day"),
        (Request(("csat",), ("brand", "conversation__brand")), "brand is asked for twice"),
    ],
)
def test_what_cannot_be_asked_says_what_can(metrics: Metrics, request_: Request, said: str) -> None:
    with pytest.raises(CannotAsk, match=said):
        metrics.answer(request_)


def test_filters_are_values_and_never_sql(metrics: Metrics, snapshot: Path) -> None:
    assert asked(metrics, "csat", where={"team": ("x') or ('1' = '1",)}).get(()) is None
    teams = {row["team"] for row in rows(snapshot, "select team from kpi_evidence")} - {None}
    whole = asked(metrics, "conversations_opened")[()]
    parts = [
        asked(metrics, "conversations_opened", where={"team": team}).get((), 0) or 0
        for team in (tuple(teams), ("none",))
    ]
    assert sum(parts) == whole
    opened = {"is_customer_opened": ("true",)}, {"is_customer_opened": ("false",)}
    spoken = [asked(metrics, "conversations_opened", where=where).get((), 0) for where in opened]
    assert sum(spoken) == whole
    assert all(spoken)
    assert all(parts)


@pytest.fixture
def ask(published: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HEEDLINE_HOME", str(published))
    return lambda *words: CliRunner().invoke(heedline.app, ["query", *words])


def test_the_command_prints_a_table_csv_json_or_the_sql(ask: Any, snapshot: Path) -> None:
    words = ("csat", "--by", "month", "--by", "channel", "--where", "channel=email")
    table = ask(*words).stdout.splitlines()
    assert table[0].split() == ["month", "channel", "Satisfaction", "(CSAT)"]
    assert table[1].split() == ["2026-06-01", "email", "60.0%"]
    assert table[3].startswith("Satisfied / answered: 4 and 5 of 5")
    assert ask(*words, "--format", "csv").stdout.splitlines() == [
        "month,channel,csat",
        "2026-06-01,email,0.6",
    ]
    assert json.loads(ask(*words, "--format", "json").stdout) == [
        {"month": "2026-06-01", "channel": "email", "csat": 0.6}
    ]
    (found,) = rows(snapshot, ask(*words, "--sql").stdout)
    assert found["csat"] == 0.6


def test_nothing_is_asked_of_the_network(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert ask("csat", "--by", "month").exit_code == 0


def test_the_command_lists_what_can_be_asked(ask: Any) -> None:
    listed = ask().stdout
    assert "First contact resolution, per issue" in listed
    assert "health_band" in listed
    assert "respondent" not in listed
    assert "kpi_numerator" not in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("csat", "--from", "1/6"), "'1/6' is not a day"),
        (("csat", "--from", "2026-06-02", "--to", "2026-06-01"), "is before --from"),
        (("csat", "--where", "chat"), "write it as channel=chat"),
        (("cast",), "did you mean csat"),
    ],
)
def test_a_wrong_question_is_one_line(ask: Any, words: tuple[str, ...], said: str) -> None:
    assert said in str(ask(*words).exception)

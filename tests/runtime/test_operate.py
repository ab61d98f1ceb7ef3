"""A run's plan: one "now" for all of it, and one company to a home."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime import operate
from runtime.claim import OtherCompany, claim
from runtime.operate import Plan, run_once
from runtime.rounds import RoundResult
from warehouse.clock import iso
from warehouse.settings import settings

PlanOf = Callable[..., Plan]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def plan(said: list[str]) -> PlanOf:
    def make(**wanted: Any) -> Plan:
        given = {"drop": None, "as_of": None, "size": "small", "live": False, **wanted}
        return Plan(home=settings(), say=said.append, **given)

    return make


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The `as_of` of every round, none of which starts an Airflow."""
    begun: list[datetime] = []

    class FakeRound:
        def __init__(self, _airflow: object, as_of: datetime, *_: object) -> None:
            begun.append(as_of)

        def run(self) -> RoundResult:
            return RoundResult(begun[-1])

    class FakeAirflow:
        url = "http://127.0.0.1:1"

        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> "FakeAirflow":
            return self

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(operate, "Round", FakeRound)
    monkeypatch.setattr(operate, "LocalAirflow", FakeAirflow)
    return begun


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is a second later at every look."""
    seconds = iter(range(100))
    start = datetime(2026, 6, 30, tzinfo=UTC)
    monkeypatch.setattr(operate, "wall_now", lambda: start + timedelta(seconds=next(seconds)))


@pytest.mark.usefixtures("ticking")
def test_the_as_of_a_run_says_is_the_one_it_runs_as_of(
    plan: PlanOf, said: list[str], rounds: list[datetime], tmp_path: Path
) -> None:
    run_once(plan(drop=tmp_path))
    assert said[0].startswith(f"as of {iso(rounds[0])} ")


def test_a_home_takes_the_same_company_again(plan: PlanOf, rounds: list[datetime]) -> None:
    for _ in range(2):
        run_once(plan(size="small"))
    assert len(rounds) == 2


@pytest.mark.parametrize(
    ("wanted", "says"),
    [({"size": "medium"}, "sample medium"), ({"live": True}, "own systems")],
)
def test_a_home_refuses_another_company_before_anything_starts(
    wanted: dict[str, Any],
    says: str,
    plan: PlanOf,
    rounds: list[datetime],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_HEEDLINE_STRIPE", "http://127.0.0.1:9")
    run_once(plan(size="small"))
    with pytest.raises(OtherCompany, match=f"holds sample small, .* {says}.*HEEDLINE_HOME") as no:
        run_once(plan(**wanted))
    assert "\n" not in str(no.value)
    assert len(rounds) == 1


def test_a_home_of_own_systems_refuses_the_sample_company(plan: PlanOf) -> None:
    claim(settings().root, "own systems")
    with pytest.raises(OtherCompany, match="holds own systems"):
        run_once(plan())


def test_a_drop_folder_goes_into_any_home_and_claims_none(
    plan: PlanOf, rounds: list[datetime], tmp_path: Path
) -> None:
    run_once(plan(drop=tmp_path))
    run_once(plan(size="small"))
    run_once(plan(drop=tmp_path))
    assert len(rounds) == 3


def test_a_kill_while_claiming_leaves_the_home_free(plan: PlanOf, rounds: list[datetime]) -> None:
    home = settings().root
    home.mkdir(parents=True)
    (home / "company.unfinished").write_text("own sys")
    run_once(plan(size="small"))
    assert (home / "company").read_text() == "sample small\n"
    assert len(rounds) == 1

"""A round is looked at seldom while nothing moves, since each look costs the machine it runs on."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from runtime import rounds
from runtime.local_airflow import LocalAirflow
from runtime.rounds import CHAIN, Round

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakeApi:
    """One ingest task and the chain, which take the given states one after the other."""

    def __init__(self, states: list[str]) -> None:
        self._states = iter(states)

    def trigger(self, *_: Any) -> None: ...

    def runs_since(self, _since: datetime) -> list[dict[str, Any]]:
        self._state = next(self._states)
        over = self._state == "success"
        dags = ("ingest_email", *CHAIN) if over else ("ingest_email",)
        return [{"dag_id": d, "dag_run_id": "r", "state": self._state} for d in dags]

    def tasks(self, _run_ids: set[str]) -> list[dict[str, Any]]:
        task = {"dag_id": "ingest_email", "task_id": "extract", "dag_run_id": "r", "try_number": 1}
        return [{**task, "state": self._state, "duration": 1.0}]


class FakeAirflow:
    def __init__(self, api: FakeApi) -> None:
        self.api = api

    def wait_for_dags(self, _expected: list[str]) -> None: ...

    def check_alive(self) -> None: ...


@pytest.fixture
def pauses_over(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], list[float]]:
    """Pauses between the looks at a round whose task goes through these states."""

    def follow(states: list[str]) -> list[float]:
        pauses: list[float] = []
        monkeypatch.setattr(rounds.time, "sleep", pauses.append)
        airflow = cast("LocalAirflow", FakeAirflow(FakeApi(states)))
        assert Round(airflow, NOW, ["email"], lambda _: None).run().published
        return pauses

    return follow


def test_the_longer_nothing_moves_the_fewer_looks(
    pauses_over: Callable[[list[str]], list[float]],
) -> None:
    states = ["queued", "running", "running", "running", "running", "running", "success"]
    assert pauses_over(states) == [1, 1, 2, 3, 3, 3]


def test_what_moves_again_is_looked_at_every_second(
    pauses_over: Callable[[list[str]], list[float]],
) -> None:
    states = ["running", "running", "running", "up_for_retry", "running", "success"]
    assert pauses_over(states) == [1, 2, 3, 1, 1]

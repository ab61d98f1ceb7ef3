"""What a round is told to have done, and how seldom it is looked at while nothing moves."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from runtime import rounds
from runtime.local_airflow import LocalAirflow
from runtime.rounds import CHAIN, Round

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class FakeApi:
    """One ingest task and the chain, which take the given states one after the other.

    Args:
        after: how the chain's last task ends, after that which publishes the files.
    """

    def __init__(self, states: list[str], after: str = "success") -> None:
        self._states = iter(states)
        self._after = after

    def trigger(self, *_: Any) -> None: ...

    def runs_since(self, _since: datetime) -> list[dict[str, Any]]:
        self._state = next(self._states)
        over = self._state == "success"
        states = {"ingest_email": self._state}
        if over:
            states |= dict.fromkeys(CHAIN, "success") | {CHAIN[-1]: self._after}
        return [{"dag_id": d, "dag_run_id": "r", "state": state} for d, state in states.items()]

    def tasks(self, _run_ids: set[str]) -> list[dict[str, Any]]:
        states = {("ingest_email", "extract"): self._state}
        if self._state == "success":
            states |= {("publish", "publish_version"): "success"}
            states |= {("publish", "load_postgres"): self._after}
        task = {"dag_run_id": "r", "try_number": 1, "duration": 1.0}
        return [
            {**task, "dag_id": dag_id, "task_id": task_id, "state": state}
            for (dag_id, task_id), state in states.items()
        ]

    def log(self, *_: Any) -> list[dict[str, Any]]:
        return [{"error_detail": [{"exc_type": "PostgresBehind", "exc_value": "no answer"}]}]


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


def test_files_are_published_though_the_database_fails() -> None:
    airflow = cast("LocalAirflow", FakeAirflow(FakeApi(["success"], after="failed")))
    result = Round(airflow, NOW, ["email"], lambda _: None).run()

    assert result.published
    assert [(f.task_id, f.error) for f in result.failures] == [
        ("load_postgres", "PostgresBehind: no answer")
    ]

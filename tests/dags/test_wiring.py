"""How `as_of` travels from run to run, and who may start one."""

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, get_type_hints

import pytest

from connectors.contract import Credentials
from connectors.registry import Channel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wiring(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    with pytest.MonkeyPatch.context() as env:
        env.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        env.setenv("AIRFLOW__CORE__UNIT_TEST_MODE", "True")
        env.syspath_prepend(str(ROOT / "dags"))
        import wiring

    return wiring


def event(at: str, as_of: str | None) -> SimpleNamespace:
    """An asset event as Airflow hands it to a task."""
    extra = {"as_of": as_of} if as_of else {}
    return SimpleNamespace(timestamp=datetime.fromisoformat(at), extra=extra)


def context(**events: list[SimpleNamespace]) -> dict[str, Any]:
    run = SimpleNamespace(conf={"as_of": "2020-01-01"}, run_after=None)
    return {"dag_run": run, "triggering_asset_events": events}


def test_a_replay_of_an_earlier_moment_is_not_overruled_by_a_forgotten_rounds_events(
    wiring: ModuleType,
) -> None:
    given = context(
        zendesk=[
            event("2026-07-02T10:00:00+00:00", "2026-07-01T00:00:00Z"),
            event("2026-07-02T12:00:00+00:00", "2026-03-31T00:00:00Z"),
        ],
        email=[event("2026-07-02T10:00:01+00:00", "2026-07-01T00:00:00Z")],
    )
    assert wiring.handed_as_of(given) == datetime(2026, 3, 31, tzinfo=UTC)


def test_the_newest_event_counts_in_whatever_order_and_group_it_comes(wiring: ModuleType) -> None:
    newest = event("2026-07-02T12:00:00+00:00", "2026-06-30T00:00:00Z")
    older = event("2026-07-02T11:59:00+00:00", "2026-06-29T00:00:00Z")
    for given in (context(a=[newest, older]), context(a=[older], b=[newest])):
        assert wiring.handed_as_of(given) == datetime(2026, 6, 30, tzinfo=UTC)


def test_an_event_without_a_moment_is_passed_over(wiring: ModuleType) -> None:
    made_by_hand = event("2026-07-02T13:00:00+00:00", None)
    ours = event("2026-07-02T12:00:00+00:00", "2026-06-30T00:00:00Z")
    assert wiring.handed_as_of(context(a=[made_by_hand, ours])).day == 30
    assert wiring.handed_as_of(context(a=[made_by_hand])) == datetime(2020, 1, 1, tzinfo=UTC)
    assert wiring.handed_as_of(context()) == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scheduled", "expected"),
    [(None, "@daily"), ("1", "@daily"), ("true", "@daily"), ("0", None), ("false", None)],
)
def test_schedules_count_unless_the_settings_say_otherwise(
    wiring: ModuleType,
    scheduled: str | None,
    expected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HEEDLINE_SCHEDULED", raising=False)
    if scheduled is not None:
        monkeypatch.setenv("HEEDLINE_SCHEDULED", scheduled)
    assert wiring.schedule_of(Channel(name="email", schedule="@daily")) == expected


def test_a_channel_without_sign_in_gets_plain_credentials(wiring: ModuleType) -> None:
    assert wiring.airflow_credentials(Channel(name="file_drop")) == Credentials(base_url="")
    assert get_type_hints(wiring.airflow_credentials)["return"] is Credentials

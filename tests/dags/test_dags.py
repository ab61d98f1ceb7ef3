"""Every DAG imports, is wired as the house says, and keeps warehouse tasks in the one-slot pool."""

import runpy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAIN = {"unify", "enrich", "marts", "publish"}
PRIVACY = {"erase", "retention"}
WATCH = {"audit_ids", "tagger_drift"}
DELIVERY = {"outreach"}


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow")
    with pytest.MonkeyPatch.context() as env:
        env.setenv("AIRFLOW_HOME", str(home))
        env.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        env.setenv("AIRFLOW__CORE__UNIT_TEST_MODE", "True")
        env.delenv("HEEDLINE_CHANNELS", raising=False)
        env.syspath_prepend(str(ROOT / "dags"))
        import backfill
        import ingest
        from audit_ids import audit_ids
        from enrich import enrich
        from erase import erase
        from marts import marts
        from outreach_delivery import outreach
        from publish_marts import publish
        from retention import retention
        from tagger_drift import tagger_drift
        from unify import unify

        found = {dag.dag_id: dag for dag in (unify(), enrich(), marts(), publish())}
        found |= {dag.dag_id: dag for dag in (erase(), retention(), tagger_drift(), outreach())}
        found["audit_ids"] = audit_ids()
        found |= {
            k: v for k, v in vars(ingest).items() if k.startswith("ingest_") and k != "ingest_dag"
        }
        windowed = {k: v for k, v in vars(backfill).items() if k.startswith("backfill_")}
        found |= {k: v for k, v in windowed.items() if hasattr(v, "dag_id")}
    return found


def test_one_ingest_dag_per_enabled_channel(dags: dict[str, Any]) -> None:
    from connectors.registry import enabled_channels
    from connectors.windows import CRON, backfilled_channels

    assert set(dags) == CHAIN | PRIVACY | WATCH | DELIVERY | {
        f"ingest_{c.name}" for c in enabled_channels()
    } | {f"backfill_{c.name}_{size}" for c in backfilled_channels() for size in CRON}


def test_what_opens_the_warehouse_waits_for_its_slot(dags: dict[str, Any]) -> None:
    outside = {
        f"{dag_id}.{task.task_id}"
        for dag_id, dag in dags.items()
        for task in dag.tasks
        if task.pool != "warehouse"
    }
    expected = {
        f"{dag_id}.{task}"
        for dag_id in dags
        if dag_id.startswith("ingest_")
        for task in ("extract", "gate", "announce")
    }
    windowed = [dag_id for dag_id in dags if dag_id.startswith("backfill_")]
    expected |= {f"{dag_id}.{task}" for dag_id in windowed for task in ("extract", "gate")}
    expected |= {f"audit_ids.{t}" for t in dags["audit_ids"].task_ids if t.startswith("list_")}
    # They start a run, or say what another task found, and open nothing.
    expected |= {"erase.rebuild", "tagger_drift.alert", "outreach.is_anything_due"}
    # Waits for vendors; opens the warehouse for moments, and is patient then.
    assert outside == expected | {"outreach.deliver", "outreach.fetch_outcomes"}


def test_ids_are_compared_once_they_are_listed(dags: dict[str, Any]) -> None:
    audit = dags["audit_ids"]
    assert audit.get_task("compare_zendesk").upstream_task_ids == {"list_zendesk"}
    assert audit.timetable.expression == "0 3 * * 0"


def test_a_failed_load_still_reports_and_still_fails_its_run(dags: dict[str, Any]) -> None:
    dag = dags["ingest_zendesk"]
    announce = dag.get_task("announce")
    assert announce.is_teardown
    assert not announce.on_failure_fail_dagrun
    assert {t.task_id for t in dag.leaves if not t.is_teardown} == set()
    assert announce.upstream_task_ids >= {"load"}


def test_what_a_task_returns_is_kept_once(dags: dict[str, Any]) -> None:
    """Not every key of a dict by itself as well, with a call of the API server for each."""
    own = [task for dag in dags.values() for task in dag.tasks if hasattr(task, "python_callable")]
    assert len(own) > 40
    assert [t.task_id for t in own if t.multiple_outputs] == []


def test_only_one_run_of_a_dag_at_a_time_and_no_catching_up(dags: dict[str, Any]) -> None:
    assert {(d.max_active_runs, d.catchup) for d in dags.values()} == {(1, False)}


def test_an_erasure_is_swept_before_anything_is_built_and_proved_after_it_is_published(
    dags: dict[str, Any],
) -> None:
    assert dags["erase"].get_task("rebuild").trigger_dag_id == "unify"
    assert dags["erase"].get_task("rebuild").upstream_task_ids == {"sweep"}
    assert "replay_erasures" in dags["unify"].get_task("build_unified").upstream_task_ids
    publish = dags["publish"]
    assert {t.task_id for t in publish.roots} == {"check_erasures"}
    assert {t.task_id for t in publish.leaves} == {"finish_erasures"}


def test_an_address_is_no_parameter_of_a_dag_for_airflow_keeps_those(dags: dict[str, Any]) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    param = dags["erase"].params.get_param("customer")
    assert param.resolve("083c858dadfee245a0f8b28aee254a3a")
    for plain in ("jane@home.example", "zendesk:3640001"):
        with pytest.raises(ParamValidationError):
            param.resolve(plain)


def test_texts_are_redacted_before_anything_reads_them(dags: dict[str, Any]) -> None:
    assert dags["enrich"].get_task("tag").upstream_task_ids == {"redact"}


def test_drift_is_told_by_a_task_that_fails_once_and_that_nothing_waits_for(
    dags: dict[str, Any],
) -> None:
    drift = dags["tagger_drift"]
    alert = drift.get_task("alert")
    assert alert.upstream_task_ids == {"compute"}
    assert alert.retries == 0
    assert drift.timetable.expression == "0 6 * * 1"
    assert not any(task.outlets or task.downstream_task_ids - {"alert"} for task in drift.tasks)


def test_nothing_is_delivered_by_itself_while_no_target_is_on(dags: dict[str, Any]) -> None:
    outreach = dags["outreach"]
    assert not outreach.timetable.can_be_scheduled
    assert outreach.get_task("deliver").upstream_task_ids == {"queue", "is_anything_due"}
    assert "approve" not in outreach.task_ids


def test_with_a_target_on_a_list_is_delivered_after_publishing_and_a_person_is_asked(
    dags: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = tmp_path / "targets.yml"
    targets.write_text(
        "approval_hours: 4\ntargets:\n  calls:\n    kind: csv\n    enabled: true\n"
        "    fields: {Name: '{customer_name}'}\n"
    )
    monkeypatch.setenv("HEEDLINE_TARGETS", str(targets))
    outreach = runpy.run_path(str(ROOT / "dags" / "outreach_delivery.py"))["outreach"]()
    assert outreach.timetable.asset_condition is not None
    assert outreach.get_task("approve").upstream_task_ids == {"is_anything_due"}
    assert outreach.get_task("deliver").upstream_task_ids == {"queue", "approve"}
    # An approval may take hours, and what was sent before can be asked about at once.
    assert outreach.get_task("fetch_outcomes").upstream_task_ids == {"askable"}
    assert outreach.get_task("askable").upstream_task_ids == {"queue"}
    # A person who says nothing has not said yes.
    assert outreach.get_task("approve").defaults == ["Reject"]


def test_postgres_is_loaded_after_publishing_and_before_anybody_is_said_to_be_erased(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "load_postgres" not in dags["publish"].task_ids
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", "postgres")
    publish = runpy.run_path(str(ROOT / "dags" / "publish_marts.py"))["publish"]()
    load = publish.get_task("load_postgres")
    assert load.upstream_task_ids == {"publish_version"}
    assert load.downstream_task_ids == {"finish_erasures"}
    # It reads published files: the warehouse is free meanwhile.
    assert load.pool != "warehouse"


def test_an_airflow_connection_is_an_address_with_everything_it_says(
    dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from wiring import connection_address

    monkeypatch.setenv(
        "AIRFLOW_CONN_HEEDLINE_POSTGRES",
        "postgresql://me:p%40ss@db.example:6543/bi?sslmode=require",
    )
    address = connection_address("heedline_postgres")
    assert address.get_secret_value() == "postgres://me:p%40ss@db.example:6543/bi?sslmode=require"
    assert "p%40ss" not in repr(address)


@pytest.mark.parametrize("size", ["day", "week", "month"])
def test_windows_are_airflows_intervals(dags: dict[str, Any], size: str) -> None:
    from airflow._shared.timezones.timezone import coerce_datetime
    from airflow.timetables.base import TimeRestriction
    from airflow.timetables.interval import CronDataIntervalTimetable

    from connectors.windows import CRON, cut

    begin, end = datetime(2023, 12, 30, 5, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)
    found, known = cut(begin, end, size), None
    table = CronDataIntervalTimetable(CRON[size], timezone="UTC")
    restriction = TimeRestriction(coerce_datetime(found[0].begin), None, catchup=True)
    for window in found:
        info = table.next_dagrun_info(last_automated_data_interval=known, restriction=restriction)
        assert info is not None
        known = info.data_interval
        assert (known.start, known.end) == (window.begin, window.end)
    assert found[0].begin <= begin < found[0].end
    assert found[-1].begin < end <= found[-1].end


def test_no_schedule_ever_starts_a_backfill(dags: dict[str, Any]) -> None:
    from airflow.timetables.base import TimeRestriction
    from airflow.timetables.interval import CronDataIntervalTimetable

    dag = dags["backfill_zendesk_week"]
    # `dag.timetable` is the author's form of it; the scheduler asks this one.
    table = CronDataIntervalTimetable(dag.timetable.expression, timezone="UTC")
    due = table.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(dag.start_date, None, catchup=dag.catchup),
    )
    assert due is not None
    assert due.run_after.year >= 2200

"""Once a week: do customers write, and does the tagger answer, as in the weeks before?

`compute` writes the newest week that is over into `ml.tagger_drift`; `alert` fails when a measure
is past its threshold (`ml/tagger/drift/drift.yml`), so that Airflow tells whoever it tells of
failures.
Nothing else waits for it. By hand: trigger it, with `as_of` in its configuration for another week.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import dag
from wiring import DEFAULT_ARGS, WAREHOUSE_POOL, started_as_of, task

from warehouse.settings import settings


@dag(
    # Monday morning, when the hourly rounds have brought in what was written on Sunday.
    schedule="0 6 * * 1" if settings().scheduled else None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["ml"],
    doc_md=__doc__,
)
def tagger_drift() -> None:
    @task(pool=WAREHOUSE_POOL)
    def compute(**context: Any) -> dict[str, Any]:
        """Measure the newest week that is over; rows written for it before are replaced."""
        from ml.tagger.drift.report import write

        return vars(write(started_as_of(context)))

    @task(retries=0)
    def alert(report: dict[str, Any]) -> str:
        """Say what drifted, and fail over it unless `drift.yml` says `alert: log`."""
        from ml.tagger.drift.report import DriftReport, alert

        return alert(DriftReport(**report))

    alert(compute())


tagger_drift()

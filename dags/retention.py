"""Once a day: rows and files past the period that `privacy/retention.yml` gives them go."""

from datetime import datetime
from typing import Any

from airflow.sdk import dag
from wiring import DEFAULT_ARGS, WAREHOUSE_POOL, task

from warehouse.settings import settings


@dag(
    schedule="30 3 * * *" if settings().scheduled else None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["privacy"],
    doc_md=__doc__,
)
def retention() -> None:
    @task(pool=WAREHOUSE_POOL)
    def enforce() -> dict[str, Any]:
        """Remove, count, and write the warehouse file anew."""
        from privacy.retention import enforce

        return vars(enforce())

    enforce()


retention()

"""Weekly: every id that a vendor lists against every id that is held; what is missing is named.

Two tasks per channel that can list its ids (`connectors/<source>/ids.py`): `list_…` asks the
vendor, outside the warehouse pool; `compare_…` writes `ops.audited_ids`. Ids missing here fail the
task, and the next run of the channel pulls the resource anew.
"""

from datetime import datetime

from airflow.sdk import DAG
from wiring import DEFAULT_ARGS, WAREHOUSE_POOL, airflow_credentials, task

from connectors.auditing import listing_channels
from connectors.registry import Channel
from warehouse.settings import settings


def _audit(channel: Channel) -> None:
    @task(task_id=f"list_{channel.name}")
    def list_ids() -> dict[str, int]:
        """Ask the vendor for all ids; how many there are by resource."""
        from connectors.auditing import list_all

        return list_all(channel, airflow_credentials(channel))

    @task(task_id=f"compare_{channel.name}", pool=WAREHOUSE_POOL)
    def compare() -> dict[str, dict[str, int]]:
        """Name what is missing here or there."""
        from connectors.auditing import compare_all

        return compare_all(channel.name)

    list_ids() >> compare()


def audit_ids() -> DAG:
    """Wire the audit."""
    with DAG(
        dag_id="audit_ids",
        description="Hold every id that vendors list against those that are held",
        # Sundays, when vendors have time and nobody waits for a load.
        schedule="0 3 * * 0" if settings().scheduled else None,
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args=DEFAULT_ARGS,
        tags=["watch"],
        doc_md=__doc__,
    ) as dag:
        for channel in listing_channels():
            _audit(channel)
    return dag


audit_ids_dag = audit_ids()

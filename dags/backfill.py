"""History by windows: per channel that can be asked for one, a DAG per size of window.

Runs exist only by Airflow's own backfill (`heedline backfill`, or "Backfill" in Airflow's UI): each
is one window, its data interval, through the same gate and the same load as the ordinary pull. A
start date far away keeps the scheduler from making runs of its own; a backfill does not look at it.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import DAG, CronDataIntervalTimetable
from wiring import DEFAULT_ARGS, WAREHOUSE_POOL, airflow_credentials, gate_landed, task

from connectors.registry import Channel
from connectors.windows import CRON, Window, backfilled_channels, dag_id
from warehouse.settings import settings

_NEVER = datetime(2200, 1, 1)


def backfill_dag(channel: Channel, size: str) -> DAG:
    """Wire one channel's windows of one size."""
    with DAG(
        dag_id=dag_id(channel.name, size),
        description=f"Bring {channel.name}'s history, a {size} at a time",
        schedule=CronDataIntervalTimetable(CRON[size], timezone="UTC"),
        start_date=_NEVER,
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args=DEFAULT_ARGS,
        tags=["backfill"],
        doc_md=__doc__,
    ) as dag:
        # A pull that waits for the same vendor or for the warehouse goes first.
        last = {"priority_weight": 1, "weight_rule": "absolute"}

        @task(**last)
        def extract(**context: Any) -> dict[str, int]:
            """Read the window to its end; rows landed by resource."""
            from connectors.landing import land_window
            from connectors.windows import open_window

            window = Window(context["data_interval_start"], context["data_interval_end"])
            source = open_window(channel, airflow_credentials(channel), window)
            return land_window(channel.name, source).rows

        @task(**last)
        def gate() -> dict[str, Any]:
            """Check every landed batch; bad rows are set aside with their reason."""
            return gate_landed(channel.name)

        @task(pool=WAREHOUSE_POOL, **last)
        def load() -> list[dict[str, Any]]:
            """Merge the accepted rows into the warehouse; the next round takes them up."""
            from connectors.loading import load_pending

            return [account.as_dict() for account in load_pending(channel.name)]

        extract() >> gate() >> load()
    return dag


for _channel in backfilled_channels():
    for _size in settings().backfill_windows:
        _dag = backfill_dag(_channel, _size)
        globals()[_dag.dag_id] = _dag

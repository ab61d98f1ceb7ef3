"""One DAG per enabled channel: extract → gate → load → announce.

Extraction runs outside the warehouse pool, channels side by side; loading waits for its one slot.
`announce` is a teardown: it reports whether or not the load worked, so that one broken source holds
up nobody, while the run itself still shows as failed.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import DAG
from wiring import (
    DEFAULT_ARGS,
    WAREHOUSE_POOL,
    airflow_credentials,
    gate_landed,
    hand_on,
    reported,
    schedule_of,
    started_as_of,
    task,
)

from connectors.registry import Channel, enabled_channels


def ingest_dag(channel: Channel) -> DAG:
    """Wire one channel."""
    asset = reported(channel)

    with DAG(
        dag_id=f"ingest_{channel.name}",
        description=f"Pull what is new from {channel.name} into raw_{channel.name}",
        schedule=schedule_of(channel),
        start_date=datetime(2026, 1, 1),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args=DEFAULT_ARGS,
        tags=["ingest"],
        doc_md=__doc__,
    ) as dag:

        @task
        def extract() -> dict[str, int]:
            """Read the source to its end; rows landed by resource."""
            from connectors.landing import land
            from connectors.registry import open_source

            return land(channel.name, open_source(channel, airflow_credentials(channel))).rows

        @task
        def gate() -> dict[str, Any]:
            """Check every landed batch; bad rows are set aside with their reason."""
            return gate_landed(channel.name)

        @task(pool=WAREHOUSE_POOL)
        def load() -> list[dict[str, Any]]:
            """Merge the accepted rows into the warehouse, one transaction per batch; then hold
            what is held against the vendor's count. A gap fails the task, and undoes nothing."""
            from connectors.loading import load_pending
            from connectors.reconciling import reconcile

            accounts = load_pending(channel.name)
            reconcile(channel.name)
            return [account.as_dict() for account in accounts]

        @task(outlets=[asset])
        def announce(**context: Any) -> None:
            """Report that this channel's round is over and as of when."""
            hand_on(context, asset, started_as_of(context))

        extract() >> gate() >> load() >> announce().as_teardown()

    return dag


for _channel in enabled_channels():
    globals()[f"ingest_{_channel.name}"] = ingest_dag(_channel)

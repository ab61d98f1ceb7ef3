"""The marts pass their gate and leave the warehouse as one new, whole version."""

from datetime import datetime
from typing import Any

from airflow.sdk import dag
from wiring import (
    DEFAULT_ARGS,
    MARTS,
    PUBLISHED,
    WAREHOUSE_POOL,
    connection_address,
    hand_on,
    handed_as_of,
    task,
)

from warehouse.settings import settings


@dag(
    schedule=[MARTS],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["publish"],
    doc_md=__doc__,
)
def publish() -> None:
    @task(pool=WAREHOUSE_POOL)
    def check_erasures() -> None:
        """Refuse a warehouse that was restored and not swept since."""
        from privacy import erasure

        erasure.require_replayed()

    @task(pool=WAREHOUSE_POOL)
    def gate_marts(**context: Any) -> dict[str, Any]:
        """Refuse to publish marts that break their own expectations."""
        from expectations import gate

        return vars(gate.gate_marts(handed_as_of(context)))

    @task(pool=WAREHOUSE_POOL)
    def prepare_lists(**context: Any) -> None:
        """Decide who is on the success team's list, and write down who is not and why."""
        import outreach

        outreach.prepare(handed_as_of(context))

    @task(pool=WAREHOUSE_POOL, outlets=[PUBLISHED])
    def publish_version(**context: Any) -> dict[str, Any]:
        """Build the version aside, then flip `published/current`."""
        from publish import publish as publish_all

        as_of = handed_as_of(context)
        published = publish_all(as_of)
        hand_on(context, PUBLISHED, as_of)
        return {"version": published.version, "unchanged": published.unchanged}

    @task(pool=WAREHOUSE_POOL)
    def finish_erasures() -> list[dict[str, Any]]:
        """Older versions, leftovers, the file itself; then search everything, and prove."""
        from privacy import erasure

        return erasure.finish()

    @task
    def load_postgres() -> dict[str, Any]:
        """Bring Postgres to the version just published; what failed before is made up for."""
        from publish import load_postgres as load

        return vars(load(connection_address("heedline_postgres")))

    published = check_erasures() >> gate_marts() >> prepare_lists() >> publish_version()
    if "postgres" in settings().destinations:
        # Nobody is said to be erased while the database may still hold them.
        published = published >> load_postgres()
    published >> finish_erasures()


publish()

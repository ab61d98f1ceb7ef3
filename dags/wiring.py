"""What the DAGs share: assets, the warehouse pool, and how `as_of` travels from run to run.

A round: every ingest DAG reports on its asset (done or failed), which starts `unify`, then
`enrich`, `marts` and `publish`, each started by the asset of the one before. The asset event
carries `as_of`.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from airflow.sdk import Asset
from airflow.sdk import task as any_task
from pydantic import SecretStr

from connectors.contract import Credentials
from connectors.registry import Channel
from warehouse.clock import iso, parse_as_of
from warehouse.credentials import from_airflow
from warehouse.settings import settings

WAREHOUSE_POOL = "warehouse"

# What a task returns is one value. Airflow would keep every key of a dict once more by itself, a
# call of its API server for each: 77 a round, and nothing reads them.
task = partial(any_task, multiple_outputs=False)

UNIFIED = Asset("heedline://unified")
ENRICHED = Asset("heedline://enriched")
MARTS = Asset("heedline://marts")
PUBLISHED = Asset("heedline://published")

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "heedline",
    "retries": settings().task_retries,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
}


def reported(channel: Channel) -> Asset:
    """The asset an ingest DAG updates when its round is over, well or badly."""
    return Asset(f"heedline://ingested/{channel.name}")


def started_as_of(context: dict[str, Any]) -> datetime:
    """The `as_of` of a run started by a person, a schedule or the command line.

    In order: the run's own configuration, the end of its data interval, the moment it was due.
    """
    run = context["dag_run"]
    given = (run.conf or {}).get("as_of")
    if given:
        return parse_as_of(given)
    moment: datetime = context.get("data_interval_end") or run.run_after
    return moment


def handed_as_of(context: dict[str, Any]) -> datetime:
    """The `as_of` handed on by the newest of the asset events that started this run.

    Not the latest `as_of`: a round that was broken off leaves events behind, and a replay of an
    earlier moment after it must not run as of theirs. A run started by hand falls back to its own
    configuration or time.
    """
    events = context.get("triggering_asset_events") or {}
    handed = [event for group in events.values() for event in group if event.extra.get("as_of")]
    if not handed:
        return started_as_of(context)
    return parse_as_of(max(handed, key=lambda event: event.timestamp).extra["as_of"])


def hand_on(context: dict[str, Any], asset: Asset, as_of: datetime) -> None:
    """Attach `as_of` to the asset event this task will emit."""
    context["outlet_events"][asset].extra = {"as_of": iso(as_of)}


def airflow_credentials(channel: Channel) -> Credentials:
    """The channel's Airflow connection as plain credentials (secrets stay masked in logs)."""
    if not channel.needs_credentials:
        return Credentials(base_url="")
    return connection_credentials(channel.connection_id)


def connection_credentials(connection_id: str) -> Credentials:
    """An Airflow connection as plain credentials."""
    from airflow.sdk import BaseHook

    return from_airflow(BaseHook.get_connection(connection_id))


def connection_address(connection_id: str) -> SecretStr:
    """An Airflow connection as an address, password included."""
    from airflow.sdk import BaseHook

    return SecretStr(BaseHook.get_connection(connection_id).get_uri())


def schedule_of(channel: Channel) -> str | None:
    """The channel's schedule, or none where a person or the command line starts the runs."""
    return channel.schedule if settings().scheduled else None


def gate_landed(source: str) -> dict[str, Any]:
    """Judge every batch of a source that has landed; counts by load and resource."""
    from connectors.landing import complete_loads
    from connectors.turns import handling
    from expectations.gate import gate_batch

    with handling(source):
        return {
            load_id: gate_batch(source, load_id).summary() for load_id in complete_loads(source)
        }

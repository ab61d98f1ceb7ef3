"""Raw rows of every source become the unified terms (dbt: staging, intermediate/unified).

Starts when every channel on the base schedule has reported; slower ones ride along.
"""

from datetime import datetime
from typing import Any

from airflow.sdk import AssetAll, Param, dag
from wiring import DEFAULT_ARGS, UNIFIED, WAREHOUSE_POOL, hand_on, handed_as_of, reported, task

from connectors.registry import enabled_channels, round_channels


@dag(
    schedule=AssetAll(*(reported(c) for c in round_channels())),
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["transform"],
    params={
        "full": Param(
            False,
            type="boolean",
            description="Take everything, even where what was loaded since would do.",
        )
    },
    doc_md=__doc__,
)
def unify() -> None:
    @task(pool=WAREHOUSE_POOL)
    def replay_erasures() -> dict[str, Any]:
        """Repeat erasures that this warehouse has not been through (it was restored)."""
        from privacy import erasure

        return erasure.replay()

    @task(pool=WAREHOUSE_POOL, outlets=[UNIFIED])
    def build_unified(**context: Any) -> int:
        """dbt selector `unify`; number of nodes built."""
        from warehouse import layers

        as_of = handed_as_of(context)
        names = [c.name for c in enabled_channels()]
        full = bool(context["params"]["full"])
        nodes = layers.build("unify", as_of=as_of, channels=names, full=full)
        hand_on(context, UNIFIED, as_of)
        return nodes

    replay_erasures() >> build_unified()


unify()

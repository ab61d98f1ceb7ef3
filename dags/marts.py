"""Customers, conversations and KPIs (dbt), then the risk score, then the lists that need it."""

from datetime import datetime
from typing import Any

from airflow.sdk import Param, dag
from wiring import DEFAULT_ARGS, ENRICHED, MARTS, WAREHOUSE_POOL, hand_on, handed_as_of, task


@dag(
    schedule=[ENRICHED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["transform", "ml"],
    params={
        "full": Param(
            False,
            type="boolean",
            description="Build from everything, even where what is new would do.",
        )
    },
    doc_md=__doc__,
)
def marts() -> None:
    def build(selector: str, context: dict[str, Any]) -> int:
        from connectors.registry import enabled_channels
        from warehouse import layers

        names = [c.name for c in enabled_channels()]
        full = bool(context["params"]["full"])
        return layers.build(selector, as_of=handed_as_of(context), channels=names, full=full)

    @task(pool=WAREHOUSE_POOL)
    def build_marts(**context: Any) -> int:
        """dbt selector `marts`: customers, conversations, KPIs, risk features."""
        return build("marts", context)

    @task(pool=WAREHOUSE_POOL)
    def learn_risk() -> dict[str, Any]:
        """Learn the risk model anew when a month more is known of who left."""
        from ml.risk.train import learn_warehouse

        return vars(learn_warehouse())

    @task(pool=WAREHOUSE_POOL)
    def score_risk(**context: Any) -> dict[str, Any]:
        """Score every customer as of now."""
        from ml.risk.predict import score_warehouse

        return vars(score_warehouse(handed_as_of(context)))

    @task(pool=WAREHOUSE_POOL, outlets=[MARTS])
    def build_success(**context: Any) -> int:
        """dbt selector `success`: customer health and the at-risk list."""
        nodes = build("success", context)
        hand_on(context, MARTS, handed_as_of(context))
        return nodes

    build_marts() >> learn_risk() >> score_risk() >> build_success()


marts()

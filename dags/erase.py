"""Erase a person: ledger and sweep here, then the ordinary chain from `unify` to `publish`.

Everything after the sweep is what every round does, so there is no second chain to keep alike:
`unify` sweeps what is due, `publish` refuses a warehouse that has not been swept, and its last task
clears, rewrites, searches and proves. Other DAGs may run meanwhile: from the first task on nothing
of the person is loaded any more, and one task at a time has the warehouse.

Parameters, at most one (none: complete what is under way, replay what a restored file lacks):
- `customer`: the customer id. No address: Airflow keeps parameters for good.
- `request`: one that `heedline erase` wrote down.
"""

from datetime import datetime
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag
from wiring import DEFAULT_ARGS, WAREHOUSE_POOL, task


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    params={
        "customer": Param(
            None, type=["null", "string"], pattern="^[^@\\s:]*$", description="customer_id"
        ),
        "request": Param(None, type=["null", "string"], pattern="^[0-9A-Za-z-]*$"),
    },
    tags=["privacy"],
    doc_md=__doc__,
)
def erase() -> None:
    @task(pool=WAREHOUSE_POOL)
    def register(**context: Any) -> str:
        """Put the person on the ledger: from here on they do not come in again."""
        from privacy import erasure

        return erasure.register_request(
            customer=context["params"].get("customer"), request=context["params"].get("request")
        )

    @task(pool=WAREHOUSE_POOL)
    def sweep() -> dict[str, Any]:
        """Remove the person from raw, quarantine and every other table."""
        from privacy import erasure

        return erasure.replay()

    rebuild = TriggerDagRunOperator(
        task_id="rebuild",
        trigger_dag_id="unify",
        conf={"as_of": "{{ ti.xcom_pull(task_ids='sweep')['as_of'] }}"},
    )

    register() >> sweep() >> rebuild


erase()

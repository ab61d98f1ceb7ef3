"""The lists go to the targets that are switched on (docs/delivery.md).

Off targets are queued as dry runs. With `approval_hours` in targets.yml a person is asked first;
whoever says no, or nothing, leaves everything in line for the next list. Meanwhile the targets are
asked what became of what was sent before (docs/outcomes.md).
"""

from datetime import datetime, timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import dag
from airflow.sdk import task as airflow_task
from wiring import DEFAULT_ARGS, PUBLISHED, WAREHOUSE_POOL, connection_credentials, task

from outreach import delivery
from warehouse.settings import settings

TARGETS = delivery.read_targets()


@dag(
    # Where nothing may leave, or a person starts the runs, none starts by itself.
    schedule=[PUBLISHED] if TARGETS.enabled and settings().scheduled else None,
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["outreach"],
    doc_md=__doc__,
)
def outreach() -> None:
    @task(pool=WAREHOUSE_POOL)
    def queue() -> list[str]:
        """Bring the outbox up to the lists; the targets with something to send, by name."""
        from outreach.lists import NoList
        from warehouse.clock import wall_now

        due = []
        for target in delivery.read_targets().targets.values():
            try:
                counts = delivery.queue(target, wall_now())
            except NoList:
                if target.enabled:
                    raise
                continue  # a list that this company does not make
            if target.enabled and any(counts[s] for s in ("pending", "failed", "sending")):
                due.append(target.name)
        return due

    @airflow_task.short_circuit
    def is_anything_due(due: list[str]) -> bool:
        """Nobody is asked about nothing."""
        return bool(due)

    # Not in the warehouse's pool: it waits for vendors, and opens the warehouse for moments only.
    @task
    def deliver(name: str) -> dict[str, int]:
        """Send, acknowledge; fails when anything is left over, so that it shows and is retried."""
        target = delivery.target_of(name)
        done = delivery.deliver(target, lambda: connection_credentials(target.connection_id))
        done.require()
        return dict(done.counts)

    @task(pool=WAREHOUSE_POOL)
    def askable() -> list[str]:
        """Targets that are on and can be asked what became of what was sent, by name."""
        from outreach.delivery.targets import Askable

        return [one.name for one in delivery.read_targets().enabled if isinstance(one, Askable)]

    # As `deliver`, and not after it: an approval may take hours.
    @task
    def fetch_outcomes(name: str) -> dict[str, int]:
        """Ask, keep; fails when a target could not be asked, so that it shows and is retried."""
        from outreach import outcomes
        from outreach.delivery.targets import Askable

        target = delivery.target_of(name)
        assert isinstance(target, Askable)
        done = outcomes.fetch(target, lambda: connection_credentials(target.connection_id))
        done.require()
        return dict(done.counts)

    due = queue()
    names = askable()
    due >> names
    fetch_outcomes.expand(name=names)
    gate: Any = is_anything_due(due)
    if TARGETS.approval_hours:
        approve = ApprovalOperator(
            task_id="approve",
            subject="Deliver the lists?",
            body="Targets: {{ ti.xcom_pull(task_ids='queue') | join(', ') }}. "
            "What would be sent: `heedline deliver`.",
            response_timeout=timedelta(hours=TARGETS.approval_hours),
            defaults=ApprovalOperator.REJECT,
        )
        gate >> approve
        gate = approve
    gate >> deliver.expand(name=due)


outreach()

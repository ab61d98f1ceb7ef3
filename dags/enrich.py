"""What models add to the unified terms: who is the same person, and what each message says."""

from datetime import datetime
from typing import Any

from airflow.sdk import dag
from wiring import DEFAULT_ARGS, ENRICHED, UNIFIED, WAREHOUSE_POOL, hand_on, handed_as_of, task


@dag(
    schedule=[UNIFIED],
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    default_args=DEFAULT_ARGS,
    tags=["ml"],
    doc_md=__doc__,
)
def enrich() -> None:
    @task(pool=WAREHOUSE_POOL)
    def identify(**context: Any) -> dict[str, Any]:
        """Link contacts that are one person; new and changed ones only."""
        from ml.identity.predict import link_warehouse

        return vars(link_warehouse(handed_as_of(context)))

    @task(pool=WAREHOUSE_POOL)
    def redact() -> dict[str, Any]:
        """Take personal data out of the texts, before anything reads what they say."""
        from ml.redaction.predict import redact_warehouse

        return vars(redact_warehouse())

    @task(pool=WAREHOUSE_POOL, outlets=[ENRICHED])
    def tag(**context: Any) -> dict[str, Any]:
        """Tag the texts that the models in use have not seen; what people correct wins."""
        from ml.tagger.tag_warehouse import tag_warehouse

        report = vars(tag_warehouse())
        hand_on(context, ENRICHED, handed_as_of(context))
        return report

    identify() >> redact() >> tag()


enrich()

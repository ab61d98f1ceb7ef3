"""Tiny companies for the models' tests: rows in file-drop terms, built through real dbt.

`Company` mirrors the raw schema that the file-drop loader writes, so a test states only the columns
it is about.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import Settings, settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)

# Entity → columns of shared/design/file_drop.md, in its order; then ours beyond it.
COLUMNS = {
    "agents": "agent_id name email team role time_zone active_from active_to",
    "contacts": (
        "contact_id name given_name surname email phone company account_id external_ids "
        "date_of_birth address postcode country language time_zone created_at do_not_contact "
        "consent"
    ),
    "accounts": (
        "account_id name domain segment owner created_at customer_status customer_until updated_at"
    ),
    "conversations": (
        "conversation_id channel opened_at contact_id subject status priority team "
        "assignee_agent_id brand schedule_id tags merged_into_conversation_id deleted_at is_spam "
        "updated_at"
    ),
    "messages": "message_id conversation_id sent_at author_type author_id is_public body",
    "conversation_events": (
        "event_id conversation_id occurred_at event_type old_value new_value actor_type actor_id"
    ),
    "calls": (
        "call_id conversation_id direction ring_at answered_at ended_at talk_seconds hold_seconds "
        "wrap_seconds outcome transcript"
    ),
    "survey_responses": (
        "response_id survey_type score scale_min scale_max sent_at responded_at conversation_id "
        "contact_id agent_id comment"
    ),
    "orders": "order_id contact_id ordered_at amount currency status",
    "subscriptions": (
        "subscription_id contact_id started_at ended_at cancel_requested_at renewal_at plan "
        "amount_per_month currency status"
    ),
    "schedules": "schedule_id time_zone weekday start_local end_local valid_from valid_to",
    "schedule_assignments": "schedule_id scope value valid_from valid_to",
    "holidays": "schedule_id date_from date_to name start_local end_local",
    "sla_policies": (
        "policy_id metric target_minutes clock priority channel topic segment valid_from valid_to"
    ),
    "articles": "article_id title url locale created_at updated_at",
    "article_events": (
        "event_id occurred_at event_type article_id contact_id session_id query results_count"
    ),
}
_TAIL = (
    "source_system is_deleted drop_folder drop_file drop_row remote_data _load_id _loaded_at "
    "_row_hash"
)
_COUNTED = {"messages": "message_id", "conversation_events": "event_id", "calls": "call_id"}


@dataclass
class Company:
    """Rows to be dropped, by entity. Values are text, as in a file."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    source_system: str = "acme"

    def add(self, entity: str, **values: Any) -> "Company":
        """Add one row; messages, events and calls are numbered when they bring no id."""
        known = COLUMNS[entity].split()
        unknown = set(values) - set(known) - {"source_system", "drop_folder"}
        assert not unknown, f"{entity} has no {unknown}"
        rows = self.rows.setdefault(entity, [])
        if entity in _COUNTED:
            values.setdefault(_COUNTED[entity], f"{entity}-{len(rows) + 1}")
        rows.append({name: str(value) for name, value in values.items() if value is not None})
        return self

    def conversation(self, conversation_id: str, opened_at: str, **values: Any) -> "Company":
        return self.add(
            "conversations",
            **{
                "conversation_id": conversation_id,
                "opened_at": opened_at,
                "channel": "email",
                "contact_id": "c1",
                **values,
            },
        )

    def said(
        self, conversation_id: str, sent_at: str, author_type: str, **values: Any
    ) -> "Company":
        return self.add(
            "messages",
            **{
                "conversation_id": conversation_id,
                "sent_at": sent_at,
                "author_type": author_type,
                "body": f"{author_type} at {sent_at}",
                **values,
            },
        )

    def status(
        self, conversation_id: str, occurred_at: str, new: str, old: str = "", **values: Any
    ) -> "Company":
        return self.add(
            "conversation_events",
            conversation_id=conversation_id,
            occurred_at=occurred_at,
            event_type="status",
            old_value=old or None,
            new_value=new,
            **values,
        )

    def office(
        self, schedule_id: str, time_zone: str, hours: str, days: str = "12345"
    ) -> "Company":
        """Working hours such as `09:00-17:00` on the given ISO weekdays."""
        start, end = hours.split("-")
        for day in days:
            self.add(
                "schedules",
                schedule_id=schedule_id,
                time_zone=time_zone,
                weekday=day,
                start_local=start,
                end_local=end,
            )
        return self

    def write(self) -> None:
        """Make `raw_file_drop` with every entity's table, empty ones too."""
        with warehouse() as connection:
            connection.execute("create schema if not exists raw_file_drop")
            for entity, columns in COLUMNS.items():
                names = [*columns.split(), *_TAIL.split()]
                types = ", ".join(
                    f"{n} {'timestamptz' if n == '_loaded_at' else 'varchar'}" for n in names
                )
                connection.execute(f"create or replace table raw_file_drop.{entity} ({types})")
                rows = [
                    self._raw(row, number, entity)
                    for number, row in enumerate(self.rows.get(entity, []), 1)
                ]
                if rows:
                    table = pa.table({name: [row.get(name) for row in rows] for name in names})
                    connection.register("dropped", table)
                    connection.execute(f"insert into raw_file_drop.{entity} by name from dropped")
                    connection.unregister("dropped")

    def _raw(self, row: dict[str, str], number: int, entity: str) -> dict[str, Any]:
        return {
            "source_system": self.source_system,
            "drop_folder": self.source_system,
            "drop_file": f"{entity}.csv",
            "drop_row": str(number),
            "_load_id": "1",
            "_loaded_at": AS_OF,
            "_row_hash": f"{entity}-{number}",
            **row,
        }


@contextmanager
def built(company: Company, home: Path, **options: Any) -> Iterator[Path]:
    """Drop the company into a fresh home and build every layer; the path is its warehouse file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(home))
        company.write()
        build(**options)
        yield settings().warehouse_file


def build(
    as_of: datetime = AS_OF,
    selectors: tuple[str, ...] = ("unify", "marts", "success"),
    sources: tuple[str, ...] = ("file_drop",),
    **options: Any,
) -> None:
    """Build the layers, as one run does."""
    for selector in selectors:
        dbt.run("build", selector=selector, as_of=as_of, sources=list(sources), **options)


def build_up_to(*models: str, as_of: datetime = AS_OF) -> None:
    """Build some models and what they stand on, in one call and without dbt's own tests."""
    dbt.run(
        "build", as_of=as_of, sources=["file_drop"],
        extra=("--select", *(f"+{name}" for name in models),
               "--exclude-resource-type", "test", "unit_test"),
    )  # fmt: skip


def warehouse_of(home: Path) -> Path:
    """The warehouse file of a home."""
    return Settings(home=home).warehouse_file


def query(file: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with warehouse(read_only=True, path=file) as connection:
        return connection.execute(sql, parameters).fetchall()

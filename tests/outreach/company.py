"""A company's marts by hand: candidates of every list, and what speaks against contacting them."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import yaml

from outreach import Prepared, prepare
from warehouse.duck import warehouse
from warehouse.settings import settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)

_MARTS = """
create schema if not exists marts;
create or replace table marts.dim_customers (
    customer_id varchar, customer_name varchar, do_not_contact boolean,
    subscriptions bigint default 1, active_subscriptions bigint default 1,
    customer_until timestamptz
);
create or replace table marts.dim_agents (
    agent_id varchar, name varchar, email varchar, is_active boolean, active_to timestamptz
);
create or replace table marts.customer_consents (
    customer_id varchar, purpose varchar, status varchar
);
create or replace table marts.customer_merges (
    change varchar, from_customer_id varchar, customer_id varchar
);
create or replace table marts.fct_conversations (
    conversation_id varchar, customer_id varchar, opened_at timestamptz, is_solved boolean,
    is_customer_opened boolean, escalation_request double, excluded_reason varchar
);
"""
_CANDIDATES = """
create or replace table marts.{name}_customers (
    rank bigint, customer_id varchar, as_of timestamptz, customer_name varchar,
    owner varchar, email varchar, phone varchar, score double, band varchar,
    value_per_month double, currency varchar, top_reasons varchar, incident_id varchar,
    topic varchar
)
"""
RULES: dict[str, Any] = {
    "holdout": {"share": 0.0, "salt": "test"},
    "fallback_owner": "Success",
    "lists": {"at_risk": {"capacity": 1000, "chance_to_help": 0.5, "horizon_months": 10}},
}


class Company:
    """Marts in a warehouse of its own, and rules in `lists.yml`."""

    def __init__(self) -> None:
        self.rules = deepcopy(RULES)
        self.run(_MARTS)

    def run(self, statement: str, *rows: list[Any]) -> None:
        with warehouse() as connection:
            if rows:
                connection.executemany(statement, rows)
            else:
                connection.execute(statement)

    def read(self, query: str) -> list[tuple[Any, ...]]:
        with warehouse(read_only=True) as connection:
            return connection.execute(query).fetchall()

    def customer(self, customer_id: str, do_not_contact: bool | None = None) -> None:
        self.run(
            "insert into marts.dim_customers (customer_id, customer_name, do_not_contact) "
            "values (?, ?, ?)",
            [customer_id, f"Name of {customer_id}", do_not_contact],
        )

    def candidates(self, name: str = "at_risk", as_of: datetime = AS_OF, **scores: Any) -> None:
        """Write a list's mart: a score, or the columns that differ, by customer id.

        Whoever is not known yet becomes a customer.
        """
        rows = [
            {
                "rank": rank,
                "customer_id": who,
                "as_of": as_of,
                "customer_name": f"Name of {who}",
                "owner": "Dana",
                "email": f"{who}@x.example",
                "phone": None,
                "band": "red",
                "value_per_month": 100.0,
                "currency": "EUR",
                "top_reasons": "two complaints",
                **(said if isinstance(said, dict) else {"score": said}),
            }
            for rank, (who, said) in enumerate(scores.items(), 1)
        ]
        with warehouse() as connection:
            connection.execute(_CANDIDATES.format(name=name))
            if rows:
                connection.register("rows", pa.Table.from_pylist(rows))
                connection.execute(f"insert into marts.{name}_customers by name from rows")
            connection.execute(
                "insert into marts.dim_customers by name select customer_id, customer_name "
                f"from marts.{name}_customers anti join marts.dim_customers using (customer_id)"
            )

    def write_rules(self) -> None:
        path = settings().lists_file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(self.rules))

    def prepare(self, as_of: datetime = AS_OF) -> dict[str, Prepared]:
        self.write_rules()
        return prepare(as_of)

    def entries(self, columns: str = "customer_id", name: str = "at_risk") -> list[tuple[Any, ...]]:
        """Of the newest list, in its order."""
        return self.read(
            f"select {columns} from outreach.list_entries where list = '{name}' and as_of = "
            f"(select max(as_of) from outreach.list_runs where list = '{name}') order by position"
        )

    def left_out(self, columns: str = "customer_id, reason", name: str = "at_risk") -> list[Any]:
        """Main reasons of the newest list, in the order of the places."""
        return self.read(
            f"select {columns} from outreach.suppressions where list = '{name}' and is_main "
            f"and as_of = (select max(as_of) from outreach.list_runs where list = '{name}') "
            "order by position, customer_id"
        )

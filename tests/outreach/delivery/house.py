"""A small warehouse with a list of three, and a pace that does not wait."""

from datetime import UTC, datetime
from typing import Any

from outreach import prepare
from outreach.delivery.http import Pace
from warehouse.clock import iso
from warehouse.duck import warehouse
from warehouse.settings import settings

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)
MARTS = """
create schema if not exists marts;
create or replace table marts.at_risk_customers as
select r.rank, 'entry ' || r.rank as entry_id, 'c' || r.rank as customer_id, r.customer_name,
    r.email, '+493012345' || r.rank as phone, 'Acme' as account_name, 'Olga' as owner, r.score,
    'red' as band, 0.0 as health_score,
    10.0 as amount_per_month, r.value_per_month, 'EUR' as currency,
    'two open complaints' as top_reasons,
    '[{"feature":"cancel_requested","reason":"asked to cancel","contribution":3}]' as reasons,
    null::timestamptz as last_contact_at,
    timestamptz '2026-06-30 00:00:00+00' as as_of
from (values
    (1, 'Ana Ruiz', 'ana@x.example', 0.91, 120.0),
    (2, '=HYPERLINK("http://evil.example")', 'bo@x.example', 0.8, 90.5),
    (3, '<!channel> & Co', 'cy@x.example', 0.7, 80.0)
) as r(rank, customer_name, email, score, value_per_month);
create table if not exists marts.dim_customers as
select 'c' || n as customer_id, null::boolean as do_not_contact, 1 as subscriptions,
    1 as active_subscriptions, null::timestamptz as customer_until
from range(1, 6) as t(n);
create table if not exists marts.dim_agents (
    name varchar, email varchar, is_active boolean, active_to timestamptz
);
create table if not exists marts.customer_consents (
    customer_id varchar, purpose varchar, status varchar
);
create table if not exists marts.fct_conversations (
    customer_id varchar, opened_at timestamptz, is_solved boolean, is_customer_opened boolean,
    escalation_request double, excluded_reason varchar
);
create table if not exists marts.dim_customer_contacts as
select 'c' || n as customer_id, s.source_system, s.prefix || n as remote_id, false as is_deleted
from range(1, 6) as t(n),
    (values ('zendesk', '4000'), ('salesforce', '00300000000000')) as s(source_system, prefix);
create table if not exists marts.customer_merges (
    change varchar, from_customer_id varchar, customer_id varchar
);
"""

RULES = """
holdout: {share: 0}
fallback_owner: Success
lists:
  at_risk: {capacity: 50, chance_to_help: 1, cooldown_days: 30, days_to_act: 60}
"""


class House:
    """A warehouse with a list, as of when one likes. Who is on it stays, whoever was told."""

    def __init__(self) -> None:
        settings().lists_file.parent.mkdir(parents=True, exist_ok=True)
        settings().lists_file.write_text(RULES)
        with warehouse() as connection:
            connection.execute(MARTS)
        prepare(AS_OF)

    def relist(self, as_of: datetime, customers: str = "1=1") -> None:
        """Another list, of those for whom the condition holds."""
        with warehouse() as connection:
            connection.execute(MARTS)
            connection.execute(f"delete from marts.at_risk_customers where not ({customers})")
            connection.execute("update marts.at_risk_customers set as_of = ?", [iso(as_of)])
        prepare(as_of)

    def change(self, statement: str) -> None:
        with warehouse() as connection:
            connection.execute(statement)

    def read(self, query: str) -> list[tuple[Any, ...]]:
        with warehouse(read_only=True) as connection:
            return connection.execute(query).fetchall()

    def outbox(self) -> list[tuple[Any, ...]]:
        """(customer, status, tries), in the list's order."""
        return self.read("select customer_id, status, attempts from outreach.outbox order by all")


class Patience:
    """A pace that waits for nothing and tells what it would have waited."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.pace = Pace(600_000, sleep=self.slept.append)

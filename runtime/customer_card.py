"""Everything published about one customer, as one dictionary: what `heedline customer` shows.

Reads the published version, never the warehouse: a reader of the warehouse's file would keep a
running pipeline from writing, and would wait for it. Who the customer is comes from the success
team's `customers.duckdb`, everything else from the leaders' `support.duckdb` beside it, both of one
version. So it knows what was known at the last publish, and says as of when.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from runtime.customer_search import Found, search
from runtime.published import SUPPORT, Row, published_files, rows_of
from warehouse.settings import Settings
from warehouse.sql import literal


@dataclass(frozen=True)
class Span:
    """Which part of the timeline: the newest `limit` events (None: all) from `since` on."""

    limit: int | None = 20
    since: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What was found: one customer's card, or (when several share what was asked) the candidates.

    Attributes:
        card: ready for JSON; None unless exactly one customer was found.
        candidates: the customers found, when there are several.
    """

    found: Found
    card: Row | None
    candidates: list[Row]


def look_up(home: Settings, asked: str, span: Span) -> Answer:
    """Find a customer by id, e-mail address, phone number or `source:remote_id`, and read the card.

    Raises:
        FileNotFoundError: nothing is published, or by a version of Heedline without customers.
    """
    with _published(home) as connection:
        found = search(connection, asked)
        if len(found.customer_ids) == 1:
            return Answer(found, _card(connection, found, span), [])
        return Answer(found, None, candidates(connection, found.customer_ids))


@contextmanager
def _published(home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both published files under one connection: `people` (who) and `marts` (what)."""
    people, marts = published_files(home, "success/customers.duckdb", SUPPORT)
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, path in (("people", people), ("marts", marts)):
            connection.execute(f"attach {literal(str(path))} as {name} (read_only)")
        yield connection


def _rows(connection: duckdb.DuckDBPyConnection, query: str, *values: Any) -> list[Row]:
    return rows_of(connection, query, values)


def _card(connection: duckdb.DuckDBPyConnection, found: Found, span: Span) -> Row:
    (customer_id,) = found.customer_ids
    (about,) = _rows(connection, "from marts.about")
    (who,) = _rows(connection, "from people.dim_customers where customer_id = ?", customer_id)
    for name in ("emails", "phones", "consent", "lifetime_values"):
        who[name] = json.loads(who[name]) if who[name] else None
    timeline, total = _timeline(connection, customer_id, span)
    return {
        "as_of": about["as_of"],
        "asked": found.asked,
        "found_by": found.by,
        "customer": who,
        "account": _account(connection, who["account_id"]),
        "identities": _rows(
            connection,
            "select source_system, remote_id, match_confidence, links, links_to_review, is_deleted,"
            " created_at, changed_at from people.dim_customer_contacts where customer_id = ? "
            "order by source_system, remote_id",
            customer_id,
        ),
        "merged_ids": _rows(
            connection,
            "select from_customer_id, to_customer_id, change, reason, recorded_at "
            "from people.customer_merges "
            "where customer_id = $1 or to_customer_id = $1 or from_customer_id = $1 "
            "order by recorded_at, from_customer_id",
            customer_id,
        ),
        "consents": _rows(
            connection,
            "select purpose, status, source_system, stated_at, statements "
            "from marts.customer_consents where customer_id = ? order by purpose",
            customer_id,
        ),
        "health": _health(connection, customer_id),
        "open_issues": _rows(
            connection,
            "select issue_id, topic, status, channels, contacts, opened_at, first_response_minutes "
            "from marts.fct_issues where customer_id = ? and not is_solved "
            "order by opened_at, issue_id",
            customer_id,
        ),
        "timeline": timeline,
        "timeline_events": total,
    }


def _account(connection: duckdb.DuckDBPyConnection, account_id: str | None) -> Row | None:
    found = _rows(
        connection,
        "select accounts.*, health.band, health.score, health.customers_red, "
        "health.customers_yellow, health.expected_loss_per_month "
        "from people.dim_accounts as accounts "
        "left join marts.account_health as health on accounts.account_id = health.account_id "
        "where accounts.account_id = ?",
        account_id,
    )
    return found[0] if found else None


def _health(connection: duckdb.DuckDBPyConnection, customer_id: str) -> Row | None:
    found = _rows(connection, "from marts.customer_health where customer_id = ?", customer_id)
    if not found:
        return None
    return {**found[0], "reasons": json.loads(found[0]["reasons"] or "[]")}


def _timeline(
    connection: duckdb.DuckDBPyConnection, customer_id: str, span: Span
) -> tuple[list[Row], int]:
    """The newest events first, and how many there are in all."""
    (counted,) = _rows(
        connection,
        "select count(*) as events from marts.customer_timeline where customer_id = ?",
        customer_id,
    )
    since = "" if span.since is None else "and occurred_at >= $2"
    limit = "" if span.limit is None else f"limit {span.limit:d}"
    events = _rows(
        connection,
        "select occurred_at, kind, channel, actor_type, summary, source_system, remote_id, "
        "conversation_id, excluded_reason from marts.customer_timeline "
        f"where customer_id = $1 {since} "
        # Of one instant, a conversation's opening is the oldest event.
        "order by occurred_at desc, kind = 'conversation_opened', timeline_id desc "
        f"{limit}",
        *((customer_id,) if span.since is None else (customer_id, span.since)),
    )
    return events, counted["events"]


def candidates(connection: duckdb.DuckDBPyConnection, customer_ids: tuple[str, ...]) -> list[Row]:
    """Customers to choose among, who wrote or called last first (attached database `people`)."""
    return _rows(
        connection,
        "select customer_id, customer_name, email, account_name, contact_records, conversations, "
        "last_contact_at from people.dim_customers where list_contains(?, customer_id) "
        "order by last_contact_at desc nulls last, customer_id",
        list(customer_ids),
    )

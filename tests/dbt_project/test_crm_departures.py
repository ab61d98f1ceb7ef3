"""The CRM's word that somebody is a customer, or is none any more, as periods and departures."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bench.plain_sql import create, plain_sql
from sample import AS_OF

Row = dict[str, Any]
MODELS = (
    *("int_account_records", "int_account_standing"),
    *("int_customer_subscriptions", "int_customer_orders"),
    *("int_risk_purchases", "int_risk_purchase_periods"),
    *("int_risk_periods", "int_risk_departures"),
)
TABLES = {
    "int_accounts": "source_system remote_id remote_updated_at:at remote_was_deleted:flag "
    "merged_into_remote_id loaded_at:at created_at:at name domain segment owner customer_status "
    "customer_until:at",
    "int_free_mail_domains": "domain",
    "int_customers": "customer_id account_id created_at:at",
    "int_account_profiles": "account_id created_at:at",
    "int_contact_customers": "source_system remote_id customer_id",
    "int_risk_instants": "as_of:at",
    "int_subscriptions": "source_system remote_id contact_remote_id remote_updated_at:at "
    "started_at:at ended_at:at cancel_requested_at:at renewal_at:at plan amount_per_month:real "
    "currency status",
    "int_orders": "source_system remote_id contact_remote_id ordered_at:at amount:real status",
}
TYPES = {
    "at": pa.timestamp("us", "UTC"),
    "flag": pa.bool_(),
    "real": pa.float64(),
    "text": pa.string(),
}
CREATED, LOADED = datetime(2026, 1, 5, tzinfo=UTC), AS_OF - timedelta(days=2)


def day(text: str) -> datetime:
    """`04-20` is a day of 2026."""
    return datetime.fromisoformat(f"2026-{text}T00:00:00+00:00")


def account(status: str | None = None, until: str | None = None, **values: Any) -> Row:
    told = {"customer_status": status, "customer_until": until and day(until)}
    return {"remote_was_deleted": False, "loaded_at": LOADED, **told, **values}


def renting(*stretches: tuple[str, str | None]) -> list[Row]:
    return [{"started_at": day(a), "ended_at": b and day(b)} for a, b in stretches]


def house(
    *records: Row,
    subscriptions: Iterable[Row] = (),
    orders: Iterable[str] = (),
    created_at: datetime | None = CREATED,
    colleague: str = "",
) -> duckdb.DuckDBPyConnection:
    """One customer, and the records of the account; or two, of whom the colleague subscribed."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    contact = {"source_system": "acme", "contact_remote_id": "ann"}
    rows: dict[str, list[Row]] = {
        "int_accounts": [
            {"source_system": "crm", "remote_id": f"A{number}", "name": "Acme", **record}
            for number, record in enumerate(records)
        ],
        "int_account_profiles": [{"created_at": day("01-02")}],
        "int_customers": [
            {"customer_id": who, "created_at": created_at}
            for who in ("ann", *([colleague] if colleague else []))
        ],
        "int_contact_customers": [
            {"source_system": "acme", "remote_id": who, "customer_id": who}
            for who in ("ann", colleague)
        ],
        "int_risk_instants": [{"as_of": AS_OF}],
        "int_subscriptions": [
            {**contact, "contact_remote_id": colleague or "ann", "remote_id": str(n), **row}
            for n, row in enumerate(subscriptions)
        ],
        "int_orders": [
            {**contact, "remote_id": f"{n:02}", "ordered_at": day(at), "amount": 9.0}
            for n, at in enumerate(orders)
        ],
    }
    for name, text in TABLES.items():
        columns = [(part + ":text").split(":")[:2] for part in text.split()]
        schema = pa.schema([(column, TYPES[kind]) for column, kind in columns])
        connection.register("given", pa.Table.from_pylist(rows.get(name, []), schema))
        connection.execute(f"create table {name} as from given")
    create(connection, plain_sql(MODELS[:1]))
    for name in ("int_customers", "int_account_profiles"):
        connection.execute(
            f"update {name} set account_id = (select max(account_id) from int_account_records)"
        )
    create(connection, plain_sql(MODELS))
    return connection


def life(*records: Row, **dealings: Any) -> tuple[list[tuple[str, str, str | None]], list[str]]:
    """The customer's periods (kind, first and last day) and the days on which they left."""
    with house(*records, **dealings) as connection:
        periods = connection.execute(
            "select kind, strftime(started_at, '%m-%d'), strftime(ended_at, '%m-%d') "
            "from int_risk_periods order by started_at, kind"
        ).fetchall()
        left = connection.execute(
            "select strftime(left_at, '%m-%d') from int_risk_departures order by left_at"
        ).fetchall()
    return periods, [text for (text,) in left]


def test_the_crms_word_alone_makes_a_customer_from_their_record_on() -> None:
    assert life(account("Customer - Direct")) == ([("crm", "01-05", None)], [])
    # Without a date of the contact's, from the account's.
    assert life(account("Customer"), created_at=None) == ([("crm", "01-02", None)], [])
    assert life(account("Former Customer", "04-20")) == ([("crm", "01-05", "04-20")], ["04-20"])
    assert life(account(None, "04-20")) == ([("crm", "01-05", "04-20")], ["04-20"])
    assert life(account("Prospect")) == ([], [])
    # Somebody whom an account that had left brought in later was never one.
    assert life(account("Churned", "04-20"), created_at=day("05-10")) == ([], [])


def test_who_uses_what_a_colleague_pays_for_is_no_customer_who_could_leave() -> None:
    subscribed = renting(("03-10", None))
    for until in (None, "04-20"):
        with house(
            account("Customer", until), subscriptions=subscribed, colleague="bea"
        ) as connection:
            found = connection.execute("select customer_id, kind from int_risk_periods").fetchall()
        assert found == [("bea", "subscription")]


def test_an_end_of_which_no_day_is_told_is_when_it_was_known() -> None:
    touched = account("Churned", remote_updated_at=day("04-20"))
    assert life(touched) == ([("crm", "01-05", "04-20")], ["04-20"])
    loaded = LOADED.strftime("%m-%d")
    assert life(account(" former CUSTOMER ")) == ([("crm", "01-05", loaded)], [loaded])


def test_an_end_that_is_yet_to_come_is_none() -> None:
    assert life(account("Former Customer", "07-20")) == ([("crm", "01-05", None)], [])
    known_later = account("Churned", remote_updated_at=day("07-20"))
    assert life(known_later) == ([("crm", "01-05", None)], [])


def test_the_crms_end_closes_what_began_before_it() -> None:
    left = account("Former Customer", "04-20")
    periods = [("subscription", "01-10", "04-20")]
    assert life(left, subscriptions=renting(("01-10", None))) == (periods, ["04-20"])
    assert life(left, subscriptions=renting(("01-10", "05-20"))) == (periods, ["04-20"])
    # What had ended before stays as it was.
    gone = [("subscription", "01-10", "03-20")]
    assert life(left, subscriptions=renting(("01-10", "03-20"))) == (gone, ["03-20"])


def test_a_subscription_that_began_after_the_crms_end_is_a_return() -> None:
    left = account("Former Customer", "04-20")
    back = renting(("01-10", None), ("05-05", None))
    periods = [("subscription", "01-10", "04-20"), ("subscription", "05-05", None)]
    assert life(left, subscriptions=back) == (periods, ["04-20"])
    # One that goes on at once is no departure.
    at_once = renting(("01-10", None), ("04-20", None))
    assert life(left, subscriptions=at_once)[1] == []


def test_orders_wait_for_the_next_one_no_longer_than_the_crms_end() -> None:
    orders = ("03-01", "03-11", "03-21", "03-31")
    periods = [("orders", "03-21", "03-31"), ("orders", "03-31", "04-30")]
    assert life(orders=orders) == (periods, ["04-30"])
    # Before there are enough orders to say, the CRM says.
    known = [("crm", "03-01", "03-21"), *periods]
    assert life(account("Customer"), orders=orders) == (known, ["04-30"])
    left = [*known[:-1], ("orders", "03-31", "04-10")]
    assert life(account("Churned", "04-10"), orders=orders) == (left, ["04-10"])
    few = [("crm", "03-01", "04-10")]
    assert life(account("Churned", "04-10"), orders=orders[:2]) == (few, ["04-10"])


@pytest.mark.parametrize("order", [1, -1])
def test_an_account_is_a_customer_while_any_of_its_records_says_so(order: int) -> None:
    records = [
        account("Former Customer", "04-20", remote_updated_at=day("06-01")),
        account("Customer", remote_updated_at=day("02-01")),
    ]
    assert life(*records[::order]) == ([("crm", "01-05", None)], [])
    ends = [account("Churned", "04-20"), account("Churned", "05-20"), account("Partner")]
    assert life(*ends[::order]) == ([("crm", "01-05", "05-20")], ["05-20"])


@pytest.mark.parametrize("gone", [{"remote_was_deleted": True}, {"merged_into_remote_id": "A0"}])
def test_records_that_were_deleted_or_merged_say_nothing(gone: Row) -> None:
    left = account("Former Customer", "04-20")
    assert life(left, account("Customer", **gone)) == life(left)
    assert life(account("Former Customer", "04-20", **gone)) == ([], [])

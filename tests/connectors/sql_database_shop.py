"""A shop's tables, how they are mapped, and one pull of them."""

from typing import Any

from connectors.contract import Credentials
from connectors.sql_database.source import source
from tests.connectors.slices import extract
from tests.publish.postgres_server import Server

ORDERS = {
    "table": "shop.sales_order",
    "columns": {"order_id": "id", "contact_id": "customer", "ordered_at": "placed",
                "amount": "total", "status": "state"},
    "constants": {"currency": "EUR"},
    "values": {"status": {"3": "paid"}},
    "extra": ["basket"],
    "cursor": "changed_at",
    "deleted": "dropped_at",
    "time_zone": "Europe/Berlin",
}  # fmt: skip
AGENTS = {"table": "staff", "columns": {"agent_id": "id", "name": "name"}}
TABLES = """
create schema shop;
create table shop.sales_order (
    id bigint primary key, customer uuid, placed timestamp, total numeric(20, 10), state smallint,
    basket jsonb, changed_at timestamptz, dropped_at timestamptz, secret text default 'hidden'
);
create table public.staff (id text, name text);
insert into public.staff values ('a', 'Ann'), ('b', 'Bob');
create role reader login password 'read-only';
grant usage on schema shop to reader; grant select on all tables in schema shop, public to reader;
create table public.closed (id text);
"""
UUID = "6f1c1f9e-5d0f-4a67-9a39-1b6f2c1d0e11"


def order(server: Server, number: int, changed: str = "2026-06-01 10:00+00", **more: str) -> None:
    values = {"placed": "'2026-05-01 09:30'", "total": "12.3400000001", "state": "3",
              "basket": """'{"tea": [1, null]}'""", "dropped_at": "null", **more}  # fmt: skip
    server.execute(
        f"insert into shop.sales_order (id, customer, changed_at, {', '.join(values)}) "
        f"values ({number}, '{UUID}', '{changed}', {', '.join(values.values())})"
    )


def reader(server: Server, **more: Any) -> Credentials:
    given = {"login": "reader", "password": "read-only", "database": "bi", **more}
    return Credentials(base_url=f"postgresql://127.0.0.1:{server.port}", **given)


def pull(server: Server, mapping: str) -> dict[str, int]:
    return extract("sql_database", source(reader(server), mapping))

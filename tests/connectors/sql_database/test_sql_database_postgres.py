"""Mapped database tables, on a real PostgreSQL: what is read, kept and refused."""

from typing import Any

import pytest
from sqlalchemy import text

from connectors import repull
from connectors.contract import Credentials, SourceError
from connectors.loading import load_pending
from connectors.sql_database import reading
from connectors.sql_database.database import engine, session
from connectors.sql_database.reading import translated
from connectors.sql_database.source import source
from tests.connectors.slices import AS_OF, EVERY_SOURCE, extract, load, raw
from tests.connectors.sql_database_shop import AGENTS, ORDERS, UUID, order, pull, reader
from tests.publish.postgres_server import Server
from warehouse import dbt


def test_rows_come_in_our_columns_with_types_that_lose_nothing(shop: Server, mapped: Any) -> None:
    assert pull(shop, mapped(orders=ORDERS, agents=AGENTS)) == {"orders": 2, "agents": 2}
    accounts = load("sql_database")
    assert (accounts["orders"].accepted, accounts["orders"].quarantined) == (2, 0)
    assert raw(
        "select source_system, order_id, contact_id, ordered_at, amount, currency, status, "
        "remote_data, is_deleted, updated_at, drop_file "
        "from raw_sql_database.orders where order_id = '1'"
    ) == [
        ("shop", "1", UUID, "2026-05-01T07:30:00Z", "12.3400000001", "EUR", "paid",
         '{"basket":{"tea":[1,null]}}', "false", "2026-06-01T10:00:00Z", "shop.sales_order")
    ]  # fmt: skip
    assert "hidden" not in str(raw("from raw_sql_database.orders"))


def test_only_what_changed_is_read_again_and_the_lookback(shop: Server, mapped: Any) -> None:
    mapping = mapped(orders=ORDERS | {"lookback": 30})
    pull(shop, mapping)
    load("sql_database")
    order(shop, 3, changed="2026-06-01 09:45+00")  # committed late
    order(shop, 4, changed="2026-06-02 09:45+00")
    order(shop, 5, changed="2026-06-01 09:00+00")  # too late for this lookback
    shop.execute("update shop.sales_order set total = 1, changed_at = '2026-06-02' where id = 1")
    assert pull(shop, mapping)["orders"] == 4
    account = load("sql_database")["orders"]
    assert (account.accepted, account.duplicates) == (3, 1)
    held = raw("select order_id, amount from raw_sql_database.orders order by 1")
    assert [row[0] for row in held] == ["1", "2", "3", "4"]
    assert float(held[0][1]) == 1


def test_rows_without_a_cursor_value_are_read_every_time(shop: Server, mapped: Any) -> None:
    mapping = mapped(orders=ORDERS | {"lookback": 0})
    pull(shop, mapping)
    shop.execute("update shop.sales_order set changed_at = null, total = 7 where id = 2")
    assert pull(shop, mapping)["orders"] == 2
    load("sql_database")
    assert raw("select count(*) from raw_sql_database.orders where cast(amount as double) = 7") == [
        (1,)
    ]


def test_a_changed_mapping_reads_the_table_from_its_start(shop: Server, mapped: Any) -> None:
    pull(shop, mapped(orders=ORDERS | {"lookback": 0}))
    other = ORDERS | {"lookback": 0, "constants": {"currency": "USD"}}
    assert pull(shop, mapped(orders=other))["orders"] == 2
    load("sql_database")
    assert raw("select distinct currency from raw_sql_database.orders") == [("USD",)]


def test_deletions_by_flag_and_by_a_whole_reading_reach_staging(shop: Server, mapped: Any) -> None:
    mapping = mapped(orders=ORDERS, agents=AGENTS)
    pull(shop, mapping)
    load("sql_database")
    shop.execute(
        "update shop.sales_order set dropped_at = now(), changed_at = '2026-06-03' where id=1"
    )
    shop.execute("delete from staff where id = 'a'")
    assert pull(shop, mapping)["gone"] == 1
    load("sql_database")
    load_pending("file_drop")  # nothing is pending: makes the tables

    def staged() -> tuple[list[Any], list[Any]]:
        dbt.run(
            "run",
            as_of=AS_OF,
            sources=[*EVERY_SOURCE, "sql_database"],
            extra=("--select", "stg_file_drop__orders stg_file_drop__agents"),
        )
        orders = raw("select remote_id, remote_was_deleted, status "
                     "from staging.stg_file_drop__orders order by 1")  # fmt: skip
        agents = raw("select remote_id, remote_was_deleted, loaded_at = max(loaded_at) over () "
                     "from staging.stg_file_drop__agents order by 1")  # fmt: skip
        return orders, agents

    orders, agents = staged()
    assert orders == [("1", True, "voided"), ("2", False, "paid")]
    assert agents == [("a", True, True), ("b", False, False)]
    shop.execute("insert into staff values ('a', 'Ann')")
    assert pull(shop, mapping)["gone"] == 1
    load("sql_database")
    assert raw("select row_key, is_gone from raw_sql_database.gone") == [("a", "false")]


def test_a_pull_anew_tells_what_is_gone_and_what_is_back(shop: Server, mapped: Any) -> None:
    mapping = mapped(orders=ORDERS, agents=AGENTS)
    pull(shop, mapping)
    shop.execute("delete from staff where id = 'a'")
    repull.ask("sql_database", ["tables"])
    assert pull(shop, mapping) == {"orders": 2, "agents": 1, "gone": 1}
    shop.execute("insert into staff values ('a', 'Ann')")
    repull.ask("sql_database", ["tables"])
    assert pull(shop, mapping) == {"orders": 2, "agents": 2, "gone": 1}
    load("sql_database")
    assert raw("select row_key, is_gone from raw_sql_database.gone") == [("a", "false")]


def test_a_view_is_read_in_chunks_that_the_server_keeps(
    shop: Server, mapped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1)
    shop.execute(
        "create view shop.team as select * from staff; grant select on shop.team to reader"
    )
    asked: list[str] = []

    def watched(row: Any, mapped_: Any) -> Any:
        asked.extend(
            query
            for (query,) in shop.execute(
                "select query from pg_stat_activity where usename = 'reader'"
            )
        )
        return translated(row, mapped_)

    monkeypatch.setattr("connectors.sql_database.source.translated", watched)
    assert pull(shop, mapped(agents=AGENTS | {"table": "shop.team"})) == {"agents": 2}
    assert all(query.startswith("FETCH FORWARD 1 FROM") for query in asked)
    assert len(asked) == 2


def test_an_emptied_table_deletes_nothing(shop: Server, mapped: Any) -> None:
    mapping = mapped(agents=AGENTS)
    pull(shop, mapping)
    shop.execute("delete from staff")
    assert "gone" not in pull(shop, mapping)
    shop.execute("insert into staff values ('b', 'Bob')")
    assert pull(shop, mapping)["gone"] == 1


def test_a_connection_that_is_cut_moves_nothing_and_the_next_run_heals(
    shop: Server, mapped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 10)
    mapping = mapped(orders=ORDERS)
    shop.execute(
        "insert into shop.sales_order (id, placed, customer, changed_at, basket) "
        f"select n, '2026-05-01', '{UUID}', '2026-06-01', to_jsonb(repeat('x', 20000)) "
        "from generate_series(100, 1100) as n"
    )
    real = reading.translated

    def cut(row: Any, mapped_: Any) -> Any:
        if row["id"] == 300:
            shop.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                         "where usename = 'reader'")  # fmt: skip
        return real(row, mapped_)

    with monkeypatch.context() as patched:
        patched.setattr("connectors.sql_database.source.translated", cut)
        with pytest.raises(SourceError, match=r"sales_order: cannot reach .* nothing is lost"):
            pull(shop, mapping)
    assert pull(shop, mapping)["orders"] == 1003
    assert load("sql_database")["orders"].accepted == 1003


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"cursor": "changed"},
            r"shop.sales_order: has no column changed; there are: id, customer",
        ),
        ({"table": "shop.order"}, r"shop.order: no such table; there are: sales_order; correct"),
        ({"cursor": "basket"}, r"cursor basket is neither a time nor a whole number"),
        ({"columns": {"order_id": "id"}}, r"orders needs contact_id, ordered_at; name their"),
        ({"constants": {"colour": "red"}}, r"orders has no column colour"),
        ({"time_zone": "Berlin"}, r"'Berlin' is not an IANA time zone"),
    ],
)
def test_what_does_not_fit_is_one_line_with_table_and_column(
    shop: Server, mapped: Any, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        pull(shop, mapped(orders=ORDERS | change))
    assert "\n" not in str(caught.value)


def test_rights_and_passwords_are_told_without_the_secret(shop: Server, mapped: Any) -> None:
    closed = {"table": "closed", "columns": {"agent_id": "id"}}
    with pytest.raises(SourceError, match="closed: no right to read it; grant the login"):
        pull(shop, mapped(agents=closed))
    wrong = source(reader(shop, password="not-the-one"), mapped(agents=AGENTS))
    with pytest.raises(SourceError, match="cannot reach the database") as caught:
        extract("sql_database", wrong)
    assert "not-the-one" not in str(caught.value)


def test_the_session_cannot_write(shop: Server) -> None:
    owner = reader(shop, login="postgres", password=shop.password)
    with pytest.raises(SourceError, match="refused"), session(engine(owner), "staff") as connection:
        connection.execute(text("delete from staff"))
    assert shop.execute("select count(*) from staff") == [(2,)]


@pytest.mark.parametrize("mode", [None, "require", "verify-full", "prefer", "disable"])
def test_beyond_loopback_there_is_no_sign_in_without_tls(mode: str | None) -> None:
    there = Credentials(
        base_url="postgresql://db.example:5432", login="u", password="x", database="shop",
        extra={"sslmode": mode} if mode else {},
    )  # fmt: skip
    if mode in {"prefer", "disable"}:
        with pytest.raises(SourceError, match="refusing to sign in without TLS"):
            engine(there)
    else:
        assert engine(there).url.query["sslmode"] == (mode or "require")


def test_a_server_without_tls_is_told_apart_from_one_that_is_not_there(shop: Server) -> None:
    there = reader(shop, extra={"sslmode": "require"})
    with (
        pytest.raises(SourceError, match=r"staff: no trusted TLS connection.*nobody was signed in"),
        session(engine(there), "staff"),
    ):
        pass


def test_bad_rows_go_to_quarantine_with_table_and_row(shop: Server, mapped: Any) -> None:
    order(shop, 3, placed="null")
    pull(shop, mapped(orders=ORDERS))
    assert load("sql_database")["orders"].quarantined == 1
    ((reason,),) = raw("select reason from quarantine.sql_database__orders")
    assert reason.startswith("sql_database: shop.sales_order row 3: ordered_at: is missing")

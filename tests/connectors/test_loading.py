"""Loading: one transaction, merge by key, newest wins, every row accounted for."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors import contract, loading
from connectors.landing import completion_mark
from connectors.loading import gated_folder, load_pending
from connectors.merging import Keyless, Unbalanced
from warehouse.duck import warehouse
from warehouse.settings import settings

SHOP = {
    "orders": contract.Resource(
        primary_key=("id",),
        version="updated_at",
        provenance=("page",),
        columns={"id": "bigint", "updated_at": "text", "total": "double", "page": "bigint"},
    )
}


@pytest.fixture(autouse=True)
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    monkeypatch.setattr(loading, "resources", lambda _source: SHOP)


def put(load_id: str, accepted: list[dict], quarantined: list[dict] = (), lost: int = 0) -> None:
    """Lay a landed and gated batch down as extraction and gate would."""
    landed = settings().landing / "shop" / "orders" / f"{load_id}.0.parquet"
    gated = gated_folder("shop", load_id)
    for folder in (landed.parent, gated, completion_mark("shop", load_id).parent):
        folder.mkdir(parents=True, exist_ok=True)
    rows = accepted + [{k: v for k, v in row.items() if k[0] != "_"} for row in quarantined]
    columns = list(rows[0])
    schema = pa.Table.from_pylist(rows + [dict.fromkeys(columns)] * lost)
    pq.write_table(schema, landed)
    pq.write_table(schema.slice(0, len(accepted)), gated / "orders.accepted.parquet")
    refused = schema.slice(len(accepted), len(quarantined))
    for name in ("_reason", "_row_key"):
        values = pa.array([row[name] for row in quarantined], pa.string())
        refused = refused.append_column(name, values)
    pq.write_table(refused, gated / "orders.quarantined.parquet")
    completion_mark("shop", load_id).write_text("{}")


def held() -> list[tuple]:
    with warehouse(read_only=True) as connection:
        query = "select id, updated_at, total, _load_id from raw_shop.orders order by id"
        return connection.execute(query).fetchall()


def row(id_: int | None, total: float, updated_at: str = "2026-01-01", **more: object) -> dict:
    return {"id": id_, "updated_at": updated_at, "total": total, **more}


def test_tables_exist_before_anything_landed() -> None:
    assert load_pending("shop") == []
    assert held() == []


def test_new_rows_are_accepted_and_repeated_ones_counted_as_duplicates() -> None:
    put("1", [row(1, 9.5), row(2, 3.0), row(1, 9.5)])
    put("2", [row(1, 9.5), row(3, 1.0)])
    first, second = load_pending("shop")
    assert (first.received, first.accepted, first.duplicates) == (3, 2, 1)
    assert (second.received, second.accepted, second.duplicates) == (2, 1, 1)
    assert [r[0] for r in held()] == [1, 2, 3]


def test_the_newest_state_of_a_row_wins_whatever_order_it_comes_in() -> None:
    put("1", [row(1, 2.0, "2026-01-02"), row(1, 1.0, "2026-01-01")])
    put("2", [row(1, 0.5, "2025-12-31")])
    put("3", [row(1, 3.0, "2026-01-03")])
    accounts = load_pending("shop")
    assert [a.accepted for a in accounts] == [1, 0, 1]
    assert held() == [(1, "2026-01-03", 3.0, "3")]


def test_a_row_that_differs_only_in_where_it_came_from_is_a_duplicate() -> None:
    put("1", [row(1, 2.0, page=1)])
    put("2", [row(1, 2.0, page=7)])
    assert [a.duplicates for a in load_pending("shop")] == [0, 1]


def test_a_column_the_vendor_adds_is_kept_and_old_rows_stay_unchanged() -> None:
    put("1", [row(1, 2.0)])
    load_pending("shop")
    put("2", [row(1, 2.0, coupon=None), row(2, 1.0, coupon="SPRING")])
    (account,) = load_pending("shop")
    assert (account.accepted, account.duplicates) == (1, 1)
    with warehouse(read_only=True) as connection:
        coupons = connection.execute(
            "select id, coupon from raw_shop.orders order by id"
        ).fetchall()
    assert coupons == [(1, None), (2, "SPRING")]


def test_a_table_of_an_earlier_version_gets_the_columns_that_this_one_declares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("1", [row(1, 2.0)])
    load_pending("shop")
    declared = {**SHOP["orders"].columns, "paid_until": "text"}
    newer = {"orders": SHOP["orders"].model_copy(update={"columns": declared})}
    monkeypatch.setattr(loading, "resources", lambda _source: newer)
    load_pending("shop")
    with warehouse(read_only=True) as connection:
        found = connection.execute("select id, paid_until from raw_shop.orders").fetchall()
    assert found == [(1, None)]


def test_quarantined_rows_are_kept_as_they_came_with_their_reason() -> None:
    put("1", [row(1, 2.0)], [{**row(2, -1.0), "_reason": "total: below 0", "_row_key": '{"id":2}'}])
    (account,) = load_pending("shop")
    assert (account.received, account.accepted, account.quarantined) == (2, 1, 1)
    with warehouse(read_only=True) as connection:
        kept = connection.execute(
            "select row_key, reason, row from quarantine.shop__orders"
        ).fetchall()
    assert [(key, reason, json.loads(text)) for key, reason, text in kept] == [
        ('{"id":2}', "total: below 0", {"id": 2, "updated_at": "2026-01-01", "total": -1.0})
    ]


def test_a_row_lost_between_landing_and_gate_rolls_the_batch_back() -> None:
    put("1", [row(1, 2.0)], lost=1)
    with pytest.raises(Unbalanced, match=r"shop\.orders load 1: received 2 ≠ accepted 1"):
        load_pending("shop")
    assert held() == []


def change_held(statement: str) -> None:
    """What no load of ours does: somebody's shell, or a fault."""
    with warehouse() as connection:
        connection.execute(statement)


def test_a_raw_table_with_a_key_twice_takes_nothing_rather_than_a_row_twice() -> None:
    put("1", [row(1, 2.0), row(2, 2.0)])
    load_pending("shop")
    change_held("insert into raw_shop.orders from raw_shop.orders where id = 1")
    before = held()
    put("2", [row(1, 3.0), row(2, 2.0)])
    with pytest.raises(Unbalanced, match=r"2 rows passed the gate ≠ 2 written .* 1 held already"):
        load_pending("shop")
    assert held() == before
    assert completion_mark("shop", "2").exists(), "the batch waits"


def test_a_change_that_the_merge_would_pass_over_is_not_counted_as_a_duplicate() -> None:
    put("1", [row(1, 2.0)])
    load_pending("shop")
    change_held("update raw_shop.orders set _row_hash = null")
    put("2", [row(1, 3.0)])
    with pytest.raises(Unbalanced, match="1 rows passed the gate ≠ 0 written"):
        load_pending("shop")


def test_repeats_and_rows_held_already_add_up_to_the_duplicates() -> None:
    put("1", [row(1, 2.0), row(2, 2.0, "2026-01-05")])
    put("2", [row(1, 2.0), row(1, 2.0), row(2, 1.0), row(3, 1.0), row(3, 2.0), row(3, 3.0)])
    first, second = load_pending("shop")
    assert (first.accepted, first.duplicates) == (2, 0)
    assert (second.received, second.accepted, second.duplicates) == (6, 1, 5)


@pytest.mark.parametrize("keyless", [row(None, 1.0), {"updated_at": "2026-01-01", "total": 1.0}])
def test_rows_without_a_key_are_refused_not_loaded_again_and_again(keyless: dict) -> None:
    rows = [keyless] if "id" not in keyless else [row(1, 2.0), keyless]
    put("1", rows)
    with pytest.raises(Keyless, match=r"shop\.orders load 1: 1 rows without a value in \(id\)"):
        load_pending("shop")
    assert held() == []


def test_a_batch_of_which_nothing_passed_needs_no_key_column() -> None:
    refused = {"total": 1.0, "_reason": "id: is missing", "_row_key": "{}"}
    put("1", [], [refused])
    (account,) = load_pending("shop")
    assert (account.received, account.quarantined, account.duplicates) == (1, 1, 0)


def test_a_load_killed_before_its_commit_is_loaded_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("1", [row(1, 2.0)])
    with monkeypatch.context() as broken:
        broken.setattr(loading, "merge", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            load_pending("shop")
    assert [a.accepted for a in load_pending("shop")] == [1]


def test_a_load_killed_between_commit_and_clean_up_is_not_loaded_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put("1", [row(1, 2.0)])
    with monkeypatch.context() as killed:
        killed.setattr(loading, "_discard", lambda *_: None)
        load_pending("shop")
    assert load_pending("shop") == []
    assert len(held()) == 1
    assert not list(settings().landing.rglob("*.parquet")), "landed personal data is removed"
    assert not completion_mark("shop", "1").exists()


def test_each_load_is_later_than_any_before_even_if_the_clock_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noon = datetime(2026, 6, 30, 12, tzinfo=UTC)
    clock = [noon, noon, noon - timedelta(hours=1), noon + timedelta(hours=1)]
    for number, reading in enumerate(clock):
        monkeypatch.setattr(loading, "wall_now", lambda now=reading: now)
        put(str(number), [row(number, 1.0)])
        load_pending("shop")
    tick = timedelta(microseconds=1)
    expected = [noon, noon + tick, noon + 2 * tick, noon + timedelta(hours=1)]
    with warehouse(read_only=True) as connection:
        rows = connection.execute("select _loaded_at from raw_shop.orders order by id").fetchall()
        loads = connection.execute("select loaded_at from ops.loads order by load_id").fetchall()
    assert [at for (at,) in rows] == [at for (at,) in loads] == expected


def test_a_batch_that_landed_after_the_gate_ran_waits_for_its_own_run() -> None:
    put("1", [{"id": 1, "updated_at": "a", "total": 1.0}])
    put("2", [{"id": 2, "updated_at": "a", "total": 1.0}])
    shutil.rmtree(gated_folder("shop", "2"))
    assert [account.load_id for account in load_pending("shop")] == ["1"]
    assert completion_mark("shop", "2").exists()
    put("2", [{"id": 2, "updated_at": "a", "total": 1.0}])
    assert [account.load_id for account in load_pending("shop")] == ["2"]

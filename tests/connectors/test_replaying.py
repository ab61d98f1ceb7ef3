"""Quarantine once more through the gate: what passes is merged once, what does not stays."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors import contract, loading, replaying
from expectations import suites
from expectations.gate import gate_batch
from heedline import app
from tests.connectors.slices import is_handled, load, raw
from tests.connectors.test_landing import land
from warehouse.landed import landed_files
from warehouse.settings import settings

Row = dict[str, Any]
COLUMNS: dict[str, Any] = {"id": "text", "at": "bigint", "total": "bigint", "note": "text"}


class Shop:
    """A source of one resource, whose suite and declaration can be mended."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        monkeypatch.setattr(suites, "RAW", folder)
        (folder / "shop").mkdir(parents=True)
        self.declare(version=None)
        self.allow(100)

    def declare(self, version: str | None = None, **columns: Any) -> None:
        resource = contract.Resource(
            primary_key=("id",), version=version, columns={**COLUMNS, **columns}
        )
        self.orders = resource
        for module in (loading, replaying):
            self.monkeypatch.setattr(module, "resources", lambda _: {"orders": resource})

    def allow(self, most: int) -> None:
        rule = {
            "type": "expect_column_values_to_be_between",
            "kwargs": {"column": "total", "max_value": most},
            "meta": {"notes": f"at most {most}"},
        }
        suite = {"name": "orders", "expectations": [rule], "meta": {}}
        (self.folder / "shop" / "orders.json").write_text(json.dumps(suite))

    def take(self, *rows: Row) -> None:
        import dlt

        hints = self.orders.dlt_hints()
        made = dlt.source(lambda: dlt.resource(list(rows), name="orders", **hints), name="shop")
        land("shop", made())
        load("shop")

    def replay(self) -> tuple[int, int, int]:
        """Rows taken, known already, that stay."""
        (done,) = replaying.replay("shop", None, gate_batch) or [None]
        return (done.account.accepted, done.account.duplicates, done.stays) if done else (0, 0, 0)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(tmp_path / "suites", monkeypatch)


def held() -> list[tuple[Any, ...]]:
    return raw("select id, total from raw_shop.orders order by id")


def aside() -> list[tuple[Any, ...]]:
    return raw("select row_key, reason from quarantine.shop__orders order by row_key")


def order(id_: str, total: Any, at: int = 1, **more: Any) -> Row:
    return {"id": id_, "at": at, "total": total, **more}


def test_rows_that_pass_now_are_taken_and_the_others_stay_with_todays_reason(shop: Shop) -> None:
    shop.take(order("a", 5), order("b", 200), order("c", 900))
    assert len(aside()) == 2
    shop.allow(500)
    assert shop.replay() == (1, 0, 1)
    assert held() == [("a", 5), ("b", 200)]
    ((key, reason),) = aside()
    assert key == '{"id": "c"}'
    assert "at most 500" in reason
    loads = "select load_id like 'replay_%', received, accepted, quarantined from ops.loads"
    assert raw(f"{loads} order by loaded_at") == [(False, 3, 1, 2), (True, 1, 1, 0)]


def test_doing_it_again_changes_nothing_and_leaves_nothing_behind(shop: Shop) -> None:
    shop.take(order("a", 5), order("c", 900))
    before = (held(), aside(), raw("from ops.loads"))
    assert shop.replay() == (0, 0, 1)
    assert shop.replay() == (0, 0, 1)
    assert (held(), aside(), raw("from ops.loads")) == before
    assert landed_files("shop", "replay") == {}
    assert not list(settings().landing.rglob("*replay_*"))


def test_a_value_finds_its_column_once_it_is_declared_as_what_it_is(shop: Shop) -> None:
    shop.take(order("a", 5, note="x"), order("b", "a dozen"))
    assert "total: 'a dozen' is text where int64 is declared" in aside()[0][1]
    (shop.folder / "shop" / "orders.json").write_text('{"name": "orders", "expectations": []}')
    shop.declare(total="text")
    from warehouse.duck import warehouse

    with warehouse() as connection:
        connection.execute("alter table raw_shop.orders alter total type varchar")
    assert shop.replay() == (1, 0, 0)
    assert held() == [("a", "5"), ("b", "a dozen")]


def test_an_older_state_does_not_win_over_a_newer_one_that_was_loaded_since(shop: Shop) -> None:
    shop.take(order("a", 900))
    shop.take(order("a", 7))
    shop.allow(1000)
    assert shop.replay() == (0, 1, 0)
    assert held() == [("a", 7)]
    assert aside() == []


def test_with_a_version_the_newest_state_wins_wherever_it_lay(shop: Shop) -> None:
    shop.declare(version="at")
    shop.take(order("a", 7, at=1))
    shop.take(order("a", 800, at=3), order("a", 900, at=2))
    shop.allow(1000)
    assert shop.replay() == (1, 1, 0)
    assert held() == [("a", 800)]


def test_a_checker_that_is_broken_changes_nothing(shop: Shop) -> None:
    shop.take(order("c", 900))
    before = aside()
    (shop.folder / "shop" / "orders.json").write_text("{")
    with pytest.raises(Exception, match=r"orders\.json"):
        shop.replay()
    assert aside() == before
    assert not list(settings().landing.rglob("*replay_*"))


def test_a_kill_before_the_commit_leaves_everything_in_quarantine(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.take(order("b", 200))
    shop.allow(500)
    with monkeypatch.context() as killed:
        killed.setattr(
            replaying, "_write_down", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            shop.replay()
    assert (held(), len(aside())) == ([], 1)
    assert shop.replay() == (1, 0, 0)


def test_no_load_of_the_source_runs_while_it_judges_and_writes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.take(order("b", 200))
    shop.allow(500)
    turns = []

    def gate(source: str, load_id: str) -> None:
        turns.append(is_handled(source))
        gate_batch(source, load_id)

    write_down = replaying._write_down

    def write(*account: Any) -> None:
        turns.append(is_handled("shop"))
        write_down(*account)

    monkeypatch.setattr(replaying, "_write_down", write)
    replaying.replay("shop", None, gate)
    assert turns == [True, True]
    assert not is_handled("shop")


def test_the_command_lists_shows_and_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.connectors.test_no_append import lay_down

    lay_down("twilio", "1")
    file = settings().landing / "twilio/_gated/1/calls.quarantined.parquet"
    accepted = file.with_name("calls.accepted.parquet")
    import pyarrow.parquet as pq

    rows = pq.read_table(accepted)
    empty = pq.read_table(file)
    pq.write_table(rows.slice(0, 0), accepted)
    reasons = {"_reason": ['twilio: calls {"sid": 1}: sid: wrong'], "_row_key": ['{"sid": 1}']}
    for name, values in reasons.items():
        rows = rows.append_column(name, [values])
    pq.write_table(rows.cast(empty.schema), file)
    loading.load_pending("twilio")

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, ["quarantine", *words])
        assert done.exit_code == 0, done.output
        return " ".join(done.output.split())

    assert "twilio calls 1" in said("list")
    assert "twilio: calls {…}: sid: wrong" in said("list", "twilio")
    assert '"sid": "1"' in said("show", "twilio.calls")
    assert "nothing of twilio.recordings is in quarantine" in said("show", "twilio.recordings")
    assert "twilio calls 0 0 0 1" in said("replay", "twilio.calls")
    assert "not a call SID" in said("list")
    wrong = CliRunner().invoke(app, ["quarantine", "list", "twillio"])
    assert "no source 'twillio'" in str(wrong.exception)

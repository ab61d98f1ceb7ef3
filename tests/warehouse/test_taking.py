"""When a build of the unified layer takes what was loaded since the last, and when everything."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.dbt_project.drop import Company
from warehouse import builds, dbt, increments, layers, taking
from warehouse.duck import warehouse

LOADED = datetime(2026, 6, 30, 1, 2, 3, 4, tzinfo=UTC)


def plan(sources: tuple[str, ...] = ("zendesk",), folder: str | None = None) -> builds.Plan:
    return taking.plan(LOADED, list(sources), folder)


def load(at: datetime) -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into ops.loads values ('zendesk', '-', ?, 1, 1, 0, 0, ?, 0)", [str(at), at]
        )


@pytest.fixture
def taken() -> None:
    """A build that came to its end, after one load, of two folders' drops."""
    drops = Company().add("orders", order_id="1", drop_folder="ours")
    drops.add("orders", order_id="2", drop_folder="theirs").write()
    with warehouse() as connection:
        connection.execute("create schema intermediate")
        for name in taking.TABLES:
            connection.execute(f"create table intermediate.{name} (remote_id varchar)")
    load(LOADED)
    builds.finished(plan())


def test_the_first_build_takes_everything() -> None:
    assert plan().reason == "everything, for the first time"
    assert len(taking.TABLES) == 10


@pytest.mark.usefixtures("taken")
def test_the_next_build_takes_what_was_loaded_since() -> None:
    since = plan().since
    assert since is not None
    assert since["loaded_at"] == "2026-06-30T01:02:03.000004Z"


@pytest.mark.usefixtures("taken")
def test_a_load_that_comes_while_a_build_runs_is_taken_by_the_next() -> None:
    running = plan()
    load(LOADED + timedelta(hours=1))
    builds.finished(running)
    since = plan().since
    assert since is not None
    assert since["loaded_at"] == "2026-06-30T01:02:03.000004Z"


@pytest.mark.usefixtures("taken")
def test_a_build_that_did_not_end_is_followed_by_one_of_everything() -> None:
    plan()  # begins, and is killed
    again = plan()
    assert again.reason == "everything: the last build did not come to its end"
    builds.finished(again)
    assert plan().since is not None


@pytest.mark.usefixtures("taken")
def test_everything_is_taken_when_somebody_asks_for_it() -> None:
    assert taking.plan(LOADED, ["zendesk"], None, full=True).since is None


@pytest.mark.usefixtures("taken")
def test_another_source_or_folder_takes_everything() -> None:
    assert plan(sources=("zendesk", "email")).since is None
    builds.finished(plan())
    assert plan(folder="ours").since is None


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(
    "change",
    [
        "insert into ops.erasures values ('e', timestamptz '2026-06-30 00:00:00+00', 1, 0, null)",
        "insert into ops.retention values ('raw_zendesk.tickets', 1, "
        "timestamptz '2026-06-30 00:00:00+00', 1, timestamptz '2026-06-30 00:00:00+00')",
        "drop table intermediate.loaded_orders",
    ],
    ids=["erasure", "retention", "a table is gone"],
)
def test_what_no_load_tells_takes_everything(change: str) -> None:
    with warehouse() as connection:
        connection.execute(change)
    assert plan().since is None


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(
    ("folder", "order", "goes_on"), [("ours", "1", False), ("theirs", "2", True)]
)
def test_a_row_that_another_folder_brings_anew_leaves_this_one(
    folder: str, order: str, goes_on: bool
) -> None:
    builds.finished(plan(folder=folder))
    with warehouse() as connection:  # as a merge into raw does
        connection.execute(
            "update raw_file_drop.orders set drop_folder = 'theirs', _loaded_at = ? "
            "where order_id = ?",
            [LOADED + timedelta(days=1), order],
        )
    assert (plan(folder=folder).since is not None) == goes_on


def finished() -> set[str]:
    """Layers whose next build may go on from the last."""
    with warehouse() as connection:
        rows = connection.execute("select layer from ops.builds where is_finished").fetchall()
    return {layer for (layer,) in rows}


@pytest.fixture
def broken_off(taken: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both layers are built, and what dbt does next is killed."""
    builds.finished(increments.plan(LOADED, ["zendesk"], None))
    monkeypatch.setattr(dbt, "invoke", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))


@pytest.mark.usefixtures("broken_off")
@pytest.mark.parametrize(
    ("selector", "goes_on"),
    [("marts", {"unified"}), ("unify", set()), ("success", {"unified", "marts"})],
)
def test_a_layer_built_by_hand_is_followed_by_everything(selector: str, goes_on: set[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        dbt.run("build", selector=selector, as_of=LOADED, sources=[])
    assert finished() == goes_on


@pytest.mark.usefixtures("broken_off")
@pytest.mark.parametrize(("full", "goes_on"), [(True, set()), (False, {"marts"})])
def test_marts_go_on_only_from_a_unified_layer_that_did(full: bool, goes_on: set[str]) -> None:
    """Built anew, it cannot say what its rows were about when the marts last read them."""
    with pytest.raises(KeyboardInterrupt):
        layers.build_unified(as_of=LOADED, sources=["zendesk"], full=full)
    assert finished() == goes_on

"""When a build may go on from the last one, and when it must start over."""

from datetime import UTC, datetime, timedelta

import pytest

from warehouse import builds, increments
from warehouse.duck import warehouse

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
LOADED = datetime(2026, 6, 30, 1, 2, 3, 4, tzinfo=UTC)


def plan(as_of: datetime = AS_OF, sources: tuple[str, ...] = ("zendesk",)) -> builds.Plan:
    return increments.plan(as_of, list(sources), None)


@pytest.fixture
def built() -> None:
    """A build that came to its end, after one load and with one agent."""
    with warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_agents as select 'zendesk' as source_system, "
            "'1' as remote_id, 'Ida@acme.example' as email, 'agent' as role"
        )
        connection.execute("create table intermediate.int_messages (loaded_at timestamptz)")
        connection.execute("insert into intermediate.int_messages values (?)", [LOADED])
    builds.finished(plan())


def test_the_first_build_is_full() -> None:
    first = plan()
    assert first.since is None
    assert first.reason == "everything, for the first time"


@pytest.mark.usefixtures("built")
def test_the_next_build_takes_up_what_has_come_since() -> None:
    later = plan(AS_OF + timedelta(days=1))
    assert later.since == {
        "as_of": "2026-06-30T00:00:00Z",
        "loaded_at": "2026-06-30T01:02:03.000004Z",
    }


@pytest.mark.usefixtures("built")
def test_a_load_that_comes_between_unify_and_marts_is_news_to_the_next_build() -> None:
    """Its rows are in raw already and not in the unified terms that the marts were built from."""
    with warehouse() as connection:
        connection.execute(
            "insert into ops.loads values ('zendesk', '-', 'l', 1, 1, 0, 0, ?, 0)",
            [LOADED + timedelta(hours=1)],
        )
    builds.finished(plan())
    since = plan().since
    assert since is not None
    assert since["loaded_at"] == "2026-06-30T01:02:03.000004Z"


@pytest.mark.usefixtures("built")
def test_a_build_that_did_not_end_is_followed_by_a_full_one() -> None:
    plan()  # begins, and is killed
    again = plan()
    assert again.since is None
    assert "did not come to its end" in again.reason
    builds.finished(again)
    assert plan().since is not None


@pytest.mark.usefixtures("built")
def test_marts_built_by_hand_are_followed_by_a_full_build() -> None:
    builds.forget(increments.LAYER)
    assert plan().since is None


@pytest.mark.usefixtures("built")
def test_an_earlier_day_is_replayed_in_full() -> None:
    replay = plan(AS_OF - timedelta(days=1))
    assert replay.since is None
    assert "is before the last build's 2026-06-30T00:00:00Z" in replay.reason


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "change",
    [
        "update intermediate.int_agents set role = 'bot'",
        "insert into ops.erasures values ('e', timestamptz '2026-06-30 00:00:00+00', 1, 0, null)",
        "insert into ops.retention values ('raw_zendesk.tickets', 1, "
        "timestamptz '2026-06-30 00:00:00+00', 1, timestamptz '2026-06-30 00:00:00+00')",
        "insert into ml.models_in_use values ('tagger', '2')",
    ],
    ids=["role of an agent", "erasure", "retention", "another tagger"],
)
def test_what_no_row_dates_makes_a_build_full(change: str) -> None:
    with warehouse() as connection:
        connection.execute(change)
    changed = plan()
    assert changed.since is None
    assert "others than at the last build" in changed.reason


@pytest.mark.usefixtures("built")
def test_another_source_makes_a_build_full() -> None:
    assert plan(sources=("zendesk", "email")).since is None


@pytest.mark.usefixtures("built")
def test_a_full_build_drops_what_the_last_one_noted_as_changed() -> None:
    with warehouse() as connection:
        connection.execute("create table intermediate.fct_messages__changed (a integer)")
        connection.execute("create table intermediate.int_messages__kept (a integer)")
    plan(AS_OF - timedelta(days=1))
    with warehouse() as connection:
        left = connection.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'intermediate' order by table_name"
        ).fetchall()
    assert left == [("int_agents",), ("int_messages",), ("int_messages__kept",)]


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(("day", "left"), [(1, ["later"]), (-1, [])], ids=["goes on", "full"])
def test_conversations_that_rows_left_are_kept_until_marts_have_seen_them(
    day: int, left: list[str]
) -> None:
    with warehouse() as connection:
        for name, at in (("seen", LOADED), ("later", LOADED + timedelta(hours=1))):
            connection.execute(
                "insert into ops.left_conversations values ('zendesk', ?, ?)", [name, at]
            )
    plan(AS_OF + timedelta(days=day))
    with warehouse() as connection:
        kept = connection.execute("select conversation_remote_id from ops.left_conversations")
        assert [name for (name,) in kept.fetchall()] == left

"""A build that goes on from the last one builds and tests what news can have changed, no more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.dbt_project.drop import AS_OF
from tests.dbt_project.edited_mail import make_tables
from warehouse import dbt, due, layers
from warehouse.duck import warehouse

SOURCES = ["email", "intercom", "zendesk"]
CONTACTS = "select remote_id from intermediate.int_contacts where source_system = 'zendesk'"


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Unique ids of what `unify` selects."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEEDLINE_HOME", str(tmp_path_factory.mktemp("due")))
        yield dbt.listed("unify", as_of=AS_OF, sources=SOURCES)


def found(nodes: list[str], *news: str, as_of_moved: bool = False) -> set[str]:
    return {*due.due(dbt.project(SOURCES), nodes, news={*news}, as_of_moved=as_of_moved)}


def test_without_news_nothing_is_due(nodes: list[str]) -> None:
    assert len(nodes) > 200
    assert found(nodes) == set()


def test_a_load_makes_its_source_due_with_tests_and_what_stands_on_it(nodes: list[str]) -> None:
    names = found(nodes, "raw_intercom")
    assert {"base_intercom__parts", "stg_intercom__messages", "loaded_messages"} <= names
    assert {"int_messages", "not_null_stg_intercom__messages_remote_id"} <= names
    assert not {name for name in names if "zendesk" in name or "email" in name}
    # What only other sources provide.
    assert "loaded_calls" not in names


def test_another_as_of_makes_due_what_reads_it_and_what_stands_on_that(nodes: list[str]) -> None:
    names = found(nodes, as_of_moved=True)
    assert {"stg_email__conversations", "loaded_conversations", "int_messages"} <= names
    assert not {name for name in names if "intercom" in name}


def test_tables_that_no_load_accounts_for_are_always_news(nodes: list[str]) -> None:
    reading_ml = "model.heedline.int_tag_news"
    assert found([*nodes, reading_ml]) == {"int_tag_news"}


def test_a_build_after_a_load_takes_it_up_and_leaves_the_rest_as_it_is() -> None:
    def load(source: str, hours: int, change: str | None = None) -> None:
        at, new = AS_OF + timedelta(hours=hours), int(change is not None)
        with warehouse() as connection:
            if change:
                connection.execute(change, [at])
            connection.execute(
                "insert into ops.loads values (?, 'users', ?, 1, ?, 0, ?, ?, 0)",
                [source, str(at), new, 1 - new, at],
            )

    def build() -> set[str]:
        return {r.node.split(".")[2] for r in layers.build_unified(as_of=AS_OF, sources=SOURCES)}

    with warehouse() as connection:
        for source in SOURCES:
            make_tables(connection, source)
    user = (
        "insert into raw_zendesk.users by name select {} as id, 'end-user' as role, ? as _loaded_at"
    )
    load("zendesk", 0, user.format(1))
    assert {"base_zendesk__users", "stg_intercom__contacts", "int_contacts"} <= build()
    assert build() == set()
    load("intercom", 1)  # what is held already
    assert build() == set()

    load("zendesk", 2, user.format(2))
    built = build()
    assert {"stg_zendesk__contacts", "not_null_stg_zendesk__contacts_remote_id"} <= built
    assert not {name for name in built if "intercom" in name}
    with warehouse(read_only=True) as connection:
        assert sorted(connection.execute(CONTACTS).fetchall()) == [("1",), ("2",)]

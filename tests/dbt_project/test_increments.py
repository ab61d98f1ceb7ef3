"""A build that only takes up what is new gives what a build of everything gives."""

import random
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.drop import query
from tests.dbt_project.edited_company import BEGIN, PEOPLE, Edited, correct, insert, link, tag
from warehouse import dbt
from warehouse.duck import warehouse
from warehouse.settings import settings

SOURCES = ["file_drop"]
FIRST = BEGIN + timedelta(days=45)


def loaded(at: datetime) -> None:
    """Note a load, as the loader does."""
    with warehouse() as connection:
        connection.execute(
            "insert into ops.loads values ('file_drop', '-', ?, 0, 0, 0, 0, ?, 0)", [str(at), at]
        )


def build(as_of: datetime) -> None:
    without_tests = ("--exclude-resource-type", "test", "unit_test")
    dbt.build_unified(as_of=as_of, sources=SOURCES, extra=without_tests)
    dbt.build_marts(as_of=as_of, sources=SOURCES, command="run")


def differing(one: Path, other: Path) -> dict[str, int]:
    """Marts of two warehouses whose rows are not the same, with how many are not."""
    found = {}
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'one' "
            "and schema_name = 'marts' order by table_name"
        ).fetchall()
        assert len(names) > 20
        for (name,) in names:
            rows = connection.execute(
                f"select count(*) from ("
                f"(from one.marts.{name} except all from other.marts.{name}) union all "
                f"(from other.marts.{name} except all from one.marts.{name}))"
            ).fetchall()
            if rows[0][0]:
                found[name] = rows[0][0]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_random_edits_taken_up_step_by_step_give_what_a_full_build_gives(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    edited, chance = Edited(seed), random.Random(seed)
    edited.rules()
    # Some of it lies after the first build's `as_of`, and is not known to it.
    edited.talk(BEGIN, FIRST + timedelta(days=1), 1200)
    edited.read(BEGIN, FIRST + timedelta(days=1), 400)
    company = edited.take()
    company.write()
    with warehouse() as connection:
        for entity in company.rows:
            connection.execute(f"update raw_file_drop.{entity} set _loaded_at = ?", [FIRST])
        link(connection, chance, list(range(PEOPLE)))
        tag(connection)
    loaded(FIRST)
    build(FIRST)

    as_of = FIRST
    for _ in range(2):
        before, as_of = as_of, as_of + timedelta(days=1)
        edited.talk(before, as_of, 15)
        edited.read(before, as_of, 8)
        edited.go_on(as_of)
        with warehouse() as connection:
            insert(connection, edited.take(), as_of)
            correct(connection, chance, as_of)
            link(connection, chance, chance.sample(range(PEOPLE), 30))
        loaded(as_of)
        build(as_of)

    file = settings().warehouse_file
    (scope,) = query(file, "select count(*) from intermediate.int_conversation_scope")
    (conversations,) = query(file, "select count(*) from intermediate.int_conversations")
    assert 0 < scope[0] < conversations[0] / 2
    everything = tmp_path / "everything"
    shutil.copytree(settings().root, everything)
    monkeypatch.setenv("HEEDLINE_HOME", str(everything))
    with warehouse() as connection:
        connection.execute("delete from ops.mart_builds")
    build(as_of)
    assert differing(file, settings().warehouse_file) == {}


def test_models_that_hold_one_builds_conversations_are_read_by_facts_alone() -> None:
    """Whatever else read them would forget the conversations of earlier builds."""
    code = {path.stem: path.read_text() for path in dbt.PROJECT.glob("models/**/*.sql")}
    reads = {name: set(re.findall(r"ref\(['\"](\w+)['\"]\)", sql)) for name, sql in code.items()}
    facts = {name for name, sql in code.items() if 'incremental_strategy="exchange"' in sql}
    partial = {name for name, sql in code.items() if "{{ in_scope(" in sql}
    while True:
        found = {name for name in code if reads[name] & partial and name not in facts}
        if found <= partial:
            break
        partial |= found
    rooms = {
        path.parent.name for path in dbt.PROJECT.glob("models/**/*.sql") if path.stem in partial
    }
    assert {"int_conversations_measured", "int_survey_scores", "int_sla_targets_run"} <= partial
    assert rooms == {"conversations", "sla", "surveys"}
    assert not {name for name in partial if name.startswith(("fct_", "kpi_", "dim_"))}

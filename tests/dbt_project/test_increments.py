"""A build that only takes up what is new gives what a build of everything gives."""

import random
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.dbt_project.drop import query
from tests.dbt_project.edited_bots import find_late, leave_to_bots
from tests.dbt_project.edited_company import BEGIN, BUYERS, PEOPLE, Edited, insert
from tests.dbt_project.edited_corrections import correct, take_back
from tests.dbt_project.edited_learned import correct_tags, link, say_rarely, tag
from tests.dbt_project.edited_mail import make_tables, receive
from tests.dbt_project.edited_moves import movable, move, put_off
from tests.dbt_project.edited_promises import promise
from tests.dbt_project.edited_tickets import follow_up, reconsider
from warehouse import dbt, layers
from warehouse.duck import warehouse
from warehouse.settings import settings

SOURCES = ["email", "file_drop", "zendesk"]
UNIFIED = [p.stem for p in dbt.PROJECT.glob("models/intermediate/unified/*.sql")]
FIRST = BEGIN + timedelta(days=45)


def loaded(at: datetime, *sources: str) -> None:
    """Note a load of each, as the loader does."""
    with warehouse() as connection:
        connection.executemany(
            "insert into ops.loads values (?, '-', ?, 1, 1, 0, 0, ?, 0)",
            [(source, str(at), at) for source in sources],
        )


def unify(as_of: datetime) -> None:
    without_tests = ("--exclude-resource-type", "test", "unit_test")
    layers.build_unified(as_of=as_of, sources=SOURCES, extra=without_tests)


def build(as_of: datetime) -> None:
    unify(as_of)
    layers.build_marts(as_of=as_of, sources=SOURCES, command="run")


def built(file: Path) -> dict[str, pa.Table]:
    """Every mart, and every entity of the unified layer."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_schema = 'marts' or table_schema = 'intermediate' "
            "and (table_name like 'loaded%' or list_contains(?, table_name))", [UNIFIED]
        ).fetchall()  # fmt: skip
        return {name: connection.sql(f"from {name}").to_arrow_table() for (name,) in names}


def differing(one: Path, other: Path) -> dict[str, int]:
    """Tables of two warehouses whose rows are not the same, with how many are not."""
    ours, theirs = built(one), built(other)
    assert ours.keys() == theirs.keys()
    assert {f"intermediate.{name}" for name in UNIFIED} < ours.keys()
    found = {}
    with duckdb.connect() as connection:
        for name, table in ours.items():
            connection.register("ours", table)
            connection.register("theirs", theirs[name])
            rows = connection.execute(
                "select count(*) from ((from ours except all from theirs) "
                "union all (from theirs except all from ours))"
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
    promise(edited, FIRST)
    # Some of it lies after the first build's `as_of`, and is not known to it.
    edited.talk(BEGIN, FIRST + timedelta(days=1), 1200)
    edited.read(BEGIN, FIRST + timedelta(days=1), 400)
    edited.fans(FIRST - timedelta(days=13))
    leave_to_bots(edited, FIRST)
    monday, hours = FIRST - timedelta(days=12), timedelta(hours=2)
    thursday, friday = monday + timedelta(days=3), monday + timedelta(days=4)
    asked = {"fan of weeks": monday, "fan of days": thursday, "fan for good": friday}
    edited.recommend("email", asked)
    edited.deal(BEGIN, FIRST + timedelta(days=1), 200)
    company = edited.take()
    company.write()
    with warehouse() as connection:
        for entity in company.rows:
            connection.execute(f"update raw_file_drop.{entity} set _loaded_at = ?", [FIRST])
        make_tables(connection, "email")
        receive(connection, chance, FIRST, 40)
        make_tables(connection, "zendesk")
        follow_up(connection, random.Random(seed), FIRST, 30)
        link(connection, chance, list(range(PEOPLE)))
        tag(connection)
        say_rarely(connection, chance)
    loaded(FIRST, *SOURCES)
    build(FIRST)

    as_of = FIRST
    for step in range(2):
        before, as_of = as_of, as_of + timedelta(days=1)
        edited.talk(before, as_of, 15)
        edited.read(before, as_of, 8)
        edited.deal(before, as_of, 8)
        edited.go_on(as_of)
        if step == 0:  # a later answer takes the place of one about another channel, …
            asked["fan of weeks"] += timedelta(days=1)
            edited.recommend("chat", {name: at + hours for name, at in asked.items()})
            find_late(edited, FIRST)
        moves, between = random.Random(step), as_of - timedelta(hours=1)
        with warehouse() as connection:
            moving = movable(connection, moves)
            move(connection, moves, moving[::2], between)
        loaded(between, "file_drop")
        unify(as_of)
        with warehouse() as connection:
            move(connection, moves, moving, as_of)
            put_off(connection, moves, as_of)
            reconsider(connection, moves, as_of)
            if step == 1:  # … and gives it back.
                take_back(connection, "chat", as_of)
            insert(connection, edited.take(), as_of)
            correct(connection, chance, as_of)
            receive(connection, chance, as_of, 6)
            follow_up(connection, random.Random(step), as_of, 5)
            link(connection, chance, chance.sample(range(BUYERS), 15))
            link(connection, chance, chance.sample(range(PEOPLE), 15))
            correct_tags(connection, step)
        loaded(as_of, *SOURCES)
        build(as_of)

    file = settings().warehouse_file
    (scope,) = query(file, "select count(*) from intermediate.int_conversation_scope")
    (conversations,) = query(file, "select count(*) from intermediate.int_conversations")
    assert 0 < scope[0] < conversations[0] / 2
    bots = (
        "select is_contained from marts.fct_conversations where remote_id in "
        "('soon reached chatbot', 'found late chatbot')"
    )
    assert query(file, bots) == [(False,), (False,)]
    everything = tmp_path / "everything"
    shutil.copytree(settings().root, everything)
    build(as_of)  # once more, though nothing has come
    monkeypatch.setenv("HEEDLINE_HOME", str(everything))
    with warehouse() as connection:
        connection.execute("delete from ops.builds")
    build(as_of)
    assert differing(file, settings().warehouse_file) == {}


def test_models_that_hold_one_builds_conversations_are_read_by_facts_alone() -> None:
    """Whatever else read them would forget the conversations of earlier builds."""
    code = {path.stem: path.read_text() for path in dbt.PROJECT.glob("models/**/*.sql")}
    reads = {name: set(re.findall(r"ref\(['\"](\w+)['\"]\)", sql)) for name, sql in code.items()}
    facts = {name for name, sql in code.items() if 'incremental_strategy="exchange"' in sql}
    partial = {name for name, sql in code.items() if "{{ in_scope(" in sql} - facts
    while True:
        found = {name for name in code if reads[name] & partial and name not in facts}
        if found <= partial:
            break
        partial |= found
    rooms = {
        path.parent.name for path in dbt.PROJECT.glob("models/**/*.sql") if path.stem in partial
    }
    assert {"int_conversations_measured", "int_survey_scores", "int_sla_targets_run"} <= partial
    assert {"int_conversation_outcomes", "int_conversation_answers"} <= partial
    assert rooms == {"conversations", "sla", "surveys", "timeline"}
    assert not {name for name in partial if name.startswith(("fct_", "kpi_", "dim_"))}

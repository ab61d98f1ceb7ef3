"""The sample world keeps its promises: same bytes for a seed, sizes, order in time, truth apart."""

import csv
import hashlib
from pathlib import Path

import duckdb
import pytest

import sample
from sample.generator.tables import TRUTH, WORLD


def digests(world: Path) -> dict[str, str]:
    """Content hash of every file of a sample, by name."""
    root = world.parent
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def number(con: duckdb.DuckDBPyConnection, query: str) -> float:
    row = con.execute(query).fetchone()
    assert row is not None
    return float(row[0])


def test_same_seed_makes_the_same_bytes_and_another_seed_does_not(
    world: Path, tmp_path: Path
) -> None:
    again = sample.generate("small", 7, tmp_path)
    other = sample.generate("small", 8, tmp_path)

    assert digests(again) == digests(world)
    assert digests(other)["world/messages.parquet"] != digests(world)["world/messages.parquet"]


def test_a_world_that_stands_is_left_alone(world: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in world.iterdir()}
    assert sample.generate("small", 7, world.parent.parent) == world
    assert {path: path.stat().st_mtime_ns for path in world.iterdir()} == before


def test_unknown_size_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'huge' is not known; take one of small, medium, large"):
        sample.generate("huge", 7, tmp_path)


def test_small_is_about_300_people_and_3000_messages(tables: duckdb.DuckDBPyConnection) -> None:
    assert 300 <= number(tables, "select count(*) from people") <= 320
    assert 2_700 <= number(tables, "select count(*) from messages") <= 3_600


def test_mailbox_is_a_small_share_of_messages(tables: duckdb.DuckDBPyConnection) -> None:
    share = number(tables, "select avg((system = 'email')::int) from messages")
    assert 0.05 < share < 0.11


def test_every_table_is_there_with_its_columns(tables: duckdb.DuckDBPyConnection) -> None:
    for prefix, declared in (("", WORLD), ("truth_", TRUTH)):
        for name, columns in declared.items():
            found = [row[0] for row in tables.execute(f"describe {prefix}{name}").fetchall()]
            assert found == [word.partition(":")[0] for word in columns.split()]


def test_truth_stays_out_of_the_world(world: Path, tables: duckdb.DuckDBPyConnection) -> None:
    told = {"sentiment", "topic", "churned_at", "reason", "complaint", "churn_intent"}
    for name in WORLD:
        columns = {row[0] for row in tables.execute(f"describe {name}").fetchall()}
        assert not columns & told, name
    assert not (world / "churn.parquet").exists()


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("messages", "sent_at"),
        ("events", "occurred_at"),
        ("conversations", "updated_at"),
        ("calls", "ended_at"),
        ("surveys", "responded_at"),
        ("identities", "updated_at"),
        ("orders", "ordered_at"),
        ("subscriptions", "cancel_requested_at"),
        ("subscriptions", "ended_at"),
    ],
)
def test_nothing_happens_at_or_after_as_of(
    tables: duckdb.DuckDBPyConnection, table: str, column: str
) -> None:
    late = f"select count(*) from {table} where {column} >= timestamptz '{sample.AS_OF}'"
    assert number(tables, late) == 0


@pytest.mark.parametrize(("table", "column"), [("messages", "sent_at"), ("events", "occurred_at")])
def test_messages_and_events_lie_inside_their_conversation(
    tables: duckdb.DuckDBPyConnection, table: str, column: str
) -> None:
    outside = f"""
        select count(*) from {table} t
        left join conversations c
          on c.system = t.system and c.remote_id = t.conversation_remote_id
        where c.remote_id is null or t.{column} not between c.opened_at and c.updated_at"""
    assert number(tables, outside) == 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("people", "person_id"),
        ("agents", "agent_id"),
        ("identities", "system || remote_id"),
        ("conversations", "system || remote_id"),
        ("messages", "system || remote_id"),
        ("events", "system || remote_id"),
        ("surveys", "origin || remote_id"),
        ("subscriptions", "remote_id"),
        ("orders", "remote_id"),
    ],
)
def test_keys_are_unique(tables: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    assert number(tables, f"select count(*) - count(distinct {key}) from {table}") == 0


def test_every_identity_and_conversation_has_its_person(tables: duckdb.DuckDBPyConnection) -> None:
    orphans = """select count(*) from identities i left join people p using (person_id)
        left join truth_identities t on t.system = i.system and t.remote_id = i.remote_id
        where p.person_id is null or t.person_id <> i.person_id or t.person_id is null"""
    assert number(tables, orphans) == 0
    strangers = """select count(*) from conversations c left join identities i
        on i.system = c.system and i.remote_id = c.identity_remote_id
        where i.person_id is distinct from c.person_id or i.created_at > c.opened_at"""
    assert number(tables, strangers) == 0


def test_every_customer_text_has_its_truth(tables: duckdb.DuckDBPyConnection) -> None:
    untold = """select count(*) from messages m left join truth_messages t
        on t.system = m.system and t.remote_id = m.remote_id
        where (m.author_type = 'customer') <> (t.topic is not null)"""
    assert number(tables, untold) == 0


def test_texts_have_no_unfilled_slot(tables: duckdb.DuckDBPyConnection) -> None:
    query = r"""select count(*) from (select body from messages union all
        select transcript from calls union all select comment from surveys union all
        select subject from conversations) where regexp_matches(body, '[{}]')"""
    assert number(tables, query) == 0


def test_status_of_a_conversation_is_its_last_status_event(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    differing = """with last as (select system, conversation_remote_id,
          arg_max(new_value, remote_id::bigint) as status
        from events where event_type = 'status' group by all)
        select count(*) from conversations c join last l
          on l.system = c.system and l.conversation_remote_id = c.remote_id
        where l.status <> c.status and c.deleted_at is null and c.status <> 'pending'"""
    assert number(tables, differing) == 0


def test_churners_pay_until_they_leave_and_the_future_is_only_in_truth(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    as_of = f"timestamptz '{sample.AS_OF}'"
    assert number(tables, f"select count(*) from truth_churn where churned_at >= {as_of}") > 0
    wrong = f"""select count(*) from truth_churn t left join subscriptions s using (person_id)
        where s.person_id is null
           or s.ended_at is distinct from (case when churned_at < {as_of} then churned_at end)
           or s.cancel_requested_at > churned_at"""
    assert number(tables, wrong) == 0
    ended = """select count(*) from subscriptions s anti join truth_churn using (person_id)
        where s.ended_at is not null"""
    assert number(tables, ended) == 0


def test_warned_churners_write_more_and_angrier_before_they_leave(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    tables.execute(f"""
        create or replace temp view spoken as
        select c.person_id, c.opened_at, t.sentiment = 'negative' as sour,
          k.churned_at - interval 45 day <= c.opened_at and k.reason not in
            ('moved_away', 'no_longer_needed', 'competitor', 'card_failed') as on_path
        from messages m
        join truth_messages t on t.system = m.system and t.remote_id = m.remote_id
        join conversations c on c.system = m.system and c.remote_id = m.conversation_remote_id
        left join truth_churn k on k.person_id = c.person_id
        where c.opened_at < timestamptz '{sample.AS_OF}'""")
    on_path = number(tables, "select avg(sour::int) from spoken where on_path")
    others = number(tables, "select avg(sour::int) from spoken where on_path is not true")
    assert on_path > others + 0.15
    # and the noise: some of the angriest stay
    stay = """select count(*) from (select person_id from spoken anti join truth_churn
        using (person_id) group by 1 having count(*) filter (sour) >= 5)"""
    assert number(tables, stay) > 0


def test_scores_are_believable(tables: duckdb.DuckDBPyConnection) -> None:
    satisfied = """select avg((score >= if(origin = 'zendesk', 1, 4))::int) from surveys
        where survey_type = 'csat' and responded_at is not null"""
    assert 0.60 < number(tables, satisfied) < 0.95  # about a hundred answers: noisy
    odd = """select count(*) from surveys where score not between scale_min and scale_max
        or (score is null) <> (responded_at is null)"""
    assert number(tables, odd) == 0


def test_drop_folder_speaks_the_file_drop_columns(world: Path) -> None:
    folder = world.parent / "drop" / "fernhill"
    required = {
        "schedules": {"schedule_id", "time_zone", "weekday", "start_local", "end_local"},
        "schedule_assignments": {"schedule_id", "scope"},
        "holidays": {"schedule_id", "date_from", "date_to"},
        "sla_policies": {"policy_id", "metric", "target_minutes"},
        "agents": {"agent_id", "email"},
        "articles": {"article_id"},
        "article_events": {"event_id", "occurred_at", "event_type"},
    }
    assert {path.stem for path in folder.glob("*.csv")} == set(required)
    for name, columns in required.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows, name
        assert all(row[column] for row in rows for column in columns), name

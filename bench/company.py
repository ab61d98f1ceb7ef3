"""Raw tables of a big company, filled at once: the large sample, several times beside itself.

Loading, linking and tagging have benchmarks of their own. Here the rows lie in `raw_file_drop` as
the loader leaves them, people are linked and texts are tagged as the sample's truth has it, so that
what is timed is the models alone.
"""

from datetime import datetime
from pathlib import Path

import duckdb
import yaml

import sample
from connectors.loading import load_pending
from ml.tagger.labels import SIGNALS
from warehouse.duck import warehouse
from warehouse.settings import settings

# The column that says when a row came to be; the other entities are there from the start.
BORN = {
    "conversations": "opened_at",
    "messages": "sent_at",
    "conversation_events": "occurred_at",
    "calls": "ring_at",
    "survey_responses": "sent_at",
    "orders": "ordered_at",
    "article_events": "occurred_at",
}

# The company's own rules are the same for every copy.
RULES = ("schedules", "schedule_assignments", "holidays", "sla_policies")
ENTITIES: dict[str, str] = yaml.safe_load(Path(__file__).with_name("company.yml").read_text())
_MOODS = "case t.sentiment when 'negative' then -0.8 when 'positive' then 0.8 else 0.0 end"


def fill(copies: int, until: datetime) -> int:
    """Write the raw tables as of an instant, links and tags of `copies` large samples; rows."""
    sample.generate("large", root=settings().sample)
    world = _world()
    load_pending("file_drop")  # nothing is pending: makes the tables
    with warehouse() as connection:
        rows = _load(connection, copies, until, "<=")
        for number in range(1, copies + 1):
            connection.execute(
                f"insert into ml.identity_clusters select system || '{number}', remote_id, "
                f"person_id || '-{number}', 1 from '{world}/truth/identities.parquet'"
            )
        for entity in RULES:
            file = world / "drop" / "fernhill" / f"{entity}.csv"
            rules = (
                f"select *, 'fernhill' as source_system from read_csv('{file}', all_varchar = true)"
            )
            _add_rows(connection, entity, rules, until)
        _tag(connection, world)
        connection.execute("checkpoint")
    return rows


def add_what_came_after(copies: int, cut: datetime, now: datetime) -> int:
    """Load what has come to be since `cut`, and anew the conversations that changed; rows."""
    with warehouse() as connection:
        rows = _load(connection, copies, cut, ">", now)
        connection.execute(
            "update raw_file_drop.conversations set _loaded_at = ? "
            "where cast(updated_at as timestamptz) > ? and _loaded_at < ?",
            [now, cut, now],
        )
    return rows


def _world() -> Path:
    return next(settings().sample.glob("large-*"))


def _load(
    connection: duckdb.DuckDBPyConnection,
    copies: int,
    cut: datetime,
    side: str,
    at: datetime | None = None,
) -> int:
    """One load of the rows on one side of an instant, noted as the loader does."""
    rows = 0
    for number in range(1, copies + 1):
        for entity, query in ENTITIES.items():
            born = f"coalesce(cast({BORN.get(entity, 'null')} as timestamptz), '-infinity')"
            dated = f"select * from ({query.format(w=_world(), n=number)}) where {born} {side} "
            rows += _add_rows(connection, entity, f"{dated} timestamptz '{cut}'", at or cut)
    connection.execute(
        "insert into ops.loads values ('file_drop', '-', ?, ?, ?, 0, 0, ?, 0)",
        [str(at or cut), rows, rows, at or cut],
    )
    return rows


def _add_rows(connection: duckdb.DuckDBPyConnection, entity: str, query: str, at: datetime) -> int:
    """Put rows into a raw table as the loader does: all as text, one per key; how many."""
    known = {
        name
        for (name,) in connection.execute(
            "select column_name from information_schema.columns "
            "where table_schema = 'raw_file_drop' and table_name = ?", [entity]
        ).fetchall()
    }  # fmt: skip
    described = connection.execute(f"describe {query}").fetchall()
    instant = "strftime(timezone('UTC', {0}), '%Y-%m-%dT%H:%M:%S.%fZ') as {0}"
    columns = ", ".join(
        instant.format(name)
        if kind == "TIMESTAMP WITH TIME ZONE"
        else f"cast({name} as varchar) as {name}"
        for name, kind, *_ in described
        if name in known
    )
    added = connection.execute(
        f"insert into raw_file_drop.{entity} by name select {columns}, 'large' as drop_folder, "
        f"'{entity}.parquet' as drop_file, '{at}' as _load_id, "
        f"cast(? as timestamptz) as _loaded_at from ({query})",
        [at],
    ).fetchall()
    return int(added[0][0])


def _tag(connection: duckdb.DuckDBPyConnection, world: Path) -> None:
    """Tag each text as the truth of one message with it."""
    signals = ", ".join(f"cast(bool_or(t.{name}) as integer)" for name in SIGNALS)
    connection.execute(
        f"""
        insert into ml.message_tags
        select
            md5(m.body), 'truth', min(t.sentiment), min({_MOODS}), min(t.topic),
            '[]', {signals}, 'normal', 'en', true, 1
        from '{world}/world/messages.parquet' as m
        inner join '{world}/truth/messages.parquet' as t using (system, remote_id)
        where m.body <> '' and t.topic is not null
        group by md5(m.body)
        """
    )

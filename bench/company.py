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

LOADED_AT = datetime.fromisoformat("2026-06-30T00:00:00+00:00")

# The company's own rules are the same for every copy.
RULES = ("schedules", "schedule_assignments", "holidays", "sla_policies")
ENTITIES: dict[str, str] = yaml.safe_load(Path(__file__).with_name("company.yml").read_text())
_MOODS = "case t.sentiment when 'negative' then -0.8 when 'positive' then 0.8 else 0.0 end"


def fill(copies: int) -> int:
    """Write the raw tables, links and tags of `copies` large samples; conversations."""
    sample.generate("large", root=settings().sample)
    world = next(settings().sample.glob("large-*"))
    load_pending("file_drop")  # nothing is pending: makes the tables
    with warehouse() as connection:
        for number in range(1, copies + 1):
            for entity, query in ENTITIES.items():
                add_rows(connection, entity, query.format(w=world, n=number), "1", LOADED_AT)
            connection.execute(
                f"insert into ml.identity_clusters select system || '{number}', remote_id, "
                f"person_id || '-{number}', 1 from '{world}/truth/identities.parquet'"
            )
        for entity in RULES:
            file = world / "drop" / "fernhill" / f"{entity}.csv"
            rows = (
                f"select *, 'fernhill' as source_system from read_csv('{file}', all_varchar = true)"
            )
            add_rows(connection, entity, rows, "1", LOADED_AT)
        _tag(connection, world)
        connection.execute("checkpoint")
        (found,) = connection.execute("select count(*) from raw_file_drop.conversations").fetchall()
    return int(found[0])


def add_rows(
    connection: duckdb.DuckDBPyConnection, entity: str, query: str, load_id: str, at: datetime
) -> None:
    """Put rows into a raw table as the loader does: all as text, one per key."""
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
    connection.execute(
        f"insert into raw_file_drop.{entity} by name select {columns}, 'large' as drop_folder, "
        f"'{entity}.parquet' as drop_file, '{load_id}' as _load_id, "
        f"cast(? as timestamptz) as _loaded_at from ({query})",
        [at],
    )


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

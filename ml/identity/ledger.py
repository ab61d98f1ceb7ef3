"""What linking remembers in the warehouse, and the one transaction that changes it.

Work goes on in an in-memory database beside the warehouse, schema `work`; `home` below is the
warehouse's catalog, quoted. Only `save` writes to the warehouse, and only rows that differ.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from warehouse.duck import transaction

PREPARED = "ml.identity_prepared"
"""Normalised contacts; the columns are the engine's, so it is not in tables.sql."""

_LEFT = "left_source_system || chr(31) || left_remote_id"
_RIGHT = "right_source_system || chr(31) || right_remote_id"


@contextmanager
def workbench(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Let unqualified tables lie in an empty in-memory database; give the warehouse's name."""
    row = connection.execute("select current_database()").fetchone()
    assert row is not None
    home = '"' + str(row[0]).replace('"', '""') + '"'
    connection.execute("attach ':memory:' as work")
    connection.execute("use work")
    connection.execute("set enable_progress_bar = false")  # a task's log is no terminal
    try:
        yield home
    finally:
        connection.execute(f"use {home}")
        connection.execute("detach work")


def has_prepared(connection: duckdb.DuckDBPyConnection, home: str) -> bool:
    """Whether an earlier run left its normalised contacts."""
    row = connection.execute(
        "select count(*) from duckdb_tables() where schema_name || '.' || table_name = ? "
        "and '\"' || database_name || '\"' = ?",
        [PREPARED, home],
    ).fetchone()
    return row == (1,)


def compare(connection: duckdb.DuckDBPyConnection, home: str) -> dict[str, int]:
    """Create `delta` (record_id, kind): contacts new, changed or removed since the last run."""
    connection.execute(f"""
        create table delta as
        select
            coalesce(r.record_id, k.record_id) as record_id,
            case
                when k.record_id is null then 'new'
                when r.record_id is null then 'removed'
                else 'changed'
            end as kind
        from records as r
        full join {home}.ml.identity_records as k on r.record_id = k.record_id
        where r.fingerprint is distinct from k.fingerprint
    """)
    found = dict(connection.execute("select kind, count(*) from delta group by kind").fetchall())
    return {kind: found.get(kind, 0) for kind in ("new", "changed", "removed")}


def old_pairs(connection: duckdb.DuckDBPyConnection, home: str) -> None:
    """Create `kept_pairs`: the scored pairs of contacts that are as they were, and `neighbours`:
    who was paired with a contact that changed or is gone."""
    connection.execute(f"""
        create table stored_pairs as
        select
            {_LEFT} as left_id, {_RIGHT} as right_id,
            match_weight, match_probability, reasons, status
        from {home}.ml.identity_links
        where match_weight is not null;
        create table neighbours as
        select right_id as record_id from stored_pairs semi join delta on left_id = record_id
        union
        select left_id from stored_pairs semi join delta on right_id = record_id;
        create table kept_pairs as
        select * from stored_pairs
        anti join delta as l on left_id = l.record_id
        anti join delta as r on right_id = r.record_id
    """)


def touched(connection: duckdb.DuckDBPyConnection, home: str) -> int:
    """Create `touched`: every contact whose person may have changed, as whole components.

    Reads `delta`, `decision_delta`, `neighbours`, `kept_pairs`, `new_pairs`,
    `decisions_now`. Contacts
    belong together by a pair that can link, by a decision, or by their customer of before.
    """
    connection.execute(f"""
        create table edges as
        select left_id, right_id from kept_pairs where status <> 'review'
        union all
        select left_id, right_id from new_pairs
        union all
        select left_id, right_id from decisions_now;
        create table members as
        select c.source_system || chr(31) || c.remote_id as record_id, c.customer_id
        from {home}.ml.identity_clusters as c;
        create table touched as
        with seeds as (
            select record_id from delta
            union
            select record_id from decision_delta
            union
            select record_id from neighbours
            union
            select m.record_id from members as m
            semi join (select customer_id from members semi join delta using (record_id)) as d
                on m.customer_id = d.customer_id
        )
        select seeds.record_id from seeds semi join records on seeds.record_id = records.record_id;
        create table frontier as from touched
    """)
    while connection.execute("select count(*) from frontier").fetchone() != (0,):
        connection.execute("""
            create or replace table frontier as
            with reached as (
                select right_id as record_id from edges
                semi join frontier on left_id = frontier.record_id
                union
                select left_id from edges semi join frontier on right_id = frontier.record_id
                union
                select m.record_id from members as m
                semi join (
                    select customer_id from members
                    semi join frontier on members.record_id = frontier.record_id
                ) as f on m.customer_id = f.customer_id
            )
            select reached.record_id from reached
            anti join touched on reached.record_id = touched.record_id
            semi join records on reached.record_id = records.record_id
        """)
        connection.execute("insert into touched from frontier")
    row = connection.execute("select count(*) from touched").fetchone()
    assert row is not None
    return int(row[0])


def save(
    connection: duckdb.DuckDBPyConnection,
    home: str,
    *,
    as_of: datetime,
    model: tuple[str, str, str, int] | None,
    changed: int,
) -> None:
    """Bring the warehouse to what the work tables say, in one transaction.

    Reads `records`, `delta`, `touched`, `new_links`, `new_clusters`, `new_owned`, `issued`,
    `changes`, `decisions_now`, `prepared_rows`.

    Args:
        model: (version, config digest, JSON, contacts trained on) of a model trained just now.
        changed: contacts to add to those that came, went or changed since training.
    """
    connection.execute(
        "create table scope as select record_id from touched union select record_id from delta"
    )
    with transaction(connection):
        if model is not None:
            connection.execute(f"delete from {home}.ml.identity_models")
            connection.execute(
                f"insert into {home}.ml.identity_models values (?, ?, ?, ?, 0, ?)",
                [*model, as_of],
            )
            connection.execute(f"drop table if exists {home}.{PREPARED}")
            connection.execute(f"create table {home}.{PREPARED} as from prepared_rows")
        elif changed and has_prepared(connection, home):
            connection.execute(
                f"update {home}.ml.identity_models set changed = changed + {changed}"
            )
            connection.execute(
                f"delete from {home}.{PREPARED} where record_id in (select record_id from delta)"
            )
            connection.execute(f"insert into {home}.{PREPARED} by name from prepared_rows")
        for statement in _SAVE.format(home=home, left=_LEFT, right=_RIGHT).split(";"):
            connection.execute(statement)
        connection.execute(
            f"insert into {home}.ml.identity_customers "
            "select customer_id, ?, run, contacts from issued",
            [as_of],
        )
        connection.execute(
            f"insert into {home}.ml.customer_changes "
            "select change, before, after, contacts, reason, ? from changes",
            [as_of],
        )


_SAVE = """
delete from {home}.ml.identity_links as l
where (
    {left} in (select record_id from delta) or {right} in (select record_id from delta)
    or ({left} in (select record_id from touched) and {right} in (select record_id from touched))
) and not exists (
    select 1 from new_links as n
    where n.left_source_system = l.left_source_system and n.left_remote_id = l.left_remote_id
        and n.right_source_system = l.right_source_system and n.right_remote_id = l.right_remote_id
        and n.status = l.status and n.match_weight is not distinct from l.match_weight
        and n.match_probability = l.match_probability and n.reasons = l.reasons
        and n.model_version = l.model_version
);
insert into {home}.ml.identity_links by name
select n.* from new_links as n
anti join {home}.ml.identity_links as l
    using (left_source_system, left_remote_id, right_source_system, right_remote_id);

delete from {home}.ml.identity_clusters as c
where c.source_system || chr(31) || c.remote_id in (select record_id from scope)
    and not exists (
        select 1 from new_clusters as n
        where n.source_system = c.source_system and n.remote_id = c.remote_id
            and n.customer_id = c.customer_id and n.confidence = c.confidence
    );
insert into {home}.ml.identity_clusters by name
select n.* from new_clusters as n
anti join {home}.ml.identity_clusters as c using (source_system, remote_id);

delete from {home}.ml.identity_records as k
where k.record_id in (select record_id from scope)
    and not exists (
        select 1 from new_owned as n
        where n.record_id = k.record_id and n.fingerprint = k.fingerprint
            and n.owned_customer_id = k.owned_customer_id
    );
insert into {home}.ml.identity_records by name
select n.* from new_owned as n anti join {home}.ml.identity_records as k using (record_id);

delete from {home}.ml.identity_customers where customer_id in (select customer_id from issued);

delete from {home}.ml.identity_decisions as d
where not exists (
    select 1 from decisions_now as n
    where n.left_id = d.left_id and n.right_id = d.right_id and n.link = d.link
);
insert into {home}.ml.identity_decisions by name
select n.* from decisions_now as n
anti join {home}.ml.identity_decisions as d using (left_id, right_id)
"""

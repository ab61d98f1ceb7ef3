"""From clusters to customers: names for the persons a run touched, and the rows that say so.

Persons whose contacts all were one customer before, and still are, keep their name in SQL; only the
others go through `naming`, so a large table costs little where nothing happens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import duckdb
import pyarrow as pa

from ml.identity.changes import REASONED_CHANGES
from ml.identity.naming import Age, Member, Named, fresh_ids, name_persons


@dataclass(frozen=True)
class Done:
    """Contacts clustered again, how many have another customer than before, and what changed."""

    contacts: int = 0
    renamed: int = 0
    merges: int = 0
    unmerges: int = 0
    moves: int = 0


def rename(
    connection: duckdb.DuckDBPyConnection, home: str, model_version: str, trained: bool
) -> Done:
    """Create `new_clusters`, `new_links`, `new_owned`, `issued` and `changes` for `ledger.save`.

    Reads `records`, `touched`, `clusters`, `pairs`, `delta`, `decision_delta`.
    """
    connection.execute(_MEMBERS.format(home=home))
    named = _named(connection, home)
    _register(connection, home, named)
    connection.execute(_ROWS, {"version": model_version})
    connection.execute(REASONED_CHANGES, {"trained": trained, "version": model_version})
    row = connection.execute("""
        select
            count(*),
            count(*) filter (where held is distinct from customer_id),
            (select count(*) from changes where change = 'merge'),
            (select count(*) from changes where change = 'unmerge'),
            (select count(*) from changes where change = 'move')
        from assigned
    """).fetchone()
    assert row is not None
    return Done(*row)


def _named(connection: duckdb.DuckDBPyConnection, home: str) -> Named:
    rows = connection.execute("""
        select cluster_id, source_system, remote_id, created, held, owned
        from member_rows semi join restless using (cluster_id)
        order by cluster_id, source_system, remote_id
    """).fetchall()
    groups = [
        [Member((r[1], r[2]), r[3], r[4], r[5]) for r in group]
        for _, group in groupby(rows, key=lambda row: row[0])
    ]
    ages: dict[str, Age] = {
        identifier: (run, -contacts)
        for identifier, run, contacts in connection.execute(f"""
            with ids as (
                select held as id from member_rows semi join restless using (cluster_id)
                union
                select owned from member_rows semi join restless using (cluster_id)
            )
            select ids.id, coalesce(c.run, 0), coalesce(c.contacts, 1)
            from ids left join {home}.ml.identity_customers as c on ids.id = c.customer_id
            where ids.id is not null
        """).fetchall()
    }
    return name_persons(groups, ages, _lookup(connection, home, groups))


def _lookup(
    connection: duckdb.DuckDBPyConnection, home: str, groups: list[list[Member]]
) -> Callable[[str], bool]:
    """Whether an id belongs to a contact outside these groups; likely ones are asked at once."""
    likely = {
        name for group in groups for member in group for name in islice(fresh_ids(member.key), 2)
    }
    connection.register("likely", pa.table({"id": pa.array(sorted(likely), pa.string())}))
    connection.execute(f"""
        create table elsewhere as
        select distinct k.owned_customer_id as id from {home}.ml.identity_records as k
        anti join (
            select record_id from member_rows semi join restless using (cluster_id)
            union all
            select record_id from delta where kind = 'removed'
        ) as here on k.record_id = here.record_id
    """)
    rows = connection.execute("select id from likely semi join elsewhere using (id)").fetchall()
    connection.unregister("likely")
    taken = {str(row[0]) for row in rows}

    def is_taken(identifier: str) -> bool:
        if identifier in likely:
            return identifier in taken
        found = connection.execute("select count(*) from elsewhere where id = ?", [identifier])
        return found.fetchone() != (0,)

    return is_taken


def _register(connection: duckdb.DuckDBPyConnection, home: str, named: Named) -> None:
    """Create `assigned` (every touched contact with its customer), `issued`, `changes_found`."""
    keys = list(named.customer)
    columns: dict[str, Any] = {
        "source_system": [key[0] for key in keys],
        "remote_id": [key[1] for key in keys],
        "customer_id": [named.customer[key] for key in keys],
        "owned_customer_id": [named.owned[key] for key in keys],
    }
    changes: dict[str, Any] = {
        "change": [c.change for c in named.changes],
        "before": [c.before for c in named.changes],
        "after": [c.after for c in named.changes],
    }
    text = pa.string()
    named_table = pa.table({k: pa.array(v, text) for k, v in columns.items()})
    changes_table = pa.table({k: pa.array(v, text) for k, v in changes.items()}).append_column(
        "contacts", pa.array([c.contacts for c in named.changes], pa.int64())
    )
    connection.register("named_rows", named_table)
    connection.register("changes_rows", changes_table)
    connection.register("issued_rows", pa.table({"id": pa.array(sorted(named.issued), text)}))
    connection.execute(f"""
        create table assigned as
        select
            m.*,
            coalesce(n.customer_id, m.held) as customer_id,
            coalesce(n.owned_customer_id, m.owned) as owned_customer_id
        from member_rows as m left join named_rows as n using (source_system, remote_id);
        create table changes_found as from changes_rows;
        create table issued as
        select
            a.customer_id,
            -- An id that an older version gave is older than any of ours.
            case when a.customer_id in (select id from issued_rows)
                then (select coalesce(max(run), 0) + 1 from {home}.ml.identity_customers) else 0
            end as run,
            count(*) as contacts
        from assigned as a
        where a.customer_id in (select id from issued_rows)
            or a.customer_id not in (select customer_id from {home}.ml.identity_customers)
        group by a.customer_id
    """)
    for name in ("named_rows", "changes_rows", "issued_rows"):
        connection.unregister(name)


# A person is restless when a contact is new to it, when it was several customers, or when part of
# what its customer was is elsewhere now.
_MEMBERS = """
create table member_rows as
select
    r.record_id, r.source_system, r.remote_id, r.fingerprint,
    coalesce(strftime(r.created_at, '%Y-%m-%dT%H:%M:%S'), '~') as created,
    coalesce(c.cluster_id, r.record_id) as cluster_id,
    coalesce(c.confidence, 1.0) as confidence,
    h.customer_id as held,
    coalesce(k.owned_customer_id, h.customer_id) as owned
from records as r
semi join touched as t on r.record_id = t.record_id
left join clusters as c on r.record_id = c.record_id
left join {home}.ml.identity_clusters as h
    on r.source_system = h.source_system and r.remote_id = h.remote_id
left join {home}.ml.identity_records as k on r.record_id = k.record_id;

create table restless as
with held_in as (
    select held, count(distinct cluster_id) as clusters from member_rows
    where held is not null group by held
),
owned_in as (
    select owned, count(distinct cluster_id) as clusters from member_rows
    where owned is not null group by owned
),
unsettled as (
    select m.cluster_id
    from member_rows as m
    group by m.cluster_id
    having count(distinct m.held) <> 1 or count(m.held) < count(*)
        or not bool_or(m.owned = m.held)
    union
    select m.cluster_id from member_rows as m
    left join held_in on m.held = held_in.held
    left join owned_in on m.owned = owned_in.owned
    where held_in.clusters > 1 or owned_in.clusters > 1
)
select cluster_id from unsettled
"""

_ROWS = """
create table new_clusters as
select source_system, remote_id, customer_id, confidence from assigned;

create table new_owned as
select record_id, source_system, remote_id, fingerprint, owned_customer_id from assigned;

create table new_links as
select
    l.source_system as left_source_system, l.remote_id as left_remote_id,
    r.source_system as right_source_system, r.remote_id as right_remote_id,
    p.status, p.match_weight, p.match_probability, p.reasons, $version as model_version
from pairs as p
inner join assigned as l on p.left_id = l.record_id
inner join assigned as r on p.right_id = r.record_id
where p.status is not null
"""

"""Tables to graph and back: which records take part in a link, and what became of every record and
pair."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from ml.identity.decision import Decision
from ml.identity.functions import scalar
from ml.identity.guards import resolve

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Edges:
    """Links between nodes, by number; `contradicts`: 1 on the whole, 2 beyond anything that could
    outweigh it."""

    left: Ints
    right: Ints
    weight: Floats
    contradicts: Ints

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Edges":
        return Edges(
            self.left[chosen], self.right[chosen], self.weight[chosen], self.contradicts[chosen]
        )


def read_edges(connection: duckdb.DuckDBPyConnection, query: str) -> Edges:
    found = connection.execute(query).fetchnumpy()
    return Edges(
        np.asarray(found["l"], dtype=np.int64),
        np.asarray(found["r"], dtype=np.int64),
        np.asarray(found["weight"], dtype=np.float64),
        np.asarray(found["contradicts"], dtype=np.int64),
    )


def number_nodes(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    pairs: str,
    link_weight: float,
    decisions: tuple[Decision, ...],
    within: str | None,
) -> int:
    """Temporary tables: `decided`, `links` (pairs at or above link, in scope) and `nodes`
    (record_id, twin_of, node).

    `node` numbers the records that take part in any link, identical ones (linked, undecided) under
    one number,
    in the order of their ids.
    """
    must, never = resolve(decisions)
    rows = [(*pair, True) for pair in must] + [(*pair, False) for pair in sorted(never)]
    connection.execute(
        "create or replace temp table decided (left_id varchar, right_id varchar, link boolean)"
    )
    if rows:
        connection.executemany("insert into decided values (?, ?, ?)", rows)
    known = f"(select record_id from {within or prepared})"
    connection.execute(
        f"delete from decided where left_id not in {known} or right_id not in {known} "
        f"or left_id not in (select record_id from {prepared}) or right_id not in (select "
        f"record_id from {prepared})"
    )
    scope = f"and left_id in {known} and right_id in {known}" if within else ""
    connection.execute(
        "create or replace temp table links as select left_id, right_id, match_weight as weight "
        f"from (select * from {pairs} anti join decided using (left_id, right_id)) "
        f"where match_weight >= {link_weight} {scope}"
    )
    connection.execute(
        f"""
        create or replace temp table nodes as
        with ends as (
            select left_id as record_id from links union select right_id from links
            union select left_id from decided union select right_id from decided
        ), twins as (
            select links.right_id as record_id, min(links.left_id) as twin_of
            from links join {prepared} as l on l.record_id = left_id join {prepared} as r on
            r.record_id = right_id
            where l.content = r.content
                and left_id not in (select left_id from decided union select right_id from decided)
                and right_id not in (select left_id from decided union select right_id from decided)
                and left_id in (select min(record_id) from {prepared} semi join ends using
                (record_id) group by content)
            group by links.right_id
        ), named as (select record_id, coalesce(twin_of, record_id) as twin_of from ends left join
        twins using (record_id))
        select record_id, twin_of, dense_rank() over (order by twin_of) - 1 as node from named
        """
    )
    return int(scalar(connection, "select count(distinct node) from nodes"))


def write(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    pairs: str,
    target: str,
    within: str | None,
    link_weight: float,
) -> None:
    """The cluster table, and each pair's status, from `nodes` and `node_cluster`."""
    scope = within or prepared
    connection.execute(
        f"""
        create or replace table {target} as
        with members as (
            select record_id, min(record_id) over (partition by cluster) as cluster_id
            from nodes join node_cluster using (node)
        ), inside as (
            select pairs.* from {pairs} as pairs join members as l on l.record_id = left_id
            join members as r on r.record_id = right_id and r.cluster_id = l.cluster_id
        ), evidence as (
            select record_id, max(match_probability) as confidence from (
                select left_id as record_id, match_probability from inside
                union all select right_id, match_probability from inside
                union all select left_id, 1.0 from decided where link
                union all select right_id, 1.0 from decided where link)
            group by record_id
        )
        select scope.record_id, coalesce(members.cluster_id, scope.record_id) as cluster_id,
            round(coalesce(evidence.confidence, 1.0), 6) as confidence
        from (select distinct record_id from {scope}) as scope
        left join members using (record_id) left join evidence using (record_id)
        """
    )
    connection.execute(f"alter table {pairs} add column if not exists status varchar")
    touched = f"and left_id in (select record_id from {within})" if within else ""
    connection.execute(
        f"""
        update {pairs} as pairs set status = case
                when decided.left_id is not null then 'decided'
                when l.cluster_id = r.cluster_id then 'linked'
                when found.match_weight >= {link_weight} then 'cut'
                else 'review' end
        from {pairs} as found
        join {target} as l on l.record_id = found.left_id join {target} as r on r.record_id =
        found.right_id
        left join decided on decided.left_id = found.left_id and decided.right_id = found.right_id
        where pairs.left_id = found.left_id and pairs.right_id = found.right_id
        {touched.replace("left_id", "pairs.left_id")}
        """
    )
    for table in ("decided", "links", "nodes", "node_cluster"):
        connection.execute(f"drop table {table}")

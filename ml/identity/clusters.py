"""Pairs into persons: connected components first, then each one looked at whole.

A chain of links is not trusted: inside a component every pair is scored, and clusters grow by
average evidence
(`agglomerate`), so a weak bridge between two persons is cut and a contradiction breaks at its
weakest edge.
Identical records count as one. Python touches only components of three or more that do not agree
throughout.
"""

import duckdb
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ml.identity.agglomerate import LEAST, MOST, agglomerate
from ml.identity.config import IdentityConfig
from ml.identity.decision import Decision
from ml.identity.guards import barred_sql, compared_sql, contradicts_sql
from ml.identity.model import Model
from ml.identity.nodes import Edges, Ints, number_nodes, read_edges, write
from ml.identity.scoring import predict, threshold_weight

DENSE = 150
"""Largest component whose pairs are all scored; a larger one is first split at a higher
threshold."""


def components(count: int, left: Ints, right: Ints) -> Ints:
    """Component number of each of `count` nodes."""
    graph = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def small_components(count: int, edges: Edges, forced: Edges) -> Ints:
    """Components of at most `DENSE` nodes: in larger ones the weakest links are left out, a step
    at a time.

    `forced` links (decisions) are never left out.
    """
    step = 1.0
    keep = np.ones(len(edges.left), dtype=np.bool_)
    floor = np.full(count, -np.inf)
    while True:
        used = edges.of(keep)
        label = components(
            count, np.append(used.left, forced.left), np.append(used.right, forced.right)
        )
        sizes = np.bincount(label, minlength=1)
        large = sizes[label] > DENSE
        inside = keep & large[edges.left]
        if not inside.any():
            return label
        base = np.maximum(floor, edges.weight.min() if len(edges.weight) else 0.0)
        floor = np.where(large, base + step, floor)
        keep &= ~(inside & (edges.weight < floor[edges.left]))
        step = step * 1.5 if step < 8 else step
        if not (keep & large[edges.left]).any():
            continue
        if (
            floor.max() > 200
        ):  # all that is left is equally certain: identical in everything that counts
            keep &= ~large[edges.left]


def _whole(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    label: Ints,
    link_weight: float,
) -> Edges:
    """Every pair inside components of three or more, scored (NaN: nothing to compare), and which
    contradict."""
    sizes = np.bincount(label, minlength=1)
    many = np.flatnonzero(sizes[label] > 2)
    if not len(many):
        return Edges(
            np.array([], np.int64), np.array([], np.int64), np.array([]), np.array([], np.int64)
        )
    connection.execute("create or replace temp table labels (node bigint, label bigint)")
    connection.execute(
        "insert into labels select unnest(?::bigint[]), unnest(?::bigint[])",
        [many.tolist(), label[many].tolist()],
    )
    connection.execute(
        """
        create or replace temp table inner_pairs as
        with placed as (select twin_of as record_id, label from nodes join labels using (node)
        where record_id = twin_of)
        select l.record_id as left_id, r.record_id as right_id
        from placed as l join placed as r on l.label = r.label and l.record_id < r.record_id
        """
    )
    predict(
        connection, model, prepared, "inner_pairs", "inner_scored",
        "record_id_l as left_id, record_id_r as right_id, "
        f"case when {barred_sql(model)} then 2 when {contradicts_sql(model)} then 1 else 0 end as "
        f"contradicts, case when {compared_sql(model)} then match_weight end as weight",
    )  # fmt: skip
    found = read_edges(
        connection,
        "select l.node as l, r.node as r, coalesce(weight, 'nan'::double) as weight, contradicts "
        "from inner_scored join nodes as l on l.record_id = left_id join nodes as r on r.record_id "
        "= right_id",
    )
    for table in ("labels", "inner_pairs", "inner_scored"):
        connection.execute(f"drop table {table}")
    return found


def _plain_threes(label: Ints, sizes: Ints, inner: Edges) -> Ints:
    """Positions in `inner` of components of three that `agglomerate` keeps whole: once the two
    strongest are joined, the other two pairs speak for the third on average. Most are."""
    position = np.flatnonzero(sizes[label[inner.left]] == 3)
    position = position[np.argsort(label[inner.left[position]], kind="stable")]
    threes = position.reshape(-1, 3)
    weights = np.sort(np.clip(inner.weight[threes], LEAST, MOST), axis=1)
    plain = (inner.contradicts[threes] == 0).all(axis=1) & (weights[:, 0] + weights[:, 1] > 0)
    return np.asarray(threes[plain].ravel(), dtype=np.int64)


def _split(
    label: Ints, inner: Edges, must: Edges, never: Edges, link_weight: float, largest: int
) -> Ints:
    """Cluster label of each node: components as they are, or split where they do not agree
    throughout."""
    cluster = label.copy()
    sizes = np.bincount(label, minlength=1)
    weak = ~(inner.weight >= link_weight) | (inner.contradicts > 0)
    weak[_plain_threes(label, sizes, inner)] = False
    doubtful = set(label[inner.left[weak]].tolist())
    doubtful |= set(label[never.left].tolist()) & set(label[never.right].tolist())
    doubtful |= set(np.flatnonzero(sizes > largest).tolist())
    if not doubtful:
        return cluster
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(len(sizes) + 1))

    def grouped(edges: Edges) -> dict[int, list[int]]:
        inside = np.flatnonzero(label[edges.left] == label[edges.right])
        groups: dict[int, list[int]] = {}
        for position in inside.tolist():
            groups.setdefault(int(label[edges.left[position]]), []).append(position)
        return groups

    by_inner, by_must, by_never = grouped(inner), grouped(must), grouped(never)
    fresh = len(sizes)
    for component in sorted(doubtful):
        members = np.sort(order[starts[component] : starts[component + 1]])
        place = {int(node): position for position, node in enumerate(members)}
        count = len(members)
        weights = np.full((count, count), np.nan)
        contradicts, apart = (np.zeros((count, count), dtype=np.bool_) for _ in range(2))
        for position in by_inner.get(component, []):
            one, other = place[int(inner.left[position])], place[int(inner.right[position])]
            weights[one, other] = weights[other, one] = inner.weight[position]
            contradicts[one, other] = contradicts[other, one] = inner.contradicts[position] == 1
            apart[one, other] = apart[other, one] = inner.contradicts[position] == 2
        for position in by_never.get(component, []):
            one, other = place[int(never.left[position])], place[int(never.right[position])]
            apart[one, other] = apart[other, one] = True
        together = sorted(
            (place[int(must.left[p])], place[int(must.right[p])])
            for p in by_must.get(component, [])
        )
        cluster[members] = fresh + agglomerate(
            weights, contradicts, apart, together, link_weight, largest
        )
        fresh += count
    return cluster


def cluster(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    pairs: str,
    decisions: tuple[Decision, ...],
    target: str,
    within: str | None,
    rules: IdentityConfig,
) -> None:
    """See `engine.cluster`."""
    link_weight = threshold_weight(rules.thresholds.link)
    count = number_nodes(connection, prepared, pairs, link_weight, decisions, within)
    numbered = (
        "select least(l.node, r.node) as l, greatest(l.node, r.node) as r, {weight} as weight, 0 "
        "as contradicts from {table} "
        "join nodes as l on l.record_id = left_id join nodes as r on r.record_id = right_id where "
        "l.node <> r.node "
        "{only} order by all"
    )
    edges = read_edges(connection, numbered.format(table="links", weight="weight", only=""))
    must, never = (
        read_edges(
            connection, numbered.format(table="decided", weight="0.0", only=f"and link = {link}")
        )
        for link in (True, False)
    )
    label = small_components(count, edges, must)
    inner = _whole(connection, model, prepared, label, link_weight)
    split = _split(label, inner, must, never, link_weight, rules.guards.largest_cluster)
    connection.execute("create or replace temp table node_cluster (node bigint, cluster bigint)")
    connection.execute(
        "insert into node_cluster select unnest(?::bigint[]), unnest(?::bigint[])",
        [list(range(count)), split.tolist()],
    )
    write(connection, prepared, pairs, target, within, link_weight)

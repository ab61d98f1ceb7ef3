"""Pairs to learn from: some at random, some by blocking, chosen by hash so that the order of input
does not matter."""

import duckdb
import numpy as np
import numpy.typing as npt

from ml.identity.fields import FIELDS
from ml.identity.functions import scalar
from ml.identity.likeness import Field
from ml.identity.model import Model, column
from ml.identity.scoring import predict

Floats = npt.NDArray[np.float64]

SAMPLE_RECORDS = 500
"""Records whose pairs, all of them, estimate u."""
PAIRS_PER_RULE = 40_000
"""Pairs that each blocking rule gives to the fit."""
RULES: tuple[tuple[str, frozenset[str]], ...] = (
    ("national_id", frozenset({"national id"})),
    ("email", frozenset({"e-mail"})),
    ("phone", frozenset({"phone"})),
    ("born", frozenset({"birth date"})),
    ("given || '|' || surname", frozenset({"given name", "surname"})),
    ("house_number || street", frozenset({"street"})),
    ("postcode || left(surname, 3)", frozenset({"place", "surname"})),
    ("birth_place || left(given, 3)", frozenset({"birth place", "given name"})),
)
"""Blocking for training: a key, and the fields it decides."""


def present_fields(connection: duckdb.DuckDBPyConnection, prepared: str) -> tuple[Field, ...]:
    """The fields of which this table has any values."""
    columns = sorted({need for field in FIELDS for need in field.needs})
    counts = connection.execute(
        f"select {', '.join(f'count({name})' for name in columns)} from {prepared}"
    ).fetchall()[0]
    filled = {name for name, count in zip(columns, counts, strict=True) if count}
    return tuple(field for field in FIELDS if filled & set(field.needs))


Batch = tuple[npt.NDArray[np.int64], Floats, frozenset[str]]
"""One sample: distinct patterns of levels (a column per field, -1 unknown), how many pairs show
each, and the
fields that say nothing about it because its pairs were chosen by them."""


def _sample(
    connection: duckdb.DuckDBPyConnection, prepared: str, largest_block: int, seed: int
) -> None:
    """Create temporary `sample` (rule, left_id, right_id): rule -1 is all pairs of some records,
    the others are blocks.

    Whole blocks are taken in hash order until there are enough pairs; identical records count once.
    """
    connection.execute(
        f"create or replace temp table distinct_records as select * from {prepared} "
        f"where record_id in (select min(record_id) from {prepared} group by content)"
    )
    connection.execute(
        f"""
        create or replace temp table sample as
        with chosen as (
            select record_id from distinct_records order by hash(record_id, {seed}), record_id
            limit {SAMPLE_RECORDS}
        )
        select -1 as rule, l.record_id as left_id, r.record_id as right_id
        from chosen as l join chosen as r on l.record_id < r.record_id
        """
    )
    for number, (key, _) in enumerate(RULES):
        connection.execute(
            f"""
            insert into sample
            with keyed as materialized (
                select record_id, {key} as key from distinct_records where ({key}) is not null
            ), blocks as (
                select key, count(*) * (count(*) - 1) / 2 as pairs from keyed
                group by key having count(*) between 2 and {largest_block}
            ), chosen as (
                select key from (
                    select key, sum(pairs) over (order by hash(key, {seed}), key) - pairs as before
                    from blocks)
                where before < {PAIRS_PER_RULE}
            ), used as (select * from keyed semi join chosen using (key))
            select {number} as rule, l.record_id as left_id, r.record_id as right_id
            from used as l join used as r on l.key = r.key and l.record_id < r.record_id
            """
        )
    connection.execute("drop table distinct_records")


def batches(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    largest_block: int,
    seed: int,
) -> dict[int, Batch]:
    """Patterns of every sample, by the number of its rule (-1: pairs at random). Empty samples are
    left out."""
    _sample(connection, prepared, largest_block, seed)
    found: dict[int, Batch] = {}
    if scalar(connection, "select count(*) from sample"):
        connection.execute(
            "create or replace temp table sample_pairs as select distinct left_id, right_id from "
            "sample"
        )
        names = [f"gamma_{column(field)}" for field in model.fields]
        listed = ", ".join(names)
        predict(
            connection, model, prepared, "sample_pairs", "sample_vectors",
            f"record_id_l as left_id, record_id_r as right_id, {listed}",
        )  # fmt: skip
        counted = connection.execute(
            f"select rule, {listed}, count(*) as pairs from sample "
            "join sample_vectors using (left_id, right_id) group by all order by all"
        ).fetchnumpy()
        gammas = np.stack([np.asarray(counted[name], dtype=np.int64) for name in names], axis=1)
        pairs = np.asarray(counted["pairs"], dtype=np.float64)
        rules = np.asarray(counted["rule"], dtype=np.int64)
        for rule in np.unique(rules).tolist():
            decided = RULES[rule][1] if rule >= 0 else frozenset()
            found[rule] = (gammas[rules == rule], pairs[rules == rule], decided)
        connection.execute("drop table sample_vectors")
        connection.execute("drop table sample_pairs")
    connection.execute("drop table sample")
    return found

"""A model fitted to the records at hand: u by sampled pairs, m by expectation maximisation, both held by priors.

Splink computes the likeness of every training pair; the maximisation is ours because Splink's has no priors, and
without them tiny tables and tables without duplicates give nonsense. One fit pools several ways of blocking; in
each, the fields that were blocked on say nothing. Samples are chosen by hash, so the order of input does not matter.
"""

import math

import duckdb
import numpy as np
import numpy.typing as npt

from ml.identity.config import IdentityConfig, Prior
from ml.identity.fields import FIELDS, HOUSEHOLD_BITS, OFFICE_BITS, Field
from ml.identity.functions import scalar
from ml.identity.model import Model, column
from ml.identity.scoring import predict

Levels = dict[str, list[tuple[float, float]]]
Floats = npt.NDArray[np.float64]

SAMPLE_RECORDS = 1000
"""Records whose pairs, all of them, estimate u."""
PAIRS_PER_RULE = 60_000
"""Pairs that each blocking rule gives to the fit."""
ROUNDS = 30
"""Steps of the fit; it moves by less than 1e-4 long before."""

RULES: tuple[tuple[str, frozenset[str]], ...] = (
    ("national_id", frozenset({"national id"})),
    ("email", frozenset({"e-mail"})),
    ("phone", frozenset({"phone"})),
    ("strftime(dob, '%Y%m%d')", frozenset({"birth date"})),
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


def _patterns(
    connection: duckdb.DuckDBPyConnection, model: Model, prepared: str, pairs: str
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Distinct patterns of levels (one column per field, -1 unknown) and how many pairs show each."""
    names = [f"gamma_{column(field)}" for field in model.fields]
    predict(connection, model, prepared, pairs, "training_vectors", ", ".join(names))
    listed = ", ".join(names)
    found = connection.execute(
        f"select {listed}, count(*) as pairs from training_vectors group by all order by all"
    ).fetchnumpy()
    connection.execute("drop table training_vectors")
    gammas = np.stack([np.asarray(found[name], dtype=np.int64) for name in names], axis=1)
    return gammas, np.asarray(found["pairs"], dtype=np.float64)


def _counts(
    gammas: npt.NDArray[np.int64], weights: Floats, fields: tuple[Field, ...]
) -> list[Floats]:
    """Weighted pairs per level of each field, in the field's own order."""
    counts = []
    for position, field in enumerate(fields):
        known = gammas[:, position] >= 0
        by_gamma = np.bincount(
            gammas[known, position], weights=weights[known], minlength=len(field.levels)
        )
        counts.append(by_gamma[::-1])
    return counts


def estimate_u(
    connection: duckdb.DuckDBPyConnection, model: Model, prepared: str, prior: Prior, seed: int
) -> list[Floats]:
    """u of every level: all pairs of a sample, held by the generic u."""
    connection.execute(
        f"create or replace temp table u_sample as select record_id from "
        f"(select min(record_id) as record_id from {prepared} group by content) "
        f"order by hash(record_id, {seed}), record_id limit {SAMPLE_RECORDS}"
    )
    connection.execute(
        "create or replace temp table u_pairs as select l.record_id as left_id, r.record_id as right_id "
        "from u_sample as l join u_sample as r on l.record_id < r.record_id"
    )
    estimates = [np.array([level.u for level in field.levels]) for field in model.fields]
    if scalar(connection, "select count(*) from u_pairs"):
        gammas, pairs = _patterns(connection, model, prepared, "u_pairs")
        for position, counted in enumerate(_counts(gammas, pairs, model.fields)):
            belief = estimates[position] * prior.u_weight
            estimates[position] = (counted + belief) / (counted.sum() + belief.sum())
    connection.execute("drop table u_pairs")
    connection.execute("drop table u_sample")
    return estimates


def training_pairs(
    connection: duckdb.DuckDBPyConnection, prepared: str, key: str, largest_block: int, seed: int
) -> int:
    """Create temporary `em_pairs`: whole blocks, in hash order, until there are enough pairs; returns how many."""
    connection.execute(
        f"""
        create or replace temp table em_pairs as
        with keyed as materialized (
            select min(record_id) as record_id, any_value({key}) as key from {prepared}
            where ({key}) is not null group by content
        ), blocks as (
            select key, count(*) * (count(*) - 1) / 2 as pairs from keyed
            group by key having count(*) between 2 and {largest_block}
        ), chosen as (
            select key from (select key, sum(pairs) over (order by hash(key, {seed}), key) - pairs as before from blocks)
            where before < {PAIRS_PER_RULE}
        ), used as (select * from keyed semi join chosen using (key))
        select l.record_id as left_id, r.record_id as right_id
        from used as l join used as r on l.key = r.key and l.record_id < r.record_id
        """
    )
    return int(scalar(connection, "select count(*) from em_pairs"))


def log_weights(
    gammas: npt.NDArray[np.int64],
    fields: tuple[Field, ...],
    m: list[Floats],
    u: list[Floats],
    ignored: frozenset[str],
) -> tuple[Floats, Floats, Floats]:
    """Evidence in bits per pattern, without the prior: against strangers, one household, one office."""
    strangers = np.zeros(len(gammas))
    household = np.full(len(gammas), HOUSEHOLD_BITS)
    office = np.full(len(gammas), OFFICE_BITS)
    for position, field in enumerate(fields):
        if field.name in ignored:
            continue
        table = np.append(
            np.log2(m[position] / u[position])[::-1], 0.0
        )  # gamma -1: the last, no evidence
        bits = table[gammas[:, position]]
        strangers += bits
        for total, most in ((household, field.household), (office, field.office)):
            if most is None:
                total += bits
            elif most > 0:
                total += np.minimum(bits, most)
    return strangers, household, office


def odds(strangers: Floats, household: Floats, office: Floats, prior_weight: float) -> Floats:
    """Probability of one person against the three alternatives (the same as `scoring.weight_sql`)."""
    inverse = sum(
        np.exp2(-np.clip(x, -60, 60)) for x in (strangers + prior_weight, household, office)
    )
    return 1 / (1 + np.asarray(inverse))


def monotone(m: Floats, u: Floats) -> Floats:
    """m such that a likelier level never weighs less than a less like one."""
    shaped = m.copy()
    for level in range(1, len(m)):
        shaped[level] = min(shaped[level], u[level] * shaped[level - 1] / u[level - 1])
    return shaped


def fit_m(
    batches: list[tuple[npt.NDArray[np.int64], Floats, frozenset[str]]],
    fields: tuple[Field, ...],
    u: list[Floats],
    prior: Prior,
) -> list[Floats]:
    """m of every level by maximum a posteriori expectation maximisation over all batches together.

    Args:
        batches: per blocking rule, patterns, their counts, the fields that say nothing there.
    """
    beliefs = [np.array([level.m for level in field.levels]) for field in fields]
    m = [belief / belief.sum() for belief in beliefs]
    rates = [0.3] * len(batches)
    for _ in range(ROUNDS):
        expected = [belief * prior.m_weight for belief in beliefs]
        for number, (gammas, pairs, ignored) in enumerate(batches):
            start = math.log2(rates[number] / (1 - rates[number]))
            likely = odds(*log_weights(gammas, fields, m, u, ignored), start) * pairs
            rates[number] = float(np.clip(likely.sum() / pairs.sum(), 1e-4, 1 - 1e-4))
            for position, counted in enumerate(_counts(gammas, likely, fields)):
                if fields[position].name not in ignored:
                    expected[position] = expected[position] + counted
        m = [monotone(total / total.sum(), u[i]) for i, total in enumerate(expected)]
    return m


def anchor(
    levels: list[Floats], fields: tuple[Field, ...], prior: float, config: Prior
) -> list[Floats]:
    """u of equal identifiers from what is believed about them: a known share belongs to two persons all the same."""
    shares = {
        "e-mail": config.shared_email,
        "phone": config.shared_phone,
        "identifier": config.shared_key,
        "national id": config.shared_key * 10,
    }
    anchored = []
    for field, u in zip(fields, levels, strict=True):
        changed = u.copy()
        if field.name in shares:
            changed[0] = shares[field.name] * prior
        anchored.append(changed)
    return anchored


def fit(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    config: IdentityConfig,
    start: Model,
    seed: int,
) -> tuple[list[Floats], list[Floats]]:
    """(m, u) per field of `start`, whose own levels only serve to compute patterns."""
    u = estimate_u(connection, start, prepared, config.prior, seed)
    batches = []
    for key, decided in RULES:
        if training_pairs(connection, prepared, key, config.blocking.largest_block, seed):
            gammas, pairs = _patterns(connection, start, prepared, "em_pairs")
            batches.append((gammas, pairs, decided))
    connection.execute("drop table if exists em_pairs")
    anchored = anchor(u, start.fields, start.prior, config.prior)
    return fit_m(batches, start.fields, anchored, config.prior), u


def without_matches(
    u: list[Floats], m: list[Floats], prior: float, fields: tuple[Field, ...]
) -> list[Floats]:
    """u with the sample's own matches taken out: the sample is `prior` parts m and the rest u."""
    cleaned = []
    for field, sampled, matched in zip(fields, u, m, strict=True):
        floor = np.array([level.u for level in field.levels]) * 0.1
        pure = np.maximum((sampled - prior * matched) / (1 - prior), np.minimum(floor, sampled))
        cleaned.append(pure / pure.sum())
    return cleaned

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
from ml.identity.fields import ALTERNATIVES, FIELDS, FIXED, Field
from ml.identity.functions import scalar
from ml.identity.model import Model, column
from ml.identity.scoring import predict

Levels = dict[str, list[tuple[float, float]]]
Floats = npt.NDArray[np.float64]

SAMPLE_RECORDS = 500
"""Records whose pairs, all of them, estimate u."""
PAIRS_PER_RULE = 40_000
"""Pairs that each blocking rule gives to the fit."""
FAMILY = {"e-mail": 0.5, "phone": 0.5}
"""Share of equal values used under several names that belong to two persons."""
HOUSEHOLD_RANGE = (0.5, 7.0)
"""Bits: however few families a table shows, another one may come; however many, duplicates exist."""
ROUNDS = 30
"""Steps of the fit; it moves by less than 1e-4 long before."""

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
"""One sample: distinct patterns of levels (a column per field, -1 unknown), how many pairs show each, and the
fields that say nothing about it because its pairs were chosen by them."""


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


def _sample(
    connection: duckdb.DuckDBPyConnection, prepared: str, largest_block: int, seed: int
) -> None:
    """Create temporary `sample` (rule, left_id, right_id): rule -1 is all pairs of some records, the others are blocks.

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
            select record_id from distinct_records order by hash(record_id, {seed}), record_id limit {SAMPLE_RECORDS}
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
                    select key, sum(pairs) over (order by hash(key, {seed}), key) - pairs as before from blocks)
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
    """Patterns of every sample, by the number of its rule (-1: pairs at random). Empty samples are left out."""
    _sample(connection, prepared, largest_block, seed)
    found: dict[int, Batch] = {}
    if scalar(connection, "select count(*) from sample"):
        connection.execute(
            "create or replace temp table sample_pairs as select distinct left_id, right_id from sample"
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


def estimate_u(random: Batch | None, fields: tuple[Field, ...], prior: Prior) -> list[Floats]:
    """u of every level: pairs at random, held by the generic u."""
    estimates = [np.array([level.u for level in field.levels]) for field in fields]
    estimates = [generic / generic.sum() for generic in estimates]
    if random is None:
        return estimates
    gammas, pairs, _ = random
    return [
        (counted + generic * prior.u_weight) / (counted.sum() + prior.u_weight)
        for counted, generic in zip(_counts(gammas, pairs, fields), estimates, strict=True)
    ]


def log_weights(
    gammas: npt.NDArray[np.int64],
    fields: tuple[Field, ...],
    m: list[Floats],
    u: list[Floats],
    ignored: frozenset[str],
    starts: dict[str, float],
) -> list[Floats]:
    """Evidence in bits per pattern: against strangers (without the prior), then against each alternative."""
    named = next((i for i, field in enumerate(fields) if field.name == "given name"), None)
    totals = [np.full(len(gammas), start) for start in (0.0, *starts.values())]
    for position, field in enumerate(fields):
        if field.name in ignored:
            continue
        table = np.append(
            np.log2(m[position] / u[position])[::-1], 0.0
        )  # gamma -1: the last, no evidence
        totals[0] += table[gammas[:, position]]
        for level, graded in enumerate(field.levels):
            if graded.most is not None:
                place = len(field.levels) - 1 - level
                table[place] = min(table[place], graded.most)
        bits = table[gammas[:, position]]
        if field.unless_named is not None and named is not None:
            unlike = gammas[:, named] == 0
            bits = np.where(unlike, np.minimum(bits, field.unless_named), bits)
        for total, alternative in zip(totals[1:], starts, strict=True):
            least, most = field.limits.get(alternative, (-1000.0, 1000.0))
            total += np.clip(bits, least, most)
    return totals


def posterior(totals: list[Floats], prior_weight: float) -> list[Floats]:
    """Probability of one person (first; the same as `scoring.weight_sql`), of strangers, and of each alternative."""
    against = np.stack([totals[0] + prior_weight, *totals[1:]])
    inverse = np.exp2(-np.clip(against, -60, 60))
    one = 1 / (1 + inverse.sum(axis=0))
    return [one, *(inverse * one)]


def monotone(m: Floats, u: Floats) -> Floats:
    """m such that no level weighs more than the first, "the same"."""
    return np.minimum(m, u * (m[0] / u[0]))


def fit_m(
    blocked: list[Batch], fields: tuple[Field, ...], u: list[Floats], prior: Prior
) -> tuple[list[Floats], dict[str, float]]:
    """m of every level, and how rare the alternatives are, by maximum a posteriori over all batches together.

    How rare households are is learnt where their members meet: among pairs at one address or on one phone.

    Args:
        blocked: the samples that blocking gave.
    """
    beliefs = [np.array([level.m for level in field.levels]) for field in fields]
    m = [belief / belief.sum() for belief in beliefs]
    rates = [0.3] * len(blocked)
    starts = dict(ALTERNATIVES)
    for _ in range(ROUNDS):
        expected = [belief * prior.m_weight for belief in beliefs]
        households = [ALTERNATIVES["household"]]
        for number, (gammas, pairs, ignored) in enumerate(blocked):
            rate = math.log2(rates[number] / (1 - rates[number]))
            shares = posterior(log_weights(gammas, fields, m, u, ignored, starts), rate)
            likely = shares[0] * pairs
            rates[number] = float(np.clip(likely.sum() / pairs.sum(), 1e-4, 1 - 1e-4))
            if ignored & {"street", "phone"}:
                relatives = float((shares[2 + list(starts).index("household")] * pairs).sum())
                belief = prior.m_weight / 16
                households.append(
                    math.log2(
                        (likely.sum() + belief)
                        / (relatives + belief * 2.0 ** -ALTERNATIVES["household"])
                    )
                )
            for position, counted in enumerate(_counts(gammas, likely, fields)):
                if fields[position].name not in ignored | FIXED:
                    expected[position] = expected[position] + counted
        m = [monotone(total / total.sum(), u[i]) for i, total in enumerate(expected)]
        starts["household"] = float(np.clip(min(households[1:] or households), *HOUSEHOLD_RANGE))
    return m, {name: round(start, 9) for name, start in starts.items()}


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
        if field.name in FAMILY:
            changed[1] = FAMILY[field.name] * prior
        anchored.append(changed)
    return anchored


def fit(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    config: IdentityConfig,
    start: Model,
    seed: int,
) -> tuple[list[Floats], list[Floats], dict[str, float]]:
    """(m, u, alternatives) for the fields of `start`, whose own levels only serve to compute patterns."""
    samples = batches(connection, start, prepared, config.blocking.largest_block, seed)
    u = estimate_u(samples.pop(-1, None), start.fields, config.prior)
    anchored = anchor(u, start.fields, start.prior, config.prior)
    m, alternatives = fit_m(list(samples.values()), start.fields, anchored, config.prior)
    return m, u, alternatives


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

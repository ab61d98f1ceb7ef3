"""A model fitted to the records at hand: u by sampled pairs, m by expectation maximisation, both
held by priors.

Splink computes the likeness of every training pair; the maximisation is ours because Splink's has
no priors, and
without them tiny tables and tables without duplicates give nonsense. One fit pools several ways of
blocking; in
each, the fields that were blocked on say nothing. Samples are chosen by hash, so the order of
input does not matter.
"""

import math

import duckdb
import numpy as np
import numpy.typing as npt

from ml.identity.config import IdentityConfig, Prior
from ml.identity.fields import FIXED
from ml.identity.likeness import ALTERNATIVES, Field
from ml.identity.model import Model
from ml.identity.sampling import Batch, Floats, batches

FAMILY = {"e-mail": 0.5, "phone": 0.5}
"""Share of equal values used under several names that belong to two persons."""
HOUSEHOLD_RANGE = (0.5, 7.0)
"""Bits: however few families a table shows, another one may come; however many, duplicates
exist."""
ROUNDS = 30
"""Steps of the fit; it moves by less than 1e-4 long before."""


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
        counts.append(np.asarray(by_gamma[::-1], dtype=np.float64))
    return counts


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
    """Evidence in bits per pattern: against strangers (without the prior), then against each
    alternative."""
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
    """Probability of one person (first; the same as `scoring.weight_sql`), of strangers, and of
    each alternative."""
    against = np.stack([totals[0] + prior_weight, *totals[1:]])
    inverse = np.exp2(-np.clip(against, -60, 60))
    one = 1 / (1 + inverse.sum(axis=0))
    return [one, *(inverse * one)]


def monotone(m: Floats, u: Floats) -> Floats:
    """m such that no level weighs more than the first, "the same"."""
    return np.asarray(np.minimum(m, u * (m[0] / u[0])))


def fit_m(
    blocked: list[Batch], fields: tuple[Field, ...], u: list[Floats], prior: Prior
) -> tuple[list[Floats], dict[str, float]]:
    """m of every level, and how rare the alternatives are, by maximum a posteriori over all
    batches together.

    How rare households are is learnt where their members meet: among pairs at one address or on
    one phone.

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
    """u of equal identifiers from what is believed about them: a known share belongs to two
    persons all the same."""
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
    """(m, u, alternatives) for the fields of `start`, whose own levels only serve to compute
    patterns."""
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

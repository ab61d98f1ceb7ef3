"""Who is who: contacts in, pairs with probabilities and reasons, clusters out.

All work happens in a DuckDB connection, table in, table out; record ids are opaque text. The four
steps:
`prepare` (normalise), `train` (fit the model), `score` (pairs), `cluster` (persons). Nothing
depends on the
order of the input.
"""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import replace

import duckdb

from ml.identity import blocking, clusters, records, sampling, training
from ml.identity.config import IdentityConfig, config
from ml.identity.decision import Decision
from ml.identity.frequencies import crowds, terms
from ml.identity.functions import scalar
from ml.identity.likeness import ALTERNATIVES
from ml.identity.model import Model
from ml.identity.reasons import reasons_sql
from ml.identity.records import RAW_COLUMNS
from ml.identity.scoring import predict, threshold_weight
from warehouse.clock import wall_now

__all__ = ["RAW_COLUMNS", "Decision", "Model", "cluster", "prepare", "score", "train"]

RATE_SAMPLE = 4000
"""Records whose matches are counted to learn how many matches a record has."""


def prepare(
    connection: duckdb.DuckDBPyConnection,
    contacts: str,
    prepared: str,
    rules: IdentityConfig | None = None,
    today: datetime.date | None = None,
) -> None:
    """Normalise the relation `contacts` into a new table `prepared`: one row per record_id, row by
    row.

    Args:
        contacts: table or view with any of `RAW_COLUMNS`, record_id at least; others are ignored.
        today: a date of birth after it is unknown; give the run's as_of (default: the present day).
    """
    records.prepare(connection, contacts, prepared, rules or config(), today or wall_now().date())


def _untrained(
    connection: duckdb.DuckDBPyConnection, prepared: str, rules: IdentityConfig
) -> Model:
    """A model of beliefs only, over the fields that the records have."""
    fields = sampling.present_fields(connection, prepared)
    blocking.representatives(connection, prepared)
    count = int(scalar(connection, f"select count(*) from {prepared}"))
    shared, family = crowds(connection, prepared, rules.guards.names_per_value)
    return Model(
        records=count,
        prior=_prior(rules.prior.matches_per_record, count),
        levels={field.name: [(level.m, level.u) for level in field.levels] for field in fields},
        alternatives=dict(ALTERNATIVES),
        terms={},
        shared=shared,
        family=family,
        caps=blocking.fit_caps(connection, prepared, rules.blocking),
        config=hashlib.sha256(rules.model_dump_json().encode()).hexdigest()[:12],
    )


def _prior(matches_per_record: float, count: int) -> float:
    return min(matches_per_record / max(count - 1, 1), 0.1)


def _matches_per_record(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    rules: IdentityConfig,
    seed: int,
) -> float:
    """How many other records of the same person a record has, by the model itself, held by the
    prior."""
    connection.execute(
        f"create or replace temp table rate_sample as select record_id from {prepared} "
        f"order by hash(record_id, {seed + 1}), record_id limit {RATE_SAMPLE}"
    )
    blocking.candidates(connection, prepared, "rate_pairs", model.caps, "rate_sample")
    predict(
        connection,
        model,
        prepared,
        "rate_pairs",
        "rate_scored",
        "record_id_l, record_id_r, match_weight",
    )
    ends = scalar(
        connection,
        "select sum(1 / (1 + pow(2, -greatest(match_weight, -60)))) from "
        "(select record_id_l as record_id, match_weight from rate_scored union all "
        "select record_id_r, match_weight from rate_scored) semi join rate_sample using "
        "(record_id)",
    )
    sampled = int(scalar(connection, "select count(*) from rate_sample"))
    for table in ("rate_sample", "rate_pairs", "rate_scored"):
        connection.execute(f"drop table {table}")
    belief = rules.prior
    return (float(ends or 0) + belief.matches_per_record * belief.weight_in_records) / (
        sampled + belief.weight_in_records
    )


def train(
    connection: duckdb.DuckDBPyConnection,
    prepared: str,
    seed: int = 7,
    rules: IdentityConfig | None = None,
) -> Model:
    """Fit a model on all prepared records; the same records give the same model, in any order."""
    rules = rules or config()
    model = _untrained(connection, prepared, rules)
    if not model.levels or model.records < 2:
        return model
    m, u, alternatives = training.fit(connection, prepared, rules, model, seed)
    rate = rules.prior.matches_per_record
    for _ in range(2):
        prior = _prior(rate, model.records)
        apart = training.without_matches(u, m, prior, model.fields)
        held = training.anchor(apart, model.fields, prior, rules.prior)
        levels = {
            field.name: [
                (round(float(a), 12), round(float(b), 15))
                for a, b in zip(training.monotone(m[i], held[i]), held[i], strict=True)
            ]
            for i, field in enumerate(model.fields)
        }
        model = replace(
            model,
            prior=prior,
            levels=levels,
            alternatives=alternatives,
            terms=terms(connection, prepared, model.fields, rate),
        )
        rate = _matches_per_record(connection, model, prepared, rules, seed)
    prior = round(_prior(rate, model.records), 15)
    return replace(model, prior=prior)


def score(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    pairs: str,
    changed: str | None = None,
    rules: IdentityConfig | None = None,
) -> None:
    """Create table `pairs` (left_id, right_id, match_weight, match_probability, reasons), left_id
    < right_id.

    Every candidate pair at or above the review threshold. With `changed` (a table of record_ids)
    only pairs with at
    least one of those records, at a cost that follows them.
    """
    rules = rules or config()
    empty = (
        f"create or replace table {pairs} (left_id varchar, right_id varchar, match_weight double, "
        "match_probability double, reasons varchar)"
    )
    if not model.levels:
        connection.execute(empty)
        return
    blocking.candidates(connection, prepared, "candidate_pairs", model.caps, changed)
    if scalar(connection, "select count(*) from candidate_pairs"):
        predict(
            connection, model, prepared, "candidate_pairs", pairs,
            "record_id_l as left_id, record_id_r as right_id, match_weight, "
            f"1 / (1 + pow(2, -match_weight)) as match_probability, {reasons_sql(model)} as "
            f"reasons",
            threshold_weight(rules.thresholds.review),
        )  # fmt: skip
    else:
        connection.execute(empty)
    connection.execute("drop table candidate_pairs")
    connection.execute("drop table if exists rep")


def cluster(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    prepared: str,
    pairs: str,
    decisions: Iterable[Decision],
    target: str,
    within: str | None = None,
    rules: IdentityConfig | None = None,
) -> None:
    """Create table `target` (record_id, cluster_id, confidence) and set `status` in `pairs`.

    A cluster's id is its smallest record_id. `status`: linked, review (between the thresholds, in
    two clusters),
    decided (a person said so), cut (likely alone, but the cluster it would make contradicts
    itself).

    Args:
        within: only records of this table (record_id; whole connected components) are clustered.
    """
    clusters.cluster(
        connection, model, prepared, pairs, tuple(decisions), target, within, rules or config()
    )

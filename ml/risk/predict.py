"""Score every customer in the warehouse as of one instant."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from ml.risk import record
from ml.risk.learn import artefact
from ml.risk.learn.artefact import Artefact
from ml.risk.learn.features import feature_list
from ml.risk.learn.scoring import scored, version_of
from warehouse.duck import transaction, warehouse

FEATURES = "intermediate.int_risk_features"
_CHUNK = 20_000


@dataclass(frozen=True)
class RiskReport:
    """Customers scored, by band."""

    scored: int
    red: int
    yellow: int
    green: int
    model_version: str


class NoFeatures(RuntimeError):
    """The features this step reads have not been built yet."""


def _scores(features: pa.Table, as_of: datetime, model: Artefact | None) -> pa.Table:
    found = scored(features, model, feature_list())
    count = len(found)
    return pa.table(
        {
            "customer_id": features["customer_id"],
            "as_of": pa.array([as_of] * count, pa.timestamp("us", tz="UTC")),
            "model_version": pa.array([version_of(model)] * count, pa.string()),
            "score": pa.array([s.score for s in found], pa.float64()),
            "band": pa.array([s.band for s in found], pa.string()),
            "reasons": pa.array([json.dumps(s.reasons) for s in found], pa.string()),
            "baseline": pa.array([s.baseline for s in found], pa.float64()),
        }
    )


def score_warehouse(as_of: datetime) -> RiskReport:
    """Score the customers of `int_risk_features` by the model in use.

    Scores of the same `as_of`, by whichever model, are replaced; those of others stay, and of those
    whose 30 days are over the record is kept (record.py). Customers without any interaction get the
    base score: nothing is known against them.

    Raises:
        NoFeatures: the features table does not exist, or was built for another `as_of`.
    """
    bands: Counter[str] = Counter()
    model = artefact.load(artefact.folder())
    with warehouse() as connection:
        _check(connection, as_of)
        query = f"select * from {FEATURES} where as_of = ?"
        reader = connection.sql(query, params=[as_of]).to_arrow_reader(_CHUNK)
        chunks = [_scores(pa.Table.from_batches([batch]), as_of, model) for batch in reader]
        with transaction(connection):
            connection.execute("delete from ml.customer_risk where as_of = ?", [as_of])
            for chunk in chunks:
                bands.update(chunk["band"].to_pylist())
                connection.register("chunk_scores", chunk)
                connection.execute(
                    "insert into ml.customer_risk by name select * from chunk_scores"
                )
                connection.unregister("chunk_scores")
            record.forget(connection, as_of)
        record.keep(connection, as_of, model)
    return RiskReport(
        bands.total(), bands["red"], bands["yellow"], bands["green"], version_of(model)
    )


def _check(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    try:
        newest = connection.execute(f"select max(as_of) from {FEATURES}").fetchall()[0][0]
    except duckdb.CatalogException as error:
        raise NoFeatures(f"{str(error).splitlines()[0]}; run the `marts` step first") from None
    if newest is not None and newest != as_of:
        raise NoFeatures(
            f"int_risk_features was built as of {newest}, not {as_of}; run the `marts` step again"
        )

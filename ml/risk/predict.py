"""Score every customer in the warehouse as of one instant."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from ml.risk.score import score, weights
from warehouse.duck import transaction, warehouse

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


def _scores(features: pa.Table, as_of: datetime) -> pa.Table:
    rules = weights()
    rows = features.to_pylist()
    scored = [score(row, rules) for row in rows]
    count = len(rows)
    return pa.table(
        {
            "customer_id": pa.array([row["customer_id"] for row in rows], pa.string()),
            "as_of": pa.array([as_of] * count, pa.timestamp("us", tz="UTC")),
            "model_version": pa.array([rules.version] * count, pa.string()),
            "score": pa.array([s.score for s in scored], pa.float64()),
            "band": pa.array([s.band for s in scored], pa.string()),
            "reasons": pa.array([json.dumps(s.reasons) for s in scored], pa.string()),
        }
    )


def score_warehouse(as_of: datetime) -> RiskReport:
    """Score the customers of `int_customer_features`; a second run replaces the first.

    Customers without any interaction get the base score: nothing is known against them.

    Raises:
        NoFeatures: the features table does not exist, or was built for another `as_of`.
    """
    bands: Counter[str] = Counter()
    version = weights().version
    with warehouse() as connection:
        try:
            stale = connection.execute(
                "select distinct as_of from intermediate.int_customer_features where as_of <> ?",
                [as_of],
            ).fetchall()
            reader = connection.sql(
                "select * from intermediate.int_customer_features"
            ).to_arrow_reader(_CHUNK)
        except duckdb.CatalogException as error:
            raise NoFeatures(f"{str(error).splitlines()[0]}; run the `marts` step first") from None
        if stale:
            raise NoFeatures(
                f"int_customer_features was built as of {stale[0][0]}, not {as_of}; "
                "run the `marts` step again"
            )
        chunks = [_scores(pa.Table.from_batches([batch]), as_of) for batch in reader]
        with transaction(connection):
            connection.execute(
                "delete from ml.customer_risk where as_of = ? and model_version = ?",
                [as_of, version],
            )
            for chunk in chunks:
                bands.update(chunk["band"].to_pylist())
                connection.register("chunk_scores", chunk)
                connection.execute(
                    "insert into ml.customer_risk by name select * from chunk_scores"
                )
                connection.unregister("chunk_scores")
    return RiskReport(bands.total(), bands["red"], bands["yellow"], bands["green"], version)

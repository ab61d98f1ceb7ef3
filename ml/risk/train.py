"""Learn the risk model anew whenever a month more is known of who left; else nothing is done."""

import logging
from dataclasses import dataclass

import pyarrow as pa

from ml.risk.learn import artefact
from ml.risk.learn.features import feature_list
from ml.risk.learn.train import basis_of, train
from ml.risk.predict import NoFeatures
from warehouse.duck import has_table, warehouse

log = logging.getLogger(__name__)

TRAINING = "intermediate.int_risk_training"


@dataclass(frozen=True)
class Learnt:
    """The model in use, why it is, and whether this call learnt it."""

    model_version: str
    model: str
    sentence: str
    is_new: bool


def training_table() -> pa.Table | None:
    """Rows of `intermediate.int_risk_training` as months began; None where it is not built yet."""
    with warehouse(read_only=True) as connection:
        if not has_table(connection, TRAINING):
            return None
        return connection.sql(
            f"select * from {TRAINING} where is_month_start order by customer_id, as_of"
        ).to_arrow_table()


def learn_warehouse() -> Learnt:
    """Back-test, choose, fit and keep a model, unless the one in use knows as much.

    What is learnt from are months, so once a month there is something to learn; and when the
    rules (`weights.yml`, `features.yml`) have changed.

    Raises:
        NoFeatures: the features have not been built yet.
    """
    features, target = feature_list(), artefact.folder()
    basis = basis_of(features, _known_until())
    held = artefact.load(target)
    if held is None or held.basis != basis:
        table = training_table()
        assert table is not None, "the table was there a moment ago"
        learnt = train(table, features, target, basis).artefact
    else:
        learnt = held
    log.info("risk: %s %s", learnt.version, learnt.sentence)
    return Learnt(learnt.version, learnt.model, learnt.sentence, learnt is not held)


def _known_until() -> str:
    with warehouse(read_only=True) as connection:
        if not has_table(connection, TRAINING):
            raise NoFeatures(f"there is no {TRAINING}; run the `marts` step first")
        found = connection.execute(
            f"select max(as_of)::varchar, count(*) from {TRAINING} where churned is not null"
        ).fetchone()
    assert found is not None
    return f"{found[0]}" if found[1] else "nothing"

"""Each instant is forecast from what was known by then; without the embargo answers leak in."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
from sklearn.metrics import roc_auc_score

from ml.risk.backtest.origins import BASE_RATE, HEALTH, forecast, origins
from ml.risk.learn.features import Feature
from ml.risk.learn.fit import HORIZON
from ml.risk.learn.rows import read
from tests.ml.risk.synthetic import FEATURES, MONTHS, company

LIST = list(FEATURES.features)


def weekly(offices: int = 40, people: int = 15, weeks: int = 16) -> pa.Table:
    """Whole offices leave, none for a reason that shows: the week before, the rows of their people
    say "left within 30 days", and nobody could know it yet."""
    rng = np.random.default_rng(5)
    start = datetime(2026, 1, 5, tzinfo=UTC)
    rows = []
    for office in range(offices):
        leaves = start + timedelta(days=float(rng.exponential(200)))
        for week in range(weeks):
            as_of = start + timedelta(weeks=week)
            left = leaves <= as_of + HORIZON
            if as_of < leaves:
                rows += [(f"{office}-{p}", as_of, f"office {office}", left) for p in range(people)]
    names = ("customer_id", "as_of", "office", "churned")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


def test_without_the_embargo_chance_would_look_like_knowledge() -> None:
    office = [Feature(name="office", label="office", kind="category")]
    found = forecast(read(weekly(), office), office)
    assert found is not None
    for name in ("logistic", "boosting"):
        auc = roc_auc_score(found.rows.churned, found.logits[name])
        assert auc < 0.6, f"{name} knows what nobody knew: AUC {auc:.2f}"


def test_no_origin_knows_an_answer_before_its_time() -> None:
    rows = read(weekly(), [])
    for known, asked in origins(rows):
        now = rows.as_of[asked].min()
        assert (rows.as_of[asked] == now).all()
        assert (rows.as_of[known] + np.timedelta64(HORIZON) <= now).all()


def test_instants_before_enough_is_known_are_not_forecast() -> None:
    rows = read(company(800, 6).table, LIST)
    forecast_at = {rows.as_of[asked][0] for _, asked in origins(rows)}
    assert np.datetime64(MONTHS[0].replace(tzinfo=None)) not in forecast_at
    assert len(forecast_at) == 5


def test_one_instant_is_cross_validated_over_customers() -> None:
    rows = read(company(1500, 1, base=-2.5).table, LIST)
    found = forecast(rows, LIST)
    assert found is not None
    assert not found.is_timed
    assert len(found.rows) == len(rows)
    assert {*found.logits} == {BASE_RATE, "logistic", "boosting"}


def test_the_health_score_stands_beside() -> None:
    table = company(800, 4).table
    named = table.rename_columns(
        ["sentiment_mean_30d" if n == "mood" else n for n in table.column_names]
    )
    features = [Feature(name="gap", label="g"), Feature(name="sentiment_mean_30d", label="s")]
    found = forecast(read(named, features, with_health=True), features)
    assert found is not None
    health = found.logits[HEALTH]
    assert roc_auc_score(found.rows.churned, health) > 0.55


def test_nothing_to_forecast_is_none() -> None:
    assert forecast(read(company(40, 3).table, LIST), LIST) is None

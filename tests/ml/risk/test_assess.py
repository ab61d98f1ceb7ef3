"""The report: a known law is found again, and what cannot be learnt from is said plainly."""

import json
from pathlib import Path

import numpy as np
import pytest

from ml.risk.backtest import assess as assessing
from ml.risk.backtest.assess import assess
from ml.risk.backtest.measures import top_decile_lift
from ml.risk.backtest.origins import FAMILIES
from ml.risk.backtest.telco import LEAK, telco, telco_features
from ml.risk.learn import fit as fitting
from ml.risk.learn.features import Feature
from ml.risk.learn.fit import fit
from ml.risk.learn.rows import read
from tests.ml.risk.synthetic import FEATURES, MONTHS, also, company, with_column

COMPANY = company(900, 6)
TELCO = Path(__file__).resolve().parents[4] / "shared" / "data" / "tables" / "telco"


@pytest.fixture(scope="module")
def report():
    return assess(COMPANY.table, FEATURES).report


@pytest.mark.parametrize("name", FAMILIES)
def test_nine_tenths_of_the_best_possible_lift(name) -> None:
    learnt = fit(
        read(company(2_000, 8).table, FEATURES.features), FAMILIES[name], [*FEATURES.features]
    )
    fresh = company(3_000, 6, seed=2)
    rows = read(fresh.table, FEATURES.features)
    left = rows.churned == 1
    best = top_decile_lift(left, fresh.truth)
    assert top_decile_lift(left, learnt.card.logits(rows)) >= 0.9 * best


def test_every_month_stands_beside_its_baselines(report) -> None:
    assert report.is_timed
    assert [month.as_of for month in report.months] == [str(m.date()) for m in MONTHS[1:6]]
    assert report.forecast_rows == sum(month.rows for month in report.months)
    for measures in (report.measures, *(month.measures for month in report.months)):
        assert {"base rate", "logistic", "boosting"} <= set(measures)
    chosen = report.measures[report.model]
    assert chosen["auc"].low > report.measures["base rate"]["auc"].high
    assert chosen["calibration_error"].value < 0.02
    assert {segment.name for segment in report.segments} == {"consumer", "business"}
    json.dumps(report.as_json(), allow_nan=False)


def test_the_order_of_a_table_changes_nothing(report) -> None:
    turned = np.random.default_rng(1).permutation(len(COMPANY.table))
    assert assess(COMPANY.table.take(turned), FEATURES).report == report


def test_a_planted_leak_is_left_out_and_named(report) -> None:
    leak = Feature(name="closed_at_set", label="account closed")
    table = with_column(COMPANY.table, "closed_at_set", COMPANY.table["churned"].to_pylist())
    found = assess(table, also(leak)).report
    assert any(note.startswith("closed_at_set is refused") for note in found.notes)
    assert found.measures == report.measures


def labelled(labels):
    return assess(with_column(COMPANY.table, "churned", labels), FEATURES).report


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([None] * len(COMPANY.table), "Nothing is known yet of who left"),
        ([False] * len(COMPANY.table), "Nobody is known to have left"),
        ([True] * len(COMPANY.table), "Nearly everybody is known to have left"),
        (
            [n < 30 for n in range(len(COMPANY.table))],
            "30 customers are known to have left, and 50 are needed to learn from",
        ),
    ],
    ids=["no labels", "nobody", "everybody", "too few"],
)
def test_a_cold_start_uses_the_transparent_score_and_says_so(labels, sentence) -> None:
    found = labelled(labels)
    assert found.model == "health score"
    assert found.sentence.startswith(sentence)
    assert found.sentence.endswith("the transparent health score is used.")
    assert found.measures == {}


def test_rows_that_a_fit_leaves_out_are_said(report, monkeypatch) -> None:
    assert not any("a fit reads at most" in note for note in report.notes)
    for module in (fitting, assessing):
        monkeypatch.setattr(module, "MOST_ROWS", 2_000)
    notes = assess(COMPANY.table, FEATURES).report.notes
    assert any("a fit reads at most 2,000 rows" in note for note in notes)


def test_no_feature_that_varies_is_a_cold_start() -> None:
    flat = COMPANY.table
    for feature in FEATURES.features:
        flat = with_column(flat, feature.name, [None] * len(flat))
    found = assess(flat, FEATURES).report
    assert found.sentence.startswith("None of the features can be used")
    assert sum("never known" in note for note in found.notes) == len(FEATURES.features)


def test_instants_too_close_to_forecast_from_are_a_cold_start() -> None:
    found = assess(company(4_000, 2, base=-3.5).table.slice(0, 4_300), FEATURES)
    assert found.report.is_timed
    short = company(4_000, 2, base=-3.5).table
    close = [MONTHS[0].replace(day=1 + (m != MONTHS[0])) for m in short["as_of"].to_pylist()]
    sentence = assess(with_column(short, "as_of", close), FEATURES).report.sentence
    assert sentence.startswith("No instant is long enough ago")


@pytest.mark.slow
@pytest.mark.skipif(not TELCO.exists(), reason="the public telco table is not there")
def test_telco_is_told_as_well_as_it_can_be_and_nothing_leaks() -> None:
    found = assess(telco(TELCO), telco_features()).report
    assert not found.is_timed
    for name in FAMILIES:
        assert 0.845 <= found.measures[name]["auc"].value <= LEAK
    assert found.measures[found.model]["calibration_error"].value < 0.02
    assert found.model == "logistic"
    assert not any(segment.is_off for segment in found.segments)
    assert any("health score is not compared" in note for note in found.notes)

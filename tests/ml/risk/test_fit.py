"""A model learns from what was known, and its strength and calibration from what came later."""

from datetime import timedelta

import numpy as np
import pytest
from scipy.special import expit

from ml.risk.learn import fit as fitting
from ml.risk.learn.families import BOOSTING, LOGISTIC
from ml.risk.learn.features import FEWEST
from ml.risk.learn.fit import HORIZON, fit, folds, later, learnable
from ml.risk.learn.rows import read
from tests.ml.risk.synthetic import FEATURES, MONTHS, company, with_column

LIST = list(FEATURES.features)
ROWS = read(company(900, 8).table, LIST)


def test_a_row_is_learnt_from_only_when_its_thirty_days_are_over() -> None:
    at = np.datetime64("2025-03-01")
    taken = np.unique(ROWS.as_of[learnable(ROWS, at)])
    # 1 February to 1 March is 28 days: that row's answer is not known yet.
    assert taken.tolist() == [np.datetime64("2025-01-01").astype("datetime64[us]").item()]


def test_rows_without_an_answer_are_never_learnt_from() -> None:
    some = with_column(company(50, 2).table, "churned", [None] * len(company(50, 2).table))
    assert not learnable(read(some, LIST), np.datetime64("2030-01-01")).any()


def test_calibration_rows_come_after_the_answers_that_were_learnt_from() -> None:
    table = company(900, 8).table
    weeks = [MONTHS[0] + timedelta(weeks=MONTHS.index(at)) for at in table["as_of"].to_pylist()]
    rows = read(with_column(table, "as_of", weeks), LIST)
    ((known, asked),) = later(rows)
    end_of_known = rows.as_of[known].max() + np.timedelta64(HORIZON)
    assert end_of_known <= rows.as_of[asked].min()
    assert rows.as_of[asked].max() == rows.as_of.max()


def test_too_few_later_leavers_calibrate_on_other_customers() -> None:
    few = read(company(120, 8, base=-4.0).table, LIST)
    assert few.churners >= FEWEST
    assert not later(few)
    found = fit(few, LOGISTIC, LIST)
    assert found.calibrated_on == "other customers"
    assert fit(ROWS, LOGISTIC, LIST).calibrated_on == "later months"


def test_folds_never_split_a_customer() -> None:
    for known, asked in folds(ROWS):
        assert not set(ROWS.customer[known]) & set(ROWS.customer[asked])


@pytest.mark.parametrize("family", [LOGISTIC, BOOSTING], ids=lambda f: f.name)
def test_leaving_out_stayers_changes_no_rate(family, monkeypatch) -> None:
    whole = fit(ROWS, family, LIST).card
    monkeypatch.setattr(fitting, "MOST_ROWS", 3_000)
    some, weight = fitting._sample(ROWS)
    assert len(some) == 3_000
    assert (some.churned == 1).sum() == (ROWS.churned == 1).sum()
    assert weight.sum() == pytest.approx(len(ROWS))
    part = fit(ROWS, family, LIST).card
    assert expit(part.logits(ROWS)).mean() == pytest.approx(
        expit(whole.logits(ROWS)).mean(), rel=0.1
    )


@pytest.mark.parametrize("family", [LOGISTIC, BOOSTING], ids=lambda f: f.name)
def test_a_feature_not_known_before_the_last_months_does_no_harm(family) -> None:
    table = company(900, 8).table
    late = ROWS.as_of >= np.datetime64("2025-07-01")
    values = np.where(late, ROWS.values["gap"], np.nan)
    gap = with_column(table, "gap", [None if v != v else v for v in values])
    rows = read(gap, LIST)
    assert np.isfinite(fit(rows, family, LIST).card.logits(rows)).all()


@pytest.mark.parametrize("family", [LOGISTIC, BOOSTING], ids=lambda f: f.name)
def test_the_same_rows_give_the_same_card(family) -> None:
    assert fit(ROWS, family, LIST).card.as_json() == fit(ROWS, family, LIST).card.as_json()

"""Uplift's verdicts: what is said to help, what is too small to tell, what is not compared."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.dbt_project.uplift_tables import LONG_AGO, arms, both, of_all, simulated, uplift


def test_a_large_effect_helps_and_a_large_harm_is_called_so() -> None:
    large = of_all(uplift(simulated(1, 40, 1000, {"treated": 0.05, "holdout": 0.3})))
    assert {row["verdict"] for row in large} == {"helps"}
    harm = of_all(uplift(simulated(2, 40, 1000, {"treated": 0.4, "holdout": 0.1})))
    assert Counter(row["verdict"] for row in harm)["harms"] >= 39


def test_where_nothing_helps_hardly_anything_is_said_to() -> None:
    """Of 400 companies 5 % are 20, and three standard deviations more are 33."""
    found = uplift(simulated(3, 400, 1000, {"treated": 0.1, "holdout": 0.1}, plays=8))
    wrong = [row for row in found if row["verdict"] in ("helps", "harms")]
    assert len(of_all(wrong)) <= 33
    # All plays of a company together.
    assert len({row["list"] for row in wrong if row["play"] != "all"}) <= 33
    assert sum(row["sample_ratio_p"] < 0.001 for row in of_all(found)) <= 2


def test_in_a_large_company_where_nothing_helps_that_is_said() -> None:
    found = of_all(uplift(simulated(4, 5, 12_000, {"treated": 0.05, "holdout": 0.05}, share=0.1)))
    assert Counter(row["verdict"] for row in found)["does not help"] >= 4


def test_where_few_leave_anyway_keeping_half_of_them_would_be_worthwhile() -> None:
    """1.2 % leave: of two points there could be no talk, however much it helps."""
    [row] = of_all(uplift(arms((113, 9270), (19, 1034))))
    assert row["saved_share_high"] < 0.02
    assert row["verdict"] == "too small to tell"


def test_a_small_company_is_told_that_it_is_too_small() -> None:
    found = of_all(uplift(simulated(5, 100, 40, {"treated": 0.1, "holdout": 0.3})))
    assert Counter(row["verdict"] for row in found)["too small to tell"] >= 95
    [none_held] = of_all(uplift(arms((5, 50), (0, 0))))
    assert none_held["verdict"] == "too small to tell"
    assert none_held["saved_customers"] is None


def test_few_leavers_held_out_are_not_enough_however_clear_it_looks() -> None:
    [four] = of_all(uplift(arms((0, 90), (4, 10))))
    [five] = of_all(uplift(arms((0, 90), (5, 10))))
    assert (four["saved_share_low"] > 0, four["verdict"]) == (True, "too small to tell")
    assert five["verdict"] == "helps"


@pytest.mark.parametrize("drawn", [0.05, 0.2])
def test_arms_that_the_share_does_not_explain_are_not_compared(drawn: float) -> None:
    leaving = {"treated": 0.05, "holdout": 0.3}
    found = uplift(simulated(6, 20, 2000, leaving, plays=4, drawn_share=drawn))
    # Its plays alone would be too few to see it.
    assert {row["verdict"] for row in found} == {"not valid: sample ratio"}


def test_customers_of_different_shares_are_not_thrown_together() -> None:
    later = LONG_AGO + timedelta(days=1)
    tables = both(arms((10, 90), (2, 10)), arms((10, 50), (20, 50), as_of=later, play="mail"))
    tables["outreach.list_runs"] = [
        {"list": "at_risk", "as_of": LONG_AGO, "holdout_share": 0.1},
        {"list": "at_risk", "as_of": later, "holdout_share": 0.5},
    ]
    told = [(r["holdout_share"], r["holdout_customers"]) for r in of_all(uplift(tables))]
    assert told == [(0.1, 10), (0.5, 50)]


def test_lists_of_an_unknown_share_are_compared_and_not_checked() -> None:
    tables = {**arms((10, 90), (9, 10)), "outreach.list_runs": []}
    [row] = of_all(uplift(tables))
    assert (row["verdict"], row["holdout_share"], row["sample_ratio_p"]) == ("helps", None, None)

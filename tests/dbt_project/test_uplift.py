"""Uplift against published statistics, a plain re-telling, and companies made up by chance."""

import json
import math
import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from outreach import prepare
from sample import AS_OF
from tests.dbt_project.drop import build, query
from tests.dbt_project.test_tail_probability import MACROS, computed, off
from tests.dbt_project.uplift_tables import (
    LONG_AGO,
    WINDOW,
    Row,
    arms,
    assigned,
    both,
    simulated,
    uplift,
)
from warehouse.duck import warehouse
from warehouse.settings import settings


def of_all(found: list[Row]) -> list[Row]:
    return [row for row in found if row["play"] == "all"]


def newcombe(k: float, n: float, other_k: float, other_n: float, level: float) -> tuple[float, ...]:
    """Method 10 of Newcombe (1998) from Wilson intervals; k and n need not be whole."""

    def wilson(k: float, n: float) -> tuple[float, float]:
        # The roots of (p - k/n)² = z² p (1 - p) / n.
        z = stats.norm.ppf(0.5 + level / 2)
        roots = np.roots([1 + z**2 / n, -(2 * k / n + z**2 / n), (k / n) ** 2])
        low, high = sorted(float(root.real) for root in roots)
        return low, high

    (low, high), (other_low, other_high) = wilson(k, n), wilson(other_k, other_n)
    p, other = k / n, other_k / other_n
    return (
        p - other - math.hypot(p - low, other_high - other),
        p - other + math.hypot(high - p, other - other_low),
    )


def test_the_interval_is_newcombes() -> None:
    """His table II: 56 of 70 against 48 of 80, 0.0524 to 0.3339; and 10 of 10 against 0 of 10."""
    [row] = of_all(uplift(arms((48, 80), (56, 70))))
    ends = (row["saved_share_low"], row["saved_share_high"])
    assert ends == pytest.approx((0.0524, 0.3339), abs=5e-5)
    [row] = of_all(uplift(arms((0, 10), (10, 10))))
    ends = (row["saved_share_low"], row["saved_share_high"])
    assert ends == pytest.approx((0.6075, 1.0), abs=5e-5)


@pytest.mark.parametrize("seed", range(3))
def test_every_number_of_a_company_drawn_at_random(seed: int) -> None:
    tables = simulated(
        seed, 3, 300, {"treated": 0.1, "holdout": 0.3}, plays=3, share=0.1, drawn_share=0.2, sigma=1
    )
    chance = np.random.default_rng(seed + 100)
    for row in tables["outreach.assignments"]:
        row["currency"] = ["EUR", "USD", None][chance.integers(3)]
        row["as_of"] = AS_OF - timedelta(days=int(chance.integers(60, 130)))
    left = {row["customer_id"]: row["left_at"] for row in tables["int_risk_departures"]}
    for row in uplift(tables):
        mine = [
            one
            for one in tables["outreach.assignments"]
            if one["list"] == row["list"] and row["play"] in ("all", one["play"])
        ]
        over = [one for one in mine if one["as_of"] + WINDOW <= AS_OF]
        counted = Counter(
            (one["arm"], one["as_of"] < left[one["customer_id"]] <= one["as_of"] + WINDOW)
            if one["customer_id"] in left
            else (one["arm"], False)
            for one in over
        )
        for arm in ("treated", "holdout"):
            assert row[f"{arm}_leavers"] == counted[arm, True]
            assert row[f"{arm}_customers"] == counted[arm, True] + counted[arm, False]
        assert row["pending_customers"] == len(mine) - len(over)
        level = 0.95 if row["play"] == "all" else 1 - 0.05 / 3
        ends = newcombe(
            *(row["holdout_leavers"], row["holdout_customers"]),
            *(row["treated_leavers"], row["treated_customers"]),
            level,
        )
        assert (row["saved_share_low"], row["saved_share_high"]) == pytest.approx(ends, abs=1e-9)
        assert row["saved_customers"] == pytest.approx(
            row["treated_customers"] * (row["holdout_rate"] - row["treated_rate"])
        )
        _check_ratio(row, mine)
        _check_value(row, over, left, level)


def _check_ratio(row: Row, mine: list[Row]) -> None:
    held = sum(one["arm"] == "holdout" for one in mine)
    tails = stats.binom.cdf(held, len(mine), 0.1), stats.binom.sf(held - 1, len(mine), 0.1)
    assert row["sample_ratio_p"] == pytest.approx(min(1, 2 * min(tails)), rel=0.03)


def _check_value(row: Row, over: list[Row], left: dict[str, Any], level: float) -> None:
    for currency in ("EUR", "USD"):
        told: dict[str, tuple[float, float, float]] = {}
        for arm in ("treated", "holdout"):
            found = [o for o in over if o["arm"] == arm and o["currency"] == currency]
            value = np.array([one["value_per_month"] for one in found])
            gone = np.array(
                [
                    one["customer_id"] in left
                    and one["as_of"] < left[one["customer_id"]] <= one["as_of"] + WINDOW
                    for one in found
                ]
            )
            told[arm] = (
                float(value[gone].sum() / value.sum()),
                float(value.sum() ** 2 / (value**2).sum()),
                float(value.sum()),
            )
        (p, worth, _), (other, other_worth, total) = told["holdout"], told["treated"]
        ends = newcombe(p * worth, worth, other * other_worth, other_worth, level)
        for name, true in (
            ("treated_value_per_month", total),
            ("saved_value_per_month", (p - other) * total),
            ("saved_value_per_month_low", ends[0] * total),
            ("saved_value_per_month_high", ends[1] * total),
        ):
            assert json.loads(row[name])[currency] == pytest.approx(true, abs=0.02), name


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


def test_only_leaving_after_the_list_and_within_the_window_counts() -> None:
    people = [assigned(name, "treated") for name in "abcd"]
    at = {
        "a": LONG_AGO,
        "b": LONG_AGO + timedelta(seconds=1),
        "c": LONG_AGO + WINDOW,
        "d": LONG_AGO + WINDOW + timedelta(seconds=1),
    }
    left = [{"customer_id": name, "left_at": when} for name, when in at.items()]
    [row] = of_all(uplift({"outreach.assignments": people, "int_risk_departures": left}))
    assert (row["treated_customers"], row["treated_leavers"]) == (4, 2)


def test_whose_window_is_not_over_waits_and_a_later_list_is_not_known_yet() -> None:
    edge = AS_OF - WINDOW
    people = [
        assigned("over", "treated", as_of=edge),
        assigned("waits", "holdout", as_of=edge + timedelta(seconds=1)),
        assigned("later", "treated", as_of=AS_OF + timedelta(days=1)),
    ]
    [row] = of_all(uplift({"outreach.assignments": people}))
    assert (row["treated_customers"], row["holdout_customers"], row["pending_customers"]) == (
        1,
        0,
        1,
    )


def test_who_was_in_both_arms_through_a_merge_is_in_neither() -> None:
    people = [
        assigned("old", "holdout"),
        assigned("now", "treated", as_of=LONG_AGO + timedelta(days=3)),
        assigned("two", "treated"),
        assigned("one", "treated", as_of=LONG_AGO + timedelta(days=3)),
        # Held out of another list only, under the id they had.
        assigned("here", "treated"),
        assigned("there", "holdout", list="growth"),
        assigned("alone", "holdout"),
    ]
    merges = [
        {"change": "merge", "from_customer_id": old, "customer_id": new}
        for old, new in (("old", "now"), ("two", "one"), ("there", "here"))
    ]
    left = [
        {"customer_id": name, "left_at": LONG_AGO + timedelta(days=9)} for name in ("now", "one")
    ]
    found = of_all(
        uplift(
            {
                "outreach.assignments": people,
                "customer_merges": merges,
                "int_risk_departures": left,
            },
            known={"now", "one", "here", "alone"},
        )
    )
    told = {
        row["list"]: (row["treated_customers"], row["treated_leavers"], row["holdout_customers"])
        for row in found
    }
    # `one` has its first time under the other id.
    assert told == {"at_risk": (1, 1, 1), "growth": (0, 0, 0)}
    assert {row["list"]: row["torn_customers"] for row in found} == {"at_risk": 2, "growth": 1}


def test_who_is_no_customer_any_more_is_counted_apart() -> None:
    people = [assigned("a", "treated"), assigned("b", "treated"), assigned("c", "holdout")]
    [row] = of_all(uplift({"outreach.assignments": people}, known={"a", "c"}))
    assert (row["treated_customers"], row["gone_customers"]) == (1, 1)


def test_contacted_is_what_an_outcome_says_and_handed_over_what_the_outbox_does() -> None:
    people = [assigned(name, "treated") for name in "abcd"]
    soon, late = LONG_AGO + timedelta(days=1), LONG_AGO + WINDOW + timedelta(days=1)
    sent: Row = {"list": "at_risk", "status": "sent", "first_as_of": LONG_AGO, "changed_at": soon}
    done: Row = {"list": "at_risk", "status": "done", "as_of": LONG_AGO, "acted_at": soon}
    [row] = of_all(
        uplift(
            {
                "outreach.assignments": people,
                "outreach.outbox": [
                    {**sent, "customer_id": "a"},
                    {**sent, "customer_id": "b"},
                    {**sent, "customer_id": "c", "status": "pending"},
                    {**sent, "customer_id": "d", "changed_at": late},
                ],
                "outreach.outcomes": [
                    {**done, "customer_id": "a"},
                    {**done, "customer_id": "a"},
                    {**done, "customer_id": "b", "status": "not_reached"},
                    {**done, "customer_id": "c", "acted_at": late},
                    {**done, "customer_id": "d", "list": "growth"},
                ],
            }
        )
    )
    assert (row["handed_over_share"], row["contacted_share"]) == (0.5, 0.25)


@pytest.mark.parametrize("leaving", [(0.1, 0.1), (0.1, 0.3), (0.02, 0.05)])
def test_the_interval_of_the_value_holds_with_a_heavy_tail(leaving: tuple[float, float]) -> None:
    """The truth is inside in 95 of 100: of 300 companies 285; 270 is four deviations less."""
    treated, holdout = leaving
    tables = simulated(7, 300, 1000, {"treated": treated, "holdout": holdout}, sigma=2)
    inside = 0
    for row in of_all(uplift(tables)):
        low, high, total = (
            json.loads(row[name])["EUR"]
            for name in (
                "saved_value_per_month_low",
                "saved_value_per_month_high",
                "treated_value_per_month",
            )
        )
        inside += low <= (holdout - treated) * total <= high
    assert inside >= 270


def test_currencies_are_never_added_up() -> None:
    tables = both(
        arms((1, 9), (5, 9), play="eur"),
        arms((1, 9), (5, 9), play="usd", currency="USD", value_per_month=10.0),
        arms((1, 9), (0, 0), play="chf", currency="CHF"),
    )
    [row] = of_all(uplift(tables))
    assert json.loads(row["treated_value_per_month"]) == {"CHF": 900, "EUR": 900, "USD": 90}
    # Nobody with francs was held out, so nothing is known of them.
    assert json.loads(row["saved_value_per_month"]) == {"EUR": 400, "USD": 40}


def test_the_marts_tell_of_the_lists_of_the_run_before(
    acme_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(acme_home, tmp_path / "home")
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    file = settings().warehouse_file
    told = "select list, play, pending_customers, verdict from marts.outreach_uplift order by all"
    assert query(file, told) == []
    prepare(AS_OF)
    build(selectors=("success",))
    assert query(file, told) == []  # the same run again says the same

    with warehouse() as connection:
        connection.execute("update outreach.assignments set as_of = as_of - interval 1 day")
    build(selectors=("success",))
    [belong] = query(file, "select count(*) from outreach.assignments where list = 'at_risk'")
    assert belong[0] > 0
    assert ("at_risk", "all", belong[0], "too small to tell") in query(file, told)


def test_the_normal_quantile_is_right_where_plays_need_it() -> None:
    p = 0.025 / np.arange(2.0, 200)
    assert off(computed(MACROS.normal_quantile("p"), p=p), stats.norm.isf(p)) < 1e-8

"""Uplift's numbers against published statistics, a plain re-telling, and chance."""

import json
import math
from collections import Counter
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sample import AS_OF
from tests.dbt_project.test_tail_probability import MACROS, computed, off
from tests.dbt_project.uplift_tables import (
    WINDOW,
    Row,
    arms,
    both,
    of_all,
    simulated,
    uplift,
)


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


def test_the_normal_quantile_is_right_where_plays_need_it() -> None:
    p = 0.025 / np.arange(2.0, 200)
    assert off(computed(MACROS.normal_quantile("p"), p=p), stats.norm.isf(p)) < 1e-8

"""Trending topics on noise whose truth is known, and against an oracle in plain Python."""

from datetime import timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import special, stats

from bench.trending import (
    KINDS,
    LAST_DAY,
    QUARTER,
    RATES,
    SETTINGS,
    WARM_UP,
    Noise,
    alarms,
    judged,
    peer_alarms,
)

QUARTERS, TOPICS = 3, 8
FIRST = LAST_DAY - timedelta(QUARTERS * QUARTER - 1)
Quiet = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def quiet() -> Quiet:
    """Three quarters of nothing but noise, at every rate and of every kind."""
    chance = np.random.default_rng(20)
    return judged(
        {
            f"{rate} {kind}": Noise(rate, **values).counts(
                chance, TOPICS, WARM_UP + QUARTERS * QUARTER
            )
            for rate in RATES
            for kind, values in KINDS.items()
        }
    )


@pytest.mark.parametrize("setting", SETTINGS)
def test_noise_raises_no_more_alarms_than_set(quiet: Quiet, setting: float) -> None:
    found = alarms(quiet, setting, FIRST)
    assert len(found) == len(RATES) * len(KINDS)
    assert {days for _, days in found.values()} == {TOPICS * QUARTERS * QUARTER}
    # If all were at the set rate, one of 25 would be above this in one of 40 draws.
    most = stats.poisson.isf(0.001, setting * TOPICS * QUARTERS)
    assert {name: flagged for name, (flagged, _) in found.items() if flagged > most} == {}
    # All together, the upper end of the 95 % interval is under the set rate too.
    flagged = sum(flagged for flagged, _ in found.values())
    quarters = len(found) * TOPICS * QUARTERS
    assert stats.chi2.ppf(0.975, 2 * flagged + 2) / 2 / quarters < setting


def test_a_normal_tail_on_median_and_mad_would_not_hold_the_rate(quiet: Quiet) -> None:
    flagged = sum(flagged for flagged, _ in peer_alarms(quiet, 0.1, FIRST).values())
    assert flagged > 10 * 0.1 * len(RATES) * len(KINDS) * TOPICS * QUARTERS


def share_flagged(
    rate: float, times: dict[int, float], setting: float = 1, size: float | None = None
) -> float:
    """How many of 100 topics are flagged on the last day, with days multiplied."""
    counts = Noise(rate, size).counts(np.random.default_rng(8), 100, WARM_UP, times)
    return alarms(judged({"x": counts}), setting, LAST_DAY)["x"][0] / 100


def run_of(length: int, factor: float, before: int = 0) -> dict[int, float]:
    """The last days but `before` multiplied; -1 is the last."""
    return {-1 - before - n: factor for n in range(length)}


@pytest.mark.parametrize(
    ("rate", "factor", "setting", "least"),
    [(10, 3, 1, 0.95), (10, 5, 0.1, 0.98), (50, 3, 0.1, 1), (200, 3, 0.1, 1), (2, 5, 1, 0.75)],
)
def test_a_day_far_above_the_others_is_flagged(
    rate: float, factor: float, setting: float, least: float
) -> None:
    assert share_flagged(rate, {-1: factor}, setting) >= least


def test_scattered_topics_are_found_too() -> None:
    assert share_flagged(50, {-1: 3}, size=20) > 0.9


@pytest.mark.parametrize(
    "earlier",
    [{-8: 3.0}, {-8: 3.0, -15: 3.0}, run_of(5, 3, before=1), run_of(10, 3, before=1)],
    ids=["a week ago", "two weeks running", "the five days before", "the ten days before"],
)
def test_earlier_incidents_do_not_hide_the_next_one(earlier: dict[int, float]) -> None:
    assert share_flagged(50, {**earlier, -1: 3}) > 0.97


@pytest.mark.parametrize("days_since", [1, 3, 7])
def test_after_an_incident_ordinary_days_are_ordinary(days_since: int) -> None:
    assert share_flagged(50, run_of(10, 3, before=days_since)) <= 0.03


@pytest.mark.parametrize(("day", "least", "most"), [(12, 0.85, 1), (16, 0, 0.25), (28, 0, 0.03)])
def test_what_stays_fades_into_the_new_normal(day: int, least: float, most: float) -> None:
    assert least <= share_flagged(50, run_of(day, 2)) <= most


def test_growth_into_a_season_is_no_incident() -> None:
    # A quarter more every month, for four months: three times the year's growth of the noise above.
    chance = np.random.default_rng(3)
    counts = Noise(50, growth=1.25**12 - 1).counts(chance, 50, 320)
    flagged, days = alarms(judged({"x": counts}), 1, LAST_DAY - timedelta(QUARTER - 1))["x"]
    assert days == 50 * QUARTER
    assert flagged <= stats.poisson.isf(0.001, 50)


def oracle(counts: list[int]) -> list[tuple[float | None, float | None]]:
    """Expected count and probability of each day of a topic, by the words of docs/metrics.md."""
    found: list[tuple[float | None, float | None]] = []
    ratios: list[float] = []
    surprises: list[float] = []
    for n, count in enumerate(counts):
        earlier = np.array([counts[n - 7 * w] for w in range(1, 9) if n >= 7 * w])
        if len(earlier) < 2:
            found.append((None, None))
            continue
        roots = 2 * np.sqrt(earlier + 3 / 8)
        from_middle = np.abs(roots - np.median(roots))
        ordinary = earlier[from_middle <= 3.5 * max(1, 1.4826 * float(np.median(from_middle)))]
        weeks = len(ordinary)
        # The first ratio is of the 15th day; a window of days holds fewer ratios before.
        growth = max(1.0, float(np.median(ratios[-28:]))) if ratios else 1.0
        expected = growth * float(np.mean(ordinary))
        probability = None
        if len(earlier) >= 4:
            wide = 1.4826 * float(np.median(np.abs(surprises[-112:])))
            total = expected * weeks + 1
            # Variance over mean: of the day itself, capped; then with that of the mean's estimate.
            dispersion = min(max(1, wide**2), (total + weeks) / (weeks + 1))
            variance = dispersion * (weeks + 1) / weeks
            size = total / weeks / (variance - 1)
            tail = special.betainc(count, size, 1 - 1 / variance) if count else 1.0
            degrees = 0.1 * len(surprises[-112:]) * dispersion / max(dispersion - 1, 0.001)
            probability = stats.t.sf(stats.norm.isf(tail), degrees) if count else 1.0
        found.append((expected, probability))
        ratios.append((count + 0.5) / (float(np.mean(ordinary)) + 0.5))
        spread = np.sqrt(1 + 1 / weeks)
        surprises.append(2 * (np.sqrt(count + 3 / 8) - np.sqrt(expected + 3 / 8)) / spread)
    return found


def test_every_day_is_what_the_words_say() -> None:
    chance = np.random.default_rng(5)
    series = {
        str(noise): noise.counts(chance, 2, 260, {-1: 4, -20: 3, -21: 3})
        for noise in (Noise(0.3), Noise(2), Noise(10, 5), Noise(50), Noise(200, 20, growth=0.5))
    }
    rows: dict[str, list[Any]] = {}
    for topic, expected, probability in judged(series).execute(
        "select topic, expected, probability from kpi_topics_trending order by topic, metric_date"
    ).fetchall():  # fmt: skip
        rows.setdefault(topic, []).append((expected, probability))
    compared = 0
    for name, counts in series.items():
        for number, row in enumerate(counts):
            true = oracle([int(count) for count in row])
            found = rows[f"{name}|{number}"]
            for (said_mean, said), (mean, right) in zip(found, true, strict=True):
                assert said_mean == (mean if mean is None else pytest.approx(mean, rel=1e-9))
                assert (said is None) == (right is None)
                if right is not None and right > 1e-6:
                    assert said == pytest.approx(right, rel=0.1)
                    compared += 1
    assert compared > 2_000


def test_a_days_row_never_changes_later() -> None:
    counts = Noise(10).counts(np.random.default_rng(6), 5, 200, {-60: 4, -59: 4})
    day = LAST_DAY - timedelta(30)
    early = judged({"x": counts[:, :-30]}, last=day)
    late = judged({"x": counts})
    query = f"from kpi_topics_trending where metric_date <= '{day}' order by metric_date, topic"
    rows = early.execute(query).fetchall()
    assert len(rows) == 5 * 170
    assert rows == late.execute(query).fetchall()

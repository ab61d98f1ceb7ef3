"""Tail probabilities in plain SQL arithmetic against scipy, over a grid."""

from itertools import product
from typing import Any

import duckdb
import jinja2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special, stats

from warehouse import dbt

MACROS: Any = (
    jinja2.Environment(autoescape=False)
    .from_string((dbt.PROJECT / "macros" / "tail_probability.sql").read_text())
    .module
)
Numbers = NDArray[np.float64]


def computed(expression: str, **columns: Numbers) -> Numbers:
    """A SQL expression over rows of numbers."""
    rows = ", ".join(f"unnest(${name}) as {name}" for name in columns)
    values = {name: column.tolist() for name, column in columns.items()}
    with duckdb.connect() as connection:
        found = connection.execute(f"select {expression} from (select {rows})", values).fetchall()
    return np.array([value for (value,) in found])


def off(found: Numbers, true: Numbers) -> float:
    """The largest relative error."""
    return float(np.max(np.abs(found / true - 1)))


def test_the_normal_tail_is_right_far_out() -> None:
    z = np.concatenate([np.linspace(-9, 9, 20_001), np.linspace(9, 37, 3_000), [7.07106781186547]])
    assert off(computed(MACROS.normal_tail("z"), z=z), stats.norm.sf(z)) < 1e-8


def test_a_tail_beyond_all_doubles_is_no_error() -> None:
    assert 0 <= computed(MACROS.normal_tail("z"), z=np.array([1e6]))[0] < 1e-300
    assert computed(MACROS.normal_tail("z"), z=np.array([-1e6]))[0] == 1


def grid(*axes: Any) -> list[Numbers]:
    """Every combination of the axes' values, as one column per axis."""
    return [np.array(values, float) for values in zip(*product(*axes), strict=True)]


@pytest.mark.parametrize(
    ("least", "most", "error"), [(1e-2, 0.5, 0.02), (1e-3, 1e-2, 0.06), (1e-4, 1e-3, 0.12)]
)
def test_students_tail_is_close_where_a_scale_is_known(
    least: float, most: float, error: float
) -> None:
    t, df = grid(np.linspace(0, 12, 601), [8, 11.2, 20, 56, 1_000, 11_200])
    true = stats.t.sf(t, df)
    kept = (true > least) & (true <= most)
    assert kept.sum() > 100
    assert off(computed(MACROS.student_tail("t", "df"), t=t[kept], df=df[kept]), true[kept]) < error


def test_with_few_degrees_of_freedom_students_tail_is_hardly_ever_too_small() -> None:
    t, df = grid(np.linspace(2, 200, 397), [1.4, 2, 3, 5])
    true = stats.t.sf(t, df)
    kept = true < 0.02  # where a day could be flagged
    found = computed(MACROS.student_tail("t", "df"), t=t[kept], df=df[kept])
    assert np.min(found / true[kept]) > 0.9


@pytest.mark.parametrize(
    ("least", "most", "error"),
    [(1e-2, 0.5, 0.05), (1e-3, 1e-2, 0.06), (1e-4, 1e-3, 0.08), (1e-12, 1e-4, 0.15)],
)
def test_the_negative_binomial_tail_is_close(least: float, most: float, error: float) -> None:
    y, size, p = grid(
        [*range(1, 30), 50, 100, 300, 1_000, 5_000],
        [1, 1.2, 1.5, 2, 3, 5, 10, 30, 100, 1_000, 5_000],
        [0.05, 1 / 9, 0.2, 0.5, 0.9, 0.97],
    )
    true = special.betainc(y, size, p)
    kept = (true > least) & (true <= most)
    assert kept.sum() > 50
    scores = computed(
        MACROS.negative_binomial_score("y", "size", "p"), y=y[kept], size=size[kept], p=p[kept]
    )
    assert off(computed(MACROS.normal_tail("z"), z=scores), true[kept]) < error


def test_the_binomial_deviate_gives_its_tails() -> None:
    cases = product((5, 20, 100, 1000), (0.02, 0.1, 0.3, 0.5, 0.8))
    grid = [(x, trials, chance) for trials, chance in cases for x in range(trials)]
    x, trials, chance = (np.array(column, float) for column in zip(*grid, strict=True))
    z = computed(
        MACROS.binomial_deviate("x", "trials", "chance"), x=x, trials=trials, chance=chance
    )
    right = stats.binom.cdf(x, trials, chance)
    tail = (right > 1e-9) & (right < 0.5)
    assert np.all(np.isfinite(z))
    assert off(stats.norm.cdf(z[tail]), right[tail]) < 0.07

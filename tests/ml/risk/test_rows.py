"""A table of features is checked, and what cannot be is unknown."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from ml.risk.learn.features import BadFeatures, Feature
from ml.risk.learn.rows import read
from ml.risk.score import logistic, score

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
GAP = Feature(name="gap", label="g", least=0)


def table(**columns) -> pa.Table:
    count = len(next(iter(columns.values())))
    keys = {"customer_id": [f"c{n}" for n in range(count)], "as_of": [AS_OF] * count}
    return pa.table(keys | columns)


def test_a_negative_duration_is_unknown_and_counted() -> None:
    rows = read(table(gap=[3.0, -0.5, -9.0, None, float("inf")]), [GAP])
    np.testing.assert_array_equal(rows.values["gap"], [3.0, *[np.nan] * 4])
    assert rows.notes == ("gap: 2 values below 0 taken as unknown",)


def test_comparisons_are_unknown_when_a_side_is() -> None:
    features = [
        Feature(name="change", label="l", difference=("new", "old")),
        Feature(name="gaps", label="l", ratio=("new", "old")),
    ]
    rows = read(table(new=[6, 6, None, 6], old=[3, None, 3, 0]), features)
    np.testing.assert_array_equal(rows.values["change"], [3, np.nan, np.nan, 6])
    np.testing.assert_array_equal(rows.values["gaps"], [2, np.nan, np.nan, np.nan])


def test_true_and_false_are_numbers_and_decimals_too() -> None:
    rows = read(table(gap=[True, False, None]), [GAP])
    np.testing.assert_array_equal(rows.values["gap"], [1, 0, np.nan])


def test_a_column_the_table_lacks_is_left_out_and_named() -> None:
    rows = read(table(other=[1]), [GAP])
    assert "gap" not in rows.values
    assert rows.notes == ("gap is left out: the table has no gap",)


def test_labels_may_be_unknown_or_missing() -> None:
    rows = read(table(gap=[1, 2, 3], churned=[True, None, False]), [GAP])
    assert rows.known.tolist() == [True, False, True]
    assert not read(table(gap=[1]), [GAP]).known.any()


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (table(gap=["much"]), "gap is string, not a number"),
        (table(gap=[1], churned=["no"]), "churned is string"),
        (table(gap=[1]).drop_columns(["as_of"]), "no column as_of"),
        (pa.table({"customer_id": ["a", None], "as_of": [AS_OF] * 2}), "row 1: customer_id"),
        (pa.table({"customer_id": ["a", "b", "a"], "as_of": [AS_OF] * 3}), "customer a is there"),
    ],
)
def test_a_wrong_table_names_column_and_row(wrong, complaint) -> None:
    with pytest.raises(BadFeatures, match=complaint):
        read(wrong, [GAP])


def test_the_health_score_is_the_one_of_the_list() -> None:
    given = table(contacts_30d=[5, 0], contacts_prev_30d=[1, 0])
    rows = read(given, [], with_health=True)
    assert rows.health is not None
    assert rows.health[0] > rows.health[1]
    for logit, row in zip(rows.health, given.to_pylist(), strict=True):
        assert logistic(logit) == pytest.approx(score(row).score)
    assert read(table(gap=[1]), [], with_health=True).health is None

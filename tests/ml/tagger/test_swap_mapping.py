"""A checkpoint's labels turned into ours: the arithmetic."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ml.tagger.labels import TOPICS
from ml.tagger.swap.config import parse
from ml.tagger.swap.heads import Swap
from tests.ml.tagger.swap_files import MOODS, sigmoid, softmax

STARS = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"]
STAR_MOODS = dict(
    zip(STARS, ["negative", "negative", "neutral", "positive", "positive"], strict=True)
)


def swapped(
    target: str, given: list[list[float]], theirs: list[str], function: str, **entry
) -> Swap:
    text = json.dumps({"heads": {target: {"checkpoint": "x", **entry}}})
    (slot,) = parse(Path("tagger.yml"), text)
    return Swap(slot, tuple(theirs), function, "x", lambda texts: np.array(given))


def test_stars_become_sentiments_by_adding() -> None:
    given = [[0.5, -1.0, 2.0, 0.25, 1.0], [3.0, 2.0, 0.0, -1.0, -2.0]]
    found = swapped("sentiment", given, STARS, "softmax", labels=STAR_MOODS).probabilities(["", ""])
    for row, values in zip(found, given, strict=True):
        p = softmax(values)
        assert row == pytest.approx([p[0] + p[1], p[2], p[3] + p[4]], abs=1e-6)


def test_labels_that_go_nowhere_are_dropped_and_the_rest_adds_up_to_one() -> None:
    given = [[1.0, 0.0, 2.0, 5.0]]
    found = swapped("sentiment", given, [*MOODS, "mixed"], "softmax", labels=MOODS)
    assert found.probabilities([""])[0] == pytest.approx(softmax(given[0][:3]), abs=1e-6)


def test_a_signal_of_a_checkpoint_whose_labels_exclude_each_other_is_not_blown_up() -> None:
    labels = {"leaves": "churn_intent", "threatens": "churn_intent"}
    found = swapped(
        "signals", [[0.0, 1.0, 3.0]], ["leaves", "threatens", "stays"], "softmax", labels=labels
    )
    p = softmax([0.0, 1.0, 3.0])
    assert found.slot.gives == ("churn_intent",)
    assert found.probabilities([""])[0] == pytest.approx([p[0] + p[1]], abs=1e-6)


def test_of_independent_labels_the_likeliest_counts() -> None:
    labels = {"bill": "billing_payment", "invoice": "billing_payment", "down": "outage"}
    found = swapped(
        "topics", [[1.0, -2.0, 0.5]], list(labels), "sigmoid", labels=labels, without="rest"
    )
    row = dict(zip(found.slot.gives, found.probabilities([""])[0], strict=True))
    assert row.pop("billing_payment") == pytest.approx(sigmoid(1.0), abs=1e-6)
    assert row.pop("outage") == pytest.approx(sigmoid(0.5), abs=1e-6)
    assert set(row) | {"billing_payment", "outage"} == set(TOPICS)
    assert set(row.values()) == {0}


def test_independent_labels_of_a_head_of_ours_that_excludes_are_made_to_add_up() -> None:
    labels = {"calm": "low", "fire": "high"}
    found = swapped(
        "urgency", [[0.3, -0.7]], list(labels), "sigmoid", labels=labels, without=["normal"]
    ).probabilities([""])[0]
    calm, fire = sigmoid(0.3), sigmoid(-0.7)
    assert found == pytest.approx([calm / (calm + fire), 0, fire / (calm + fire)], abs=1e-6)


VALUES = st.lists(st.floats(-2_000, 2_000), min_size=5, max_size=5)


@given(VALUES, st.sampled_from(["softmax", "sigmoid"]))
def test_however_sure_a_checkpoint_is_probabilities_stay_probabilities(values, function) -> None:
    some = {name: mood for name, mood in STAR_MOODS.items() if name != "1 star"}
    moods = swapped("sentiment", [values], STARS, function, labels=some).probabilities([""])[0]
    assert moods.sum() == pytest.approx(1, abs=1e-5)
    signs = dict.fromkeys(STARS, "complaint")
    (sign,) = swapped("signals", [values], STARS, function, labels=signs).probabilities([""])[0]
    assert 0 <= sign <= 1 + 1e-6
    assert np.isfinite(moods).all()

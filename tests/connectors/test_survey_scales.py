"""What a survey measures, as its owner declares it: scales, answers in words, mistakes."""

from typing import Any

import pytest

from connectors.contract import SourceError
from connectors.held import Held
from connectors.survey_scales import Scale, read_scales

CSAT = {"survey_type": "csat", "scale_min": 1, "scale_max": 5}


def declared(answer: Any, **more: Any) -> tuple[Any, Any]:
    row = Scale.model_validate({**CSAT, **more}).declared(answer, None)
    return row["declared_score"], row["declared_problem"]


@pytest.mark.parametrize(
    ("answer", "score"), [(4, 4.0), ("4", 4.0), (" 4.5 ", 4.5), (None, None), ("", None)]
)
def test_an_answer_is_read_as_a_number_and_none_is_no_problem(answer: Any, score: Any) -> None:
    assert declared(answer) == (score, None)


def test_an_answer_in_words_that_nobody_named_is_a_problem_not_a_silent_gap() -> None:
    assert declared("Great") == (None, "the answer is no number and not named in values")
    assert declared("Great", values={"Great": 5}) == (5.0, None)


def test_a_scale_that_runs_the_other_way_is_turned_by_its_values() -> None:
    turned = {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}
    assert [declared(n, values=turned)[0] for n in ("1", 5)] == [5.0, 1.0]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "no survey is declared"),
        ({"a": {**CSAT, "survey_type": "smile"}}, "survey a: survey_type"),
        ({"a": {**CSAT, "scale_max": 1}}, "scale_min must be below"),
        ({"a": {**CSAT, "values": {"Great": 6}}}, "'Great' lies outside the scale"),
        ({"a": {**CSAT, "skale_max": 5}}, "survey a: skale_max"),
    ],
)
def test_a_wrong_declaration_is_named_with_its_place(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(SourceError, match=problem) as caught:
        read_scales("qualtrics", "surveys", Scale, given)
    assert "channels.yml: qualtrics.settings.surveys" in str(caught.value)


def test_what_the_whole_list_no_longer_has_is_told_once() -> None:
    state: dict[str, Any] = {}
    Held(state).add(["b", "a", "c"])
    assert Held(state).drop_all_but({"a", "d"}) == ["b", "c"]
    assert (state["held"], Held(state).drop_all_but({"a"})) == (["a"], [])

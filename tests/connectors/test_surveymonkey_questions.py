"""SurveyMonkey: what a chosen answer is worth, and declarations that do not fit the survey."""

from typing import Any

import pytest

from connectors.contract import SourceError
from connectors.surveymonkey.questions import Choices, Survey

CSAT = {"survey_type": "csat", "scale_min": 1, "scale_max": 5, "score": "1", "comment": "2"}


def asked(*choices: dict[str, Any], rows: tuple[str, ...] = ()) -> dict[str, Any]:
    answers = {"choices": [{"id": str(n), **c} for n, c in enumerate(choices)]}
    answers["rows"] = [{"id": row} for row in rows]
    return {"pages": [{"questions": [{"id": "1", "answers": answers}, {"id": "2"}]}]}


def scored(details: dict[str, Any], answers: list[dict[str, Any]], **more: Any) -> Any:
    survey = Survey.model_validate({**CSAT, **more})
    response = {"id": "r", "pages": [{"questions": [{"id": "1", "answers": answers}]}]}
    row = Choices(survey, "9", details).declare(response)
    return row["declared_score"], row["declared_problem"]


@pytest.mark.parametrize(
    ("choice", "score"),
    [
        ({"text": "4", "weight": 100}, 4.0),
        ({"text": "5 - delighted"}, 5.0),
        ({"text": "2 stars"}, 2.0),
        # Stars have no text; a number in a text may be something else.
        ({"text": "", "weight": 3}, 3.0),
        ({"text": "24/7 support", "weight": 1}, 1.0),
        ({"text": "Very satisfied", "weight": 2}, 5.0),
        ({"text": "N/A", "is_na": True}, None),
    ],
)
def test_a_choice_is_worth_its_declared_value_its_number_or_its_weight(
    choice: dict[str, Any], score: float | None
) -> None:
    worth = scored(asked(choice), [{"choice_id": "0"}], values={"Very satisfied": 5})
    assert worth == (score, None)


def test_only_the_declared_row_of_a_matrix_is_the_score() -> None:
    details = asked({"text": "2"}, {"text": "5"}, rows=("a", "b"))
    answers = [{"choice_id": "0", "row_id": "a"}, {"choice_id": "1", "row_id": "b"}]
    assert scored(details, answers, row="b") == (5.0, None)


def test_a_slider_is_its_number_and_an_other_text_is_none() -> None:
    assert scored(asked(), [{"text": "3"}]) == (3.0, None)
    assert scored(asked(), [{"text": "meh", "other_id": "7"}]) == (None, None)


def test_several_choices_are_no_score() -> None:
    details = asked({"text": "2"}, {"text": "5"})
    _, problem = scored(details, [{"choice_id": "0"}, {"choice_id": "1"}])
    assert problem == "2 choices where one is a score"


@pytest.mark.parametrize(
    ("details", "more", "problem"),
    [
        (asked({"text": "4"}), {"score": "3"}, "the survey has no question 3"),
        (asked({"text": "4"}), {"comment": "3"}, "the survey has no question 3"),
        (asked({"text": "4"}, rows=("a", "b")), {}, "the question has 2 rows"),
        (asked({"text": "4"}, rows=("a",)), {"row": "z"}, "the question has no row z"),
        (asked({"text": "Great"}), {}, "choice 'Great' of the scored question is no score"),
        (asked({"text": "7"}), {}, "choice '7' of the scored question is no score"),
    ],
)
def test_a_declaration_that_does_not_fit_the_survey_is_said_before_reading(
    details: dict[str, Any], more: dict[str, Any], problem: str
) -> None:
    with pytest.raises(SourceError, match=problem):
        Choices(Survey.model_validate({**CSAT, **more}), "9", details)


def test_a_choice_that_was_taken_out_of_the_survey_need_not_be_a_score() -> None:
    details = asked({"text": "Great", "visible": False}, {"text": "4"})
    assert scored(details, [{"choice_id": "1"}]) == (4.0, None)

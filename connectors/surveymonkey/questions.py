"""What a response says: the score and the comment among its answers.

A response holds ids only ("choice 4285525052 of question 652286714"); what a choice is worth stands
in the survey's details. A choice's `weight` is not always its score: of the vendor's own NPS
question the weights are -100, 0 and 100, and the score is the choice's text.
"""

import re
from collections.abc import Iterator
from typing import Any

from connectors.contract import SourceError
from connectors.survey_scales import Questionnaire

NAME = "surveymonkey"
Row = dict[str, Any]
# "10", "10 - extremely likely", "5 stars".
_LEADING_NUMBER = re.compile(r"\s*(-?\d+(?:\.\d+)?)(?![\w/%])")
_NOTHING = "not applicable"


class Survey(Questionnaire):
    """One survey; `score` and `comment` are question ids.

    Attributes:
        row: id of the row of the scored question, where it is a matrix of several.
    """

    row: str | None = None


class Choices:
    """The scored question of one survey as its details describe it."""

    def __init__(self, survey: Survey, survey_id: str, details: Row) -> None:
        """
        Raises:
            SourceError: the declaration does not fit the survey (no such question or row, a choice
                that is no score): said before any response is read.
        """
        self._survey, self._where = survey, f"channels.yml: {NAME}.settings.surveys.{survey_id}"
        questions = {str(question.get("id")): question for question in _questions(details)}
        for wanted in filter(None, (survey.score, survey.comment)):
            if wanted not in questions:
                raise self._wrong(f"the survey has no question {wanted}", "name one that it has")
        question = questions[survey.score]
        answers = question.get("answers") or {}
        rows = [str(row.get("id")) for row in answers.get("rows") or []]
        if survey.row and survey.row not in rows:
            raise self._wrong(f"the question has no row {survey.row}", "name one that it has")
        if len(rows) > 1 and not survey.row:
            raise self._wrong(f"the question has {len(rows)} rows", "name one with `row`")
        self._worth: dict[str, Any] = {}
        for choice in answers.get("choices") or []:
            self._worth[str(choice.get("id"))] = self._value(choice)

    def _wrong(self, problem: str, remedy: str) -> SourceError:
        return SourceError(NAME, self._where, problem, remedy)

    def _value(self, choice: Row) -> Any:
        if choice.get("is_na"):
            return _NOTHING
        text, number = (
            str(choice.get("text") or ""),
            _LEADING_NUMBER.match(choice.get("text") or ""),
        )
        for worth in (
            self._survey.values.get(text.strip()),
            number and number[1],
            choice.get("weight"),
        ):
            score = None if worth is None else self._survey.scored(worth)
            if score is not None and self._survey.holds(score):
                return score
        if choice.get("visible") is False:
            return None
        problem = f"choice {text!r} of the scored question is no score on the declared scale"
        raise self._wrong(problem, "name what it is worth in `values`, or correct the scale")

    def declare(self, response: Row) -> Row:
        """The response with the `declared_*` columns."""
        answers = [
            (str(question.get("id")), answer)
            for question in _questions(response)
            for answer in question.get("answers") or []
        ]
        comments = [
            a.get("text") for q, a in answers if q == self._survey.comment and a.get("text")
        ]
        given = [
            answer
            for question, answer in answers
            if question == self._survey.score
            and (not self._survey.row or str(answer.get("row_id")) == self._survey.row)
        ]
        score, problem = self._read(given)
        return {**response, **self._survey.declared(score, "\n".join(comments), problem)}

    def _read(self, given: list[Row]) -> tuple[Any, str | None]:
        """What was answered to the scored question, and why that cannot be read."""
        chosen = [str(answer["choice_id"]) for answer in given if answer.get("choice_id")]
        if len(chosen) > 1:
            return None, f"{len(chosen)} choices where one is a score"
        if not chosen:
            # A slider or a number box has no choices; a text beside them ("other") is no score.
            texts = [answer.get("text") for answer in given if not answer.get("other_id")]
            return next(iter(texts), None), None
        worth = self._worth.get(chosen[0])
        if worth is None:
            return None, f"choice {chosen[0]} is none of the survey's (any more)"
        return (None, None) if worth == _NOTHING else (worth, None)


def _questions(survey: Row) -> Iterator[Row]:
    for page in survey.get("pages") or []:
        yield from page.get("questions") or []

"""What a survey measures, declared by its owner in `channels.yml` and put on every row.

A survey tool knows questions, not metrics: whether "How easy was it?" is a CES on 1–7 is nowhere in
its API or its export. So the declaration travels with each landed row as `declared_*`, and staging
needs no second lookup.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.contract import SourceError, first_problem

Row = dict[str, Any]


class Scale(BaseModel):
    """Which metric a survey asks for, and on which scale.

    Attributes:
        values: answer as the vendor writes it → score, for answers in words and for scales that
            run the other way ("1" is best). Answers that are not named are read as numbers.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    survey_type: Literal["csat", "nps", "ces"]
    scale_min: float
    scale_max: float
    values: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _answers_are_text(cls, given: Any) -> Any:
        # YAML reads `1: 5` as a number; vendors are compared with as text.
        if isinstance(given, dict) and isinstance(given.get("values"), dict):
            return {**given, "values": {str(k): v for k, v in given["values"].items()}}
        return given

    @model_validator(mode="after")
    def _scale_grows(self) -> "Scale":
        if self.scale_min >= self.scale_max:
            raise ValueError("scale_min must be below scale_max")
        outside = [answer for answer, score in self.values.items() if not self.holds(score)]
        if outside:
            raise ValueError(f"values: {outside[0]!r} lies outside the scale")
        return self

    def holds(self, score: float) -> bool:
        """Whether a score lies on the scale."""
        return self.scale_min <= score <= self.scale_max

    def scored(self, answer: Any) -> float | None:
        """An answer as a score; None when it is neither named in `values` nor a number."""
        named = self.values.get(_text(answer))
        return _number(answer) if named is None else named

    def declared(self, answer: Any, comment: Any, problem: str | None = None) -> Row:
        """The `declared_*` columns of one response.

        Args:
            answer: what was answered to the scored question; None = nothing.
            problem: why the answer cannot be read, when the caller knows already. An answer that
                is no score has one; the gate sets such rows aside.
        """
        score = None if problem else self.scored(answer)
        if problem is None and score is None and _text(answer):
            problem = "the answer is no number and not named in values"
        return {
            "declared_survey_type": self.survey_type,
            "declared_scale_min": self.scale_min,
            "declared_scale_max": self.scale_max,
            "declared_score": score,
            "declared_comment": _text(comment) or None,
            "declared_problem": problem,
        }


class Questionnaire(Scale):
    """A survey of which the owner says which questions carry the answers.

    Attributes:
        score: the question with the score, as the vendor names it.
        comment: the free-text question, when there is one.
    """

    score: str
    comment: str | None = None


Declared = TypeVar("Declared", bound=Scale)


def read_scales(
    source: str, key: str, kind: type[Declared], given: Mapping[str, Any] | None
) -> dict[str, Declared]:
    """The declared surveys of a source by id.

    Args:
        key: the setting that holds them, as the error calls it.

    Raises:
        SourceError: nothing declared, or a declaration that cannot be followed.
    """
    where = f"channels.yml: {source}.settings.{key}"
    one = key.removesuffix("s")
    if not given:
        raise SourceError(source, where, f"no {one} is declared", f"declare each {one} to pull")
    read: dict[str, Declared] = {}
    for name, spec in given.items():
        try:
            read[str(name)] = kind.model_validate(spec)
        except ValidationError as error:
            _, problem = first_problem(error)
            remedy = f"correct it; connectors/{source}/README.md explains each key"
            raise SourceError(source, where, f"{one} {name}: {problem}", remedy) from None
    return read


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, bool | dict | list) else str(value).strip()


def _number(value: Any) -> float | None:
    try:
        return float(_text(value))
    except ValueError:
        return None

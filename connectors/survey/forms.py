"""What a form's questions mean, declared by the owner in `channels.yml` and put on every row.

A form tool knows questions, not metrics: whether "How easy was it?" is a CES on 1–7 is nowhere in
its API. So the declaration travels with each landed row, and staging needs no second lookup.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from connectors.contract import SourceError, first_problem

Row = dict[str, Any]


class Form(BaseModel):
    """One form: which metric it asks for, on which scale, and which questions carry the answers.

    Attributes:
        score: `ref` of the question with the number (opinion scale, rating, number, yes/no).
        comment: `ref` of the free-text question, when there is one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    survey_type: Literal["csat", "nps", "ces"]
    scale_min: float
    scale_max: float
    score: str
    comment: str | None = None

    @model_validator(mode="after")
    def _scale_grows(self) -> "Form":
        if self.scale_min >= self.scale_max:
            raise ValueError("scale_min must be below scale_max")
        return self

    def declare(self, row: Row, form_id: str) -> Row:
        """The row with form id, declared meaning, and the two answers that carry it."""
        answers = {
            (answer.get("field") or {}).get("ref"): answer for answer in row.get("answers") or []
        }
        return {
            **row,
            "form_id": form_id,
            "declared_survey_type": self.survey_type,
            "declared_scale_min": self.scale_min,
            "declared_scale_max": self.scale_max,
            "declared_score": _number(answers.get(self.score)),
            "declared_comment": _text(answers.get(self.comment)) if self.comment else None,
        }


def read_forms(forms: dict[str, Any]) -> dict[str, Form]:
    """The declared forms by id.

    Raises:
        SourceError: nothing declared, or a declaration that cannot be followed.
    """
    where = "channels.yml: survey.settings.forms"
    if not forms:
        raise SourceError("survey", where, "no form is declared", "declare each form to pull")
    read: dict[str, Form] = {}
    for form_id, spec in forms.items():
        try:
            read[form_id] = Form.model_validate(spec)
        except ValidationError as error:
            _, problem = first_problem(error)
            raise SourceError(
                "survey",
                where,
                f"form {form_id}: {problem}",
                "correct it; connectors/survey/README.md explains each key",
            ) from None
    return read


def _number(answer: Row | None) -> float | None:
    if not answer:
        return None
    value = answer.get(str(answer.get("type")))
    return float(value) if isinstance(value, int | float) else None


def _text(answer: Row | None) -> str | None:
    if not answer:
        return None
    value = answer.get(str(answer.get("type")))
    return value if isinstance(value, str) else None

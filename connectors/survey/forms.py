"""Where a form's answers are: by the `ref` of the questions that its owner declared."""

from typing import Any

from connectors.survey_scales import Questionnaire

Row = dict[str, Any]


class Form(Questionnaire):
    """One form; `score` and `comment` are refs of its questions.

    A score is asked by an opinion scale, a rating, a number, yes/no (1 and 0), or by a choice whose
    labels stand in `values`.
    """

    def declare(self, row: Row, form_id: str) -> Row:
        """The row with form id, declared meaning, and the two answers that carry it."""
        answers = {
            (answer.get("field") or {}).get("ref"): answer for answer in row.get("answers") or []
        }
        comment = _given(answers.get(self.comment)) if self.comment else None
        declared = self.declared(_given(answers.get(self.score)), comment)
        return {**row, "form_id": form_id, **declared}


def _given(answer: Row | None) -> Any:
    """What was answered: a number, a text, the label of a choice; None = nothing."""
    value = (answer or {}).get(str((answer or {}).get("type")))
    if isinstance(value, dict):
        return value.get("label")
    return int(value) if isinstance(value, bool) else value

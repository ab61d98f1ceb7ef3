"""What a response says: metadata as columns, and the answers that carry score and comment."""

from typing import Any

from connectors.contract import SourceError
from connectors.qualtrics.export import NAME, Row
from connectors.survey_scales import Questionnaire

# In the file they stand among the answers; as columns the gate and the models can see them.
METADATA = (
    *("startDate", "endDate", "recordedDate", "status", "progress", "duration", "finished"),
    *("ipAddress", "recipientEmail", "recipientFirstName", "recipientLastName"),
    *("externalDataReference", "distributionChannel", "userLanguage"),
    *("locationLatitude", "locationLongitude"),
)
_NUMBERS = ("status", "progress", "duration", "finished")


class Survey(Questionnaire):
    """One survey; `score` and `comment` are keys of the exported answers: `QID1`, `QID1_4` (a
    field of it), `QID2_TEXT`, or the name of an embedded data field."""

    def check(self, survey_id: str, described: Row) -> None:
        """See that the declared questions are the survey's.

        Raises:
            SourceError: one is not. An unknown key would else look like a question nobody answers.
        """
        known = {*described["questions"]}
        known |= {str(field.get("name")) for field in described.get("embeddedData") or []}
        for key in filter(None, (self.score, self.comment)):
            if key not in known and key.split("_")[0] not in known:
                where = f"channels.yml: {NAME}.settings.surveys.{survey_id}"
                remedy = "name one that it has (QID…, or an embedded data field)"
                raise SourceError(NAME, where, f"the survey has no question {key}", remedy)

    def declare(self, response: Row, survey_id: str) -> Row:
        """The row: metadata apart from the answers, and the `declared_*` columns."""
        answers = dict(response.get("values") or {})
        told = {key: answers.pop(key, response.get(key)) for key in METADATA}
        told |= {key: _whole(told[key]) for key in _NUMBERS}
        comment = answers.get(self.comment) if self.comment else None
        return {
            "responseId": response["responseId"],
            "surveyId": survey_id,
            **told,
            "values": answers,
            "labels": response.get("labels"),
            **self.declared(answers.get(self.score), comment),
        }

    def gone(self, response_id: str, survey_id: str) -> Row:
        """The row of a response that the vendor no longer has."""
        return {
            "responseId": response_id,
            "surveyId": survey_id,
            "isGone": True,
            **self.declared(None, None),
        }


def _whole(value: Any) -> int | None:
    """A count, a code or a flag of the file (1, "1", true) as a whole number."""
    text = str(int(value) if isinstance(value, bool) else value)
    return int(text) if text.lstrip("-").isdigit() else None

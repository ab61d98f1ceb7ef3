"""An erased person leaves the rows of survey tools: by address, number, talk, and in texts."""

from typing import Any

import pytest

from connectors.contract import resources
from connectors.judging import judge
from connectors.ledger import Ledger

ANN, NUMBER = "ann@example.com", "+15550001234"
TALK = {"conversation_id": "4711", "conversation_source": "zendesk"}


def kept(source: str, row: dict[str, Any]) -> dict[str, Any] | None:
    """What stays of a response after Ann, her number and her conversation were erased."""
    ledger = Ledger()
    ledger.add(
        "r1", [("email", "", ANN), ("phone", "", NUMBER), ("conversation", "zendesk", "4711")]
    )
    declared = resources(source)["responses"]
    assert declared.person is not None
    return judge(declared.person, row, source, ledger, declared.primary_key)


@pytest.mark.parametrize(
    ("source", "theirs"),
    [
        ("surveymonkey", {"email_address": "Ann@Example.com"}),
        ("surveymonkey", {"custom_variables": {"email": ANN}}),
        ("surveymonkey", {"custom_variables": TALK}),
        ("qualtrics", {"recipient_email": ANN}),
        ("qualtrics", {"values": {"email": ANN}}),
        ("qualtrics", {"values": TALK}),
        ("delighted", {"email": ANN}),
        ("delighted", {"phone": "+1 555 000 1234"}),
        ("delighted", {"properties": TALK}),
    ],
)
def test_a_response_of_the_person_goes(source: str, theirs: dict[str, Any]) -> None:
    assert kept(source, theirs) is None


@pytest.mark.parametrize("source", ["surveymonkey", "qualtrics", "delighted"])
def test_somebody_elses_response_stays_without_the_mention(source: str) -> None:
    row = kept(source, {"declared_comment": f"ask {ANN} about it", "declared_score": 4.0})
    assert row == {"declared_comment": "ask [erased] about it", "declared_score": 4.0}

"""An erased person's chats go: by visitor, address or ticket, and what was said with them."""

import pytest

from connectors.contract import resources
from connectors.judging import judge, left_behind
from connectors.ledger import Ledger
from tests.connectors.slices import Row
from tests.connectors.zendesk_chats import chat


@pytest.mark.parametrize(
    "theirs",
    [
        {"visitor": {"id": "2104.1"}},
        {"visitor": {"id": "2104.9", "email": "Ann@fern.example"}},
        {"zendesk_ticket_id": 4711},
    ],
)
def test_chat_of_an_erased_person_goes_and_takes_its_words_along(theirs: Row) -> None:
    ledger = Ledger()
    known = [("contact", "zendesk", "2104.1"), ("conversation", "zendesk", "4711")]
    ledger.add("r1", [("email", "", "ann@fern.example"), *known])
    declared = resources("zendesk")["chats"]
    assert declared.person is not None
    row = chat(1) | theirs
    assert judge(declared.person, row, "zendesk", ledger, declared.primary_key) is None
    assert judge(declared.person, chat(2), "zendesk", ledger, declared.primary_key) is not None
    left = left_behind(declared.person, row, "zendesk", "chats", declared.primary_key)
    assert ("conversation", "zendesk", "2605.2104.chat1") in left

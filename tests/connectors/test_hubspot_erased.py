"""What erasing a contact does to the rows of HubSpot and of Drift's export."""

import json

from connectors.contract import resources
from connectors.judging import judge
from connectors.ledger import Ledger
from tests.connectors.slices import Row


def kept(source: str, table: str, row: Row) -> Row | None:
    clause = resources(source)[table].person
    assert clause
    ledger = Ledger()
    ledger.add("r1", [("contact", source, "11"), ("email", "", "ann@x.example")])
    return judge(clause, row, source, ledger, resources(source)[table].primary_key)


def test_a_ticket_goes_with_its_only_contact_and_else_stays_without_words() -> None:
    ticket = {"id": "100", "subject": "Lamp", "content": "I, Ann", "contact_ids": '["11"]'}
    assert kept("hubspot", "tickets", ticket) is None
    shared = kept("hubspot", "tickets", {**ticket, "contact_ids": '["11", "12"]'})
    assert shared
    assert (shared["subject"], shared["content"]) == ("Lamp", None)
    assert "11" not in json.loads(shared["contact_ids"])
    other = {**ticket, "contact_ids": '["12"]'}
    assert kept("hubspot", "tickets", other) is other


def test_threads_and_answers_of_the_contact_go() -> None:
    assert kept("hubspot", "threads", {"id": "8", "associated_contact_id": "11"}) is None
    assert kept("hubspot", "feedback_submissions", {"id": "1", "contact_ids": '["11"]'}) is None


def test_a_user_of_drift_with_the_contacts_number_keeps_the_message() -> None:
    said = {"id": "m1", "conversation_id": "9", "author_id": "11", "author_type": "user"}
    assert kept("drift", "messages", said) is said
    assert kept("drift", "messages", {**said, "author_type": "contact"}) is None

"""From a small HubSpot account to the unified entities, with merges and a deletion on the way."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.hubspot.crm import moment
from sample.servers.hubspot_account import Account
from tests.connectors.hubspot_house import House, at, open_house
from tests.connectors.slices import Row, build_staging, load, staged
from tests.connectors.slices import at as instant


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as here:
        yield here


STAGES = [
    {"id": "1", "label": "New", "metadata": {"ticketState": "OPEN", "isClosed": "false"}},
    {"id": "2", "label": "Waiting on contact", "metadata": {"ticketState": "OPEN"}},
    {"id": "3", "label": "Waiting on us", "metadata": {"ticketState": "OPEN"}},
    {"id": "4", "label": "Done", "metadata": {"ticketState": "CLOSED", "isClosed": "true"}},
]


def company(account: Account) -> None:
    """Ann, who was Anna; her ticket from a form, her chat with a ticket, her chat without one."""
    care = {"id": "9", "name": "Care", "primary": True}
    other = {"id": "8", "name": "Sales", "primary": False}
    bob = {"firstName": "Bob", "lastName": "Day", "email": "Bob@acme.example", "userId": 55}
    bob |= {"createdAt": at(0), "updatedAt": at(0), "archived": False, "teams": [other, care]}
    account.owners += [{"id": "5", **bob}]
    account.owners += [{"id": "6", **bob, "userId": 66, "archived": True, "teams": []}]
    account.pipelines.append({"id": "0", "label": "Support", "stages": STAGES, "archived": False})
    account.channels.append({"id": "1000", "name": "LIVE_CHAT"})
    acme = {"name": "Acme Ltd", "website": "https://www.acme.example/shop"}
    account.put("companies", 1, at(0), lifecyclestage="customer", hubspot_owner_id="5", **acme)
    account.put("contacts", 12, at(0), email="anna@acme.example")
    ann = {"firstname": "Ann", "lastname": "Bell", "email": "ann@acme.example", "city": "Leeds"}
    ann |= {"associatedcompanyid": "1", "hs_language": "en-gb", "hs_email_optout": "true"}
    account.put("contacts", 11, at(0), **ann)
    form = {"subject": "Lamp", "content": "It is broken", "source_type": "FORM"}
    form |= {"hs_ticket_priority": "MEDIUM", "hs_ticket_category": "BILLING;GENERAL"}
    account.put("tickets", 100, at(0), hs_pipeline_stage="1", **form)
    account.put("tickets", 100, at(5), hs_pipeline_stage="2", hubspot_owner_id="5")
    account.put("tickets", 100, at(9), hs_pipeline_stage="4", hubspot_team_id="9")
    account.link("tickets", 100, "contacts", [11])
    # The form's ticket took over one that nobody sees any more.
    account.put("tickets", 101, at(1), subject="Lamp again")
    account.put("tickets", 102, at(2), hs_pipeline_stage="3", source_type="CHAT", content="hello")
    account.link("tickets", 102, "contacts", [11])
    account.thread(7, at(2), associatedContactId="11")["threadAssociations"] = {
        "associatedTicketId": "102"
    }
    account.message(7, "m1", at(2), "V-11", text="hello")
    account.message(7, "m2", at(3), "B-1", text="beep")
    account.message(7, "m3", at(4), "A-55", text="hi")
    account.message(7, "m4", at(5), "A-55", type="COMMENT", text="a hard one")
    account.thread(8, at(6), associatedContactId="11", assignedTo="A-55")
    account.message(8, "m5", at(6), "V-4711", text="anybody there?")
    account.message(8, "m6", at(8), "A-55", type="THREAD_STATUS_CHANGE", newStatus="CLOSED")
    account.threads["8"] |= {"status": "CLOSED", "closedAt": at(8)}
    easy = {"hs_survey_type": "CES", "hs_value": "6", "hs_content": "easy", "hs_contact_id": "11"}
    answered = str(moment(at(29)))
    account.put("feedback_submissions", 1, at(30), hs_submission_timestamp=answered, **easy)
    account.link("feedback_submissions", 1, "tickets", [100])
    account.put("feedback_submissions", 2, at(30), hs_survey_type="CUSTOM", hs_value="3")


def when(minute: int) -> Any:
    return instant(f"2026-06-01 00:{minute:02d}").replace(microsecond=250_000)


def columns(rows: dict[str, Row], *names: str) -> dict[str, tuple[Any, ...]]:
    return {key: tuple(row[name] for name in names) for key, row in rows.items()}


def test_staging_gives_the_unified_entities(house: House) -> None:
    company(house.account)
    house.pull()
    house.account.merge("contacts", 12, 11, at(10))
    house.account.merge("tickets", 101, 100, at(10))
    house.account.delete("companies", 1, at(11))
    house.pull()
    assert all(account.quarantined == 0 for account in load("hubspot").values())
    build_staging("hubspot")

    (account,) = staged("hubspot", "accounts").values()
    assert (account["name"], account["domain"], account["owner"]) == (
        *("Acme Ltd", "acme.example", "Bob Day"),
    )
    assert (account["customer_status"], account["remote_was_deleted"]) == ("customer", True)
    contacts = staged("hubspot", "contacts")
    assert columns(contacts, "email", "remote_was_deleted", "merged_into_remote_id") == {
        "11": ("ann@acme.example", False, None),
        "12": ("anna@acme.example", True, "11"),
    }
    assert columns(contacts, "name", "company", "language", "address", "do_not_contact")["11"] == (
        *("Ann Bell", "Acme Ltd", "en", "Leeds", True),
    )
    assert columns(staged("hubspot", "agents"), "name", "email", "team", "role", "active_to") == {
        "5": ("Bob Day", "bob@acme.example", "Care", "agent", None),
        "6": ("Bob Day", "bob@acme.example", None, "agent", when(0)),
        "B-1": (None, None, None, "bot", None),
    }
    told = staged("hubspot", "conversations")
    assert columns(told, "channel", "status", "contact_remote_id", "assignee_agent_remote_id") == {
        "100": ("ticket", "closed", "11", "5"),
        "101": ("ticket", "open", None, None),
        "102": ("chat", "open", "11", None),
        "thread-8": ("chat", "closed", "11", "5"),
    }
    assert columns(told, "subject", "priority", "team", "tags", "opened_at")["100"] == (
        *("Lamp", "normal", "Care", '["billing","general"]', when(0)),
    )
    assert told["101"]["merged_into_remote_id"] == "100"
    said = staged("hubspot", "messages")
    assert columns(said, "conversation_remote_id", "author_type", "author_remote_id", "body") == {
        "content-100": ("100", "customer", "11", "It is broken"),
        "m1": ("102", "customer", "11", "hello"),
        "m2": ("102", "bot", "B-1", "beep"),
        "m3": ("102", "agent", "5", "hi"),
        "m4": ("102", "agent", "5", "a hard one"),
        "m5": ("thread-8", "customer", "11", "anybody there?"),
    }
    assert [key for key, row in said.items() if not row["is_public"]] == ["m4"]
    happened = [
        (row["conversation_remote_id"], row["event_type"], row["old_value"], row["new_value"])
        for row in sorted(
            staged("hubspot", "conversation_events").values(),
            key=lambda row: (row["conversation_remote_id"], row["occurred_at"], row["event_type"]),
        )
    ]
    assert happened == [
        ("100", "priority", None, "normal"),
        ("100", "status", None, "new"),
        ("100", "assignee", None, "5"),
        ("100", "status", "new", "pending"),
        ("100", "status", "pending", "closed"),
        ("102", "status", None, "open"),
        ("thread-8", "status", None, "open"),
        ("thread-8", "status", "open", "closed"),
    ]
    (answer,) = staged("hubspot", "survey_responses").values()
    assert (answer["survey_type"], answer["score"], answer["scale_min"], answer["scale_max"]) == (
        *("ces", 6.0, 1.0, 7.0),
    )
    assert (answer["conversation_remote_id"], answer["contact_remote_id"]) == ("100", "11")
    assert (answer["responded_at"], answer["comment"]) == (when(29), "easy")

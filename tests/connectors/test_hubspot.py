"""HubSpot: the search's cap and lag, deletes, restores and merges, threads, limits, faults."""

import json
from collections import deque
from collections.abc import Iterator
from typing import Any

import dlt
import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.http import Policy
from connectors.hubspot.crm import moment
from connectors.hubspot.source import source
from sample.servers.hubspot_account import Account
from sample.servers.hubspot_crm import app
from sample.servers.logins import RECEIVERS
from tests.connectors.slices import (
    Row,
    build_staging,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)
from tests.connectors.slices import at as instant
from warehouse.settings import settings

TOKEN = RECEIVERS["hubspot"].secret
SMALL = {"cap": 6, "page": 2}


class House:
    """One account, its server, and what Heedline has asked it."""

    def __init__(self) -> None:
        self.account = Account()
        self.now = 0.0
        self.waits: list[float] = []
        self.asked: list[str] = []
        self.faults: deque[tuple[str, Response]] = deque()
        self.address = ""

    def app(self, **limits: Any) -> FastAPI:
        api = app(self.account, clock=lambda: self.now, **{**SMALL, **limits})
        intercept(api, self._between)
        return api

    def _between(self, request: Request) -> Response | None:
        self.asked.append(request.url.path)
        if self.faults and request.url.path.endswith(self.faults[0][0]):
            return self.faults.popleft()[1]
        return None

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def pull(self, *only: str, secret: str = TOKEN, **settings: Any) -> dict[str, int]:
        """Rows landed by resource; `only`: of these resources (fewer requests)."""
        login = Credentials(base_url=self.address, password=secret)
        all_of_it = source(login, policy=Policy(sleep=self._sleep, attempts=3), **settings)
        return extract("hubspot", all_of_it.with_resources(*only) if only else all_of_it)


@pytest.fixture
def house() -> Iterator[House]:
    here = House()
    with served(here.app()) as here.address:
        yield here


def at(minute: int, day: int = 1) -> str:
    return f"2026-06-{day:02d}T{minute // 60:02d}:{minute % 60:02d}:00.250Z"


def people(house: House, numbers: range, minute: int = 0) -> None:
    for number in numbers:
        house.account.put("contacts", number, at(minute), email=f"p{number}@x.example")


def held(columns: str, table: str = "contacts") -> list[tuple[Any, ...]]:
    return raw(f"select {columns} from raw_hubspot.{table} order by id")


def test_more_records_than_a_search_hands_out_all_arrive_and_nothing_comes_twice(
    house: House,
) -> None:
    """Fifteen of one instant, where a search ends at the sixth; ids that text would misorder."""
    people(house, range(95, 110))
    assert house.pull("contacts") == {"contacts": 15}
    account = load("hubspot")["contacts"]
    assert (account.received, account.accepted, account.quarantined) == (15, 15, 0)
    assert house.pull("contacts") == {}
    people(house, range(97, 98), minute=5)
    assert house.pull("contacts") == {"contacts": 1}
    assert load("hubspot")["contacts"].accepted == 1


def test_a_change_that_the_search_did_not_know_yet_is_found_by_the_next_run(house: House) -> None:
    people(house, range(1, 4))
    house.account.put("contacts", 2, at(1), email="new@x.example")
    house.account.unindexed["contacts", "2"] = None
    house.account.put("contacts", 3, at(5))
    assert house.pull("contacts") == {"contacts": 2}
    house.account.unindexed.clear()
    assert house.pull("contacts", lookback_minutes=10) == {"contacts": 1}
    load("hubspot")
    assert held("id, email")[1] == ("2", "new@x.example")


def test_a_record_that_changes_while_we_read_is_not_passed_over(house: House) -> None:
    people(house, range(1, 7))
    turned = iter([True])

    def between(request: Request) -> Response | None:
        # The third search is the second page of contacts: by then contact 5 has moved on.
        house.asked.append(request.url.path)
        if house.asked.count("/crm/objects/2026-03/contacts/search") == 3 and next(turned, False):
            house.account.put("contacts", 5, at(30), email="moved@x.example")
        return None

    api = house.app()
    intercept(api, between)
    with served(api) as house.address:
        assert house.pull("contacts")["contacts"] == 5
        assert house.pull("contacts")["contacts"] == 1
    load("hubspot")
    assert held("id, email")[4] == ("5", "moved@x.example")


def test_results_out_of_order_end_the_run_instead_of_leaving_some_out(house: House) -> None:
    people(house, range(1, 4))
    shuffled = {
        "total": 3,
        "results": [
            {"id": i, "updatedAt": at(0), "properties": {"lastmodifieddate": at(0)}} for i in "213"
        ],
    }
    first = json.dumps({**shuffled, "results": shuffled["results"][:1]})
    house.faults += [
        ("contacts/search", Response(first)),
        ("contacts/search", Response(json.dumps(shuffled))),
    ]
    with pytest.raises(SourceError, match="not in order of their id"):
        house.pull("contacts")
    assert house.pull("contacts") == {"contacts": 3}


def test_deleted_records_lose_their_words_and_restored_ones_come_back(house: House) -> None:
    house.account.put("tickets", 7, at(0), subject="Broken lamp", content="It does not shine")
    house.pull("tickets")
    house.account.delete("tickets", 7, at(9))
    assert house.pull("tickets") == {"tickets": 1}
    load("hubspot")
    assert held("archived, archived_at, subject, content", "tickets") == [(True, at(9), None, None)]
    assert house.pull("tickets") == {}
    house.account.restore("tickets", 7)  # its time of change is still before the deletion's
    assert house.pull("tickets") == {"tickets": 1}
    load("hubspot")
    assert held("archived, subject, changed_ms", "tickets") == [
        (False, "Broken lamp", moment(at(9)) + 1)  # type: ignore[operator]
    ]
    # Purged: in no list any more, it stays as it was last seen.
    house.account.delete("tickets", 7, at(20))
    house.pull("tickets")
    del house.account.records["tickets"]["7"]
    assert house.pull("tickets") == {}


def test_a_stale_search_result_does_not_undo_a_deletion(house: House) -> None:
    row = house.account.put("contacts", 1, at(0), email="a@x.example")
    house.pull("contacts")
    house.account.unindexed["contacts", "1"] = {**row, "properties": dict(row["properties"])}
    house.account.delete("contacts", 1, at(2))
    house.pull("contacts")
    load("hubspot")
    assert held("archived") == [(True,)]


def test_tickets_bring_their_history_and_all_that_hangs_on_them(house: House) -> None:
    house.account.put("tickets", 7, at(0), hs_pipeline_stage="1")
    house.account.put("tickets", 7, at(8), hs_pipeline_stage="4")
    house.account.link("tickets", 7, "contacts", [11, 12, 13, 14, 15])  # three pages of two
    house.account.put("tickets", 8, at(1))
    house.pull("tickets")
    load("hubspot")
    (first, second) = held("contact_ids, company_ids, properties_with_history", "tickets")
    assert json.loads(first[0]) == ["11", "12", "13", "14", "15"]
    assert [v["value"] for v in json.loads(first[2])["hs_pipeline_stage"]] == ["4", "1"]
    assert (json.loads(second[0]), json.loads(second[1])) == ([], [])


def test_former_values_are_asked_for_fifty_tickets_at_once(house: House) -> None:
    for number in range(1, 103):
        house.account.put("tickets", number, at(0))
    with served(house.app(page=100, cap=10_000)) as house.address:
        assert house.pull("tickets") == {"tickets": 102}
    assert house.asked.count("/crm/objects/2026-03/tickets/batch/read") == 3


def test_a_thread_comes_whole_again_when_it_gets_a_message_and_when_it_is_closed(
    house: House,
) -> None:
    account = house.account
    account.thread(1, at(0))
    for number in range(5):
        account.message(1, f"m{number}", at(number), "V-11", text=f"line {number}")
    assert house.pull("threads") == {"threads": 1}
    assert house.pull("threads") == {}
    # Nobody writes any more: the list moves by no time of the thread.
    account.thread(1, at(0), status="CLOSED", closedAt=at(50))
    assert house.pull("threads") == {"threads": 1}
    load("hubspot")
    ((status, messages),) = held("status, messages", "threads")
    assert status == "CLOSED"
    assert [m["text"] for m in json.loads(messages)] == [f"line {n}" for n in range(5)]


def test_a_deleted_thread_loses_its_words_and_a_restored_one_gets_them_back(house: House) -> None:
    house.account.thread(1, at(0))
    house.account.message(1, "m1", at(1), "V-11", text="secret")
    house.pull("threads")
    house.account.threads["1"]["archived"] = True
    assert house.pull("threads") == {"threads": 1}
    load("hubspot")
    assert held("archived, messages", "threads") == [(True, "[]")]
    assert house.pull("threads") == {}
    house.account.threads["1"]["archived"] = False
    assert house.pull("threads") == {"threads": 1}
    load("hubspot")
    ((archived, messages),) = held("archived, messages", "threads")
    assert (archived, json.loads(messages)[0]["text"]) == (False, "secret")


def test_cut_messages_are_fetched_in_full(house: House) -> None:
    house.account.thread(1, at(0))
    for id_, how in (("m1", "TRUNCATED"), ("m2", "TRUNCATED_TO_MOST_RECENT_REPLY")):
        house.account.message(1, id_, at(1), "V-11", text="cut", truncationStatus=how)
        house.account.originals[id_] = {"text": "whole", "richText": "<p>whole</p>"}
    house.pull("threads")
    load("hubspot")
    ((messages,),) = held("messages", "threads")
    assert [m["text"] for m in json.loads(messages)] == ["whole", "cut"]


def test_times_in_either_form_are_one_instant() -> None:
    assert moment("2026-06-01T00:00:00.250Z") == moment("1780272000250") == 1780272000250
    assert moment("2026-06-01T02:00:00.250000+02:00") == 1780272000250
    assert (moment(None), moment(""), moment("next spring")) == (None, None, None)


def test_the_ten_second_limit_is_waited_out(house: House) -> None:
    people(house, range(1, 3))
    with served(house.app(per_ten_seconds=3)) as house.address:
        assert house.pull() == {"contacts": 2}
    assert house.waits
    assert all(10 <= wait < 11 for wait in house.waits)


def test_the_vendors_own_count_is_kept(house: House) -> None:
    people(house, range(1, 4))
    house.account.delete("contacts", 3, at(2))
    house.pull("contacts")
    state = dlt.attach("hubspot_landing", pipelines_dir=str(settings().dlt)).state
    kept = state["sources"]["hubspot"]["resources"]["contacts"]
    assert kept["vendor_count"]["count"] == 2
    assert kept["until"] == moment(at(0))


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("contacts", '{"results": [{"id": "1"', "answer is not JSON"),
        ("contacts", '{"status": "error"}', "no list 'results'"),
        ("contacts/search", '{"results": []}', "no total"),
        ("companies/batch/read", '{"results": null}', "no list 'results'"),
        ("owners/2026-03", "<html>maintenance</html>", "answer is not JSON"),
        ("threads/1/messages", '{"message": "later"}', "no list 'results'"),
    ],
)
def test_a_broken_answer_lands_nothing_and_the_next_run_has_it_all(
    house: House, path: str, body: str, problem: str
) -> None:
    people(house, range(1, 4))
    house.account.put("tickets", 7, at(0))
    house.account.link("tickets", 7, "companies", [3])
    house.account.thread(1, at(0))
    house.faults.append((path, Response(body)))
    with pytest.raises(SourceError, match=problem):
        house.pull()
    assert load("hubspot") == {}
    assert house.pull() == {"contacts": 3, "tickets": 1, "threads": 1}


def test_a_wrong_token_is_one_line_without_it(house: House) -> None:
    with pytest.raises(SourceError) as caught:
        house.pull(secret="pat-not-the-token")
    text = str(caught.value)
    assert "credentials refused (HTTP 401)" in text
    assert "heedline_hubspot" in text
    assert "pat-not-the-token" not in text
    assert "\n" not in text


def test_surveys_and_inbox_can_be_left_out(house: House) -> None:
    house.pull(feedback=False, conversations=False)
    assert not [path for path in house.asked if "feedback" in path or "conversations" in path]


def test_own_properties_are_asked_for_and_land_by_their_meaning(house: House) -> None:
    house.account.put("contacts", 1, at(0), account_no="F-1", opt_in="2026-01-02")
    house.account.put("companies", 2, at(0), tier="mid")
    house.account.put("feedback_submissions", 3, at(0), hs_survey_id="9", hs_survey_type="CUSTOM")
    own: Row = {
        "segment": "tier",
        "external_ids": {"account": "account_no"},
        "consent": {"marketing": "opt_in"},
        "surveys": {"9": {"survey_type": "csat", "scale_min": 1, "scale_max": 5}},
    }
    house.pull(properties=own)
    load("hubspot")
    ((ids, consent),) = held("declared_external_ids, declared_consent")
    assert (json.loads(ids), json.loads(consent)) == (
        {"account": "F-1"},
        {"marketing": "2026-01-02"},
    )
    assert held("declared_segment", "companies") == [("mid",)]
    assert held("declared_survey_type, declared_scale_max", "feedback_submissions") == [
        ("csat", 5.0)
    ]


def test_a_declaration_that_cannot_be_followed_is_named() -> None:
    login = Credentials(base_url="http://127.0.0.1:1", password=TOKEN)
    with pytest.raises(SourceError, match=r"channels\.yml: hubspot\.settings\.properties: segmet"):
        source(login, properties={"segmet": "tier"})


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

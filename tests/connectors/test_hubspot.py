"""HubSpot: the search's cap and lag, deletes and restores, limits, faults."""

import json
from collections.abc import Iterator
from copy import deepcopy

import dlt
import pytest
from fastapi import Request, Response

from connectors import repull
from connectors.contract import Credentials, SourceError
from connectors.hubspot.crm import moment
from connectors.hubspot.source import source
from tests.connectors.hubspot_house import TOKEN, House, at, held, open_house, people
from tests.connectors.slices import Row, intercept, load, served
from warehouse.settings import settings


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as here:
        yield here


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


def test_what_was_restored_before_a_pull_anew_comes_back_with_it(house: House) -> None:
    house.account.put("tickets", 7, at(0), subject="Broken lamp", content="It does not shine")
    house.account.delete("tickets", 7, at(9))
    house.pull("tickets")
    load("hubspot")
    house.account.restore("tickets", 7)
    repull.ask("hubspot", ["tickets"])
    house.pull("tickets")
    load("hubspot")
    assert held("archived, subject", "tickets") == [(False, "Broken lamp")]


def test_a_stale_search_result_does_not_undo_a_deletion(house: House) -> None:
    house.account.put("contacts", 1, at(0), email="a@x.example")
    house.pull("contacts")
    changed = deepcopy(house.account.put("contacts", 1, at(1), email="b@x.example"))
    house.account.delete("contacts", 1, at(2))
    house.pull("contacts")
    # Only now the search comes to know of the change before the deletion.
    house.account.unindexed["contacts", "1"] = changed
    assert house.pull("contacts") == {"contacts": 1}
    load("hubspot")
    assert held("archived, email") == [(True, "b@x.example")]


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

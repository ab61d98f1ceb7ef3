"""HubSpot's inbox: threads come whole again when something happens to them."""

import json
from collections.abc import Iterator

import pytest

from connectors import repull
from tests.connectors.hubspot_house import House, at, held, open_house
from tests.connectors.slices import load


@pytest.fixture
def house() -> Iterator[House]:
    with open_house() as here:
        yield here


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


def test_threads_of_the_bin_land_again_with_a_pull_anew(house: House) -> None:
    house.account.thread(1, at(0), archived=True)
    house.account.thread(2, at(0))
    assert house.pull("threads") == {"threads": 2}
    repull.ask("hubspot", ["threads"])
    assert house.pull("threads") == {"threads": 2}


def test_cut_messages_are_fetched_in_full(house: House) -> None:
    house.account.thread(1, at(0))
    for id_, how in (("m1", "TRUNCATED"), ("m2", "TRUNCATED_TO_MOST_RECENT_REPLY")):
        house.account.message(1, id_, at(1), "V-11", text="cut", truncationStatus=how)
        house.account.originals[id_] = {"text": "whole", "richText": "<p>whole</p>"}
    house.pull("threads")
    load("hubspot")
    ((messages,),) = held("messages", "threads")
    assert [m["text"] for m in json.loads(messages)] == ["whole", "cut"]

"""Guru's lists: cards through all of theirs, those that are gone, events by day."""

import pytest
from fastapi import Request, Response

from connectors import repull
from connectors.contract import SourceError
from tests.connectors.guru_house import House, card, event, held
from tests.connectors.slices import intercept, load, raw


def test_cards_of_all_pages_and_the_archived_arrive_once(guru: House) -> None:
    assert guru.pull()["cards"] == 5
    account = load("guru")["cards"]
    assert (account.received, account.accepted, account.quarantined) == (5, 5, 0)
    assert held("id, archived") == [(f"card-{n}", n > 3) for n in range(1, 6)]
    assert guru.team.asked.count("POST /api/v1/search/cardmgr") == 3


def test_what_has_not_changed_does_not_land_again(guru: House) -> None:
    guru.team.events = [event("2025-03-02T10:00:00.000+0000")]
    guru.pull()
    # Somebody read a card: only a counter moved.
    guru.team.put(card(1, cardInfo={"analytics": {"views": 8}}))
    assert guru.pull() == {}


def test_a_verification_that_ends_by_itself_is_seen(guru: House) -> None:
    guru.pull()
    guru.team.put(card(2, verificationState="NEEDS_VERIFICATION"))
    assert guru.pull() == {"cards": 1}
    load("guru")
    assert held("id", "verification_state = 'NEEDS_VERIFICATION'") == [("card-2",)]


def test_no_token_of_a_collection_lands(guru: House) -> None:
    guru.pull()
    load("guru")
    assert {name for (name,) in held("json_extract_string(collection, '$.name')")} == {"Help"}
    assert held("*", "cast(cards as varchar) like '%live-collection-token%'") == []


def test_a_card_that_is_gone_is_told_and_may_come_back(guru: House) -> None:
    guru.pull()
    load("guru")
    del guru.team.cards["card-2"]
    assert guru.pull() == {"cards": 1}
    load("guru")
    assert held("id, preferred_phrase", "declared_deleted") == [("card-2", None)]
    assert guru.pull() == {}
    guru.team.put(card(2))
    guru.pull()
    load("guru")
    assert held("id", "declared_deleted") == []
    assert held("preferred_phrase", "id = 'card-2'") == [("Watering 2",)]


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(guru: House) -> None:
    pulled = guru.pull()
    del guru.team.cards["card-2"]
    repull.ask("guru", ["cards"])
    assert guru.pull() == {"cards": pulled["cards"]}
    load("guru")
    assert held("id", "declared_deleted") == [("card-2",)]


def test_a_card_that_left_a_list_while_it_was_read_is_not_taken_for_deleted(guru: House) -> None:
    guru.pull()
    lists = iter(["live", "live, page 2", "archived"])

    def restored(request: Request) -> Response | None:
        # Live again after the live ones were read: neither list has it.
        if "cardmgr" in request.url.path and next(lists) == "archived":
            guru.team.put(card(4, archived=False))
        return None

    intercept(guru.api, restored)
    guru.pull()
    load("guru")
    assert held("archived, declared_deleted", "id = 'card-4'") == [(False, None)]


def test_a_card_that_may_not_be_read_any_more_stops_the_run(guru: House) -> None:
    guru.pull()
    del guru.team.cards["card-2"]
    intercept(
        guru.api, lambda r: Response(status_code=403) if r.url.path.endswith("/card-2") else None
    )
    with pytest.raises(SourceError, match=r"/cards/card-2: access denied"):
        guru.pull()


def test_events_land_once_however_their_days_are_cut(guru: House) -> None:
    # On the edge of two windows, both of which have it, for both ends are included.
    edge = event("2026-07-14T00:00:00.000+0000")
    guru.team.events = [edge, event("2025-03-01T00:00:00Z"), event("2025-02-28T23:59:59Z")]
    assert guru.pull(window_days=500)["events"] == 2
    account = load("guru")["events"]
    assert (account.received, account.accepted) == (2, 2)


def test_equal_events_of_a_day_count_each_and_keep_their_keys(guru: House) -> None:
    guru.team.events = [event("2025-03-05"), event("2025-03-05"), event("2025-03-06")]
    guru.pull(lookback_days=5000)
    assert load("guru")["events"].accepted == 3
    # A late one, before the others: theirs stay, and it alone is new.
    guru.team.events.insert(0, event("2025-03-05"))
    assert guru.pull(lookback_days=5000) == {"events": 1}
    assert load("guru")["events"].accepted == 1
    assert raw("select count(*), count(distinct event_key) from raw_guru.events") == [(4, 4)]


def test_an_event_is_keyed_by_its_id_where_it_has_one(guru: House) -> None:
    guru.team.events = [event("2025-03-05", id="e-1"), event("2025-03-05", id="e-2")]
    guru.pull()
    load("guru")
    assert raw("select event_key from raw_guru.events order by 1") == [("e-1",), ("e-2",)]

"""Guru: cards through all their lists, events by day, and the staging they end in."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors import repull
from connectors.contract import SourceError
from connectors.guru.source import source
from connectors.http import Policy
from sample.servers.guru import Team, app
from sample.servers.logins import Login
from tests.connectors.slices import (
    at,
    build_staging,
    credentials,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)

LOGIN = Login("reports@fernhill.example", "gu-sample-51c7e09b3d")
# Wide enough that few requests cover the days from then to today.
SETTINGS: dict[str, Any] = {"start_at": "2025-03-01T00:00:00Z", "window_days": 5000}
SEARCHED = {"terms": "pump", "found": 0}
SEARCHES = {
    "card-viewed": {"means": "view"},
    "search": {"means": "search", "query": "terms", "results": "found"},
}


def card(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "id": f"card-{number}",
        "preferredPhrase": f"Watering {number}",
        "slug": f"c{number}/Watering-{number}",
        "content": "<p>Twice a week.</p>",
        "dateCreated": f"2025-01-{number:02d}T09:00:00.000+0000",
        "lastModified": f"2025-02-{number:02d}T09:00:00.000+0000",
        "verificationState": "TRUSTED",
        "verificationInterval": 90,
        "version": number,
        "collection": {"id": "col-1", "name": "Help", "token": "live-collection-token"},
        "verifiers": [{"type": "user", "user": {"email": "kim@fernhill.example"}}],
        "cardInfo": {"analytics": {"views": 7}},
    }
    return {**row, **changes}


def event(moment: str, kind: str = "card-viewed", **changes: Any) -> dict[str, Any]:
    row = {
        "eventType": kind,
        "eventDate": moment,
        "user": "Ann@Example.com",
        "properties": {"cardId": "card-1", "source": "UI"},
    }
    return {**row, **changes}


class House:
    """A team, its server, and the connector signed in there."""

    def __init__(self, team: Team, api: FastAPI, address: str) -> None:
        self.team, self.api, self.address = team, api, address

    def pull(self, secret: str = LOGIN.secret, **settings: Any) -> dict[str, int]:
        there = credentials(self.address, LOGIN.user, secret)
        policy = Policy(sleep=lambda _: None)
        return extract("guru", source(there, **{**SETTINGS, "policy": policy, **settings}))


@pytest.fixture(scope="module")
def serving() -> Iterator[House]:
    team = Team(LOGIN)
    api = app(team)
    with served(api) as address:
        yield House(team, api, address)


@pytest.fixture
def guru(serving: House) -> House:
    """The server's team, emptied: five cards of which two are archived, two to a page."""
    serving.team.__init__(LOGIN, page_size=2)  # type: ignore[misc]
    serving.api.user_middleware.clear()
    serving.api.middleware_stack = None
    for number in range(1, 6):
        serving.team.put(card(number, archived=number > 3))
    return serving


def held(columns: str = "id", where: str = "true") -> list[tuple[Any, ...]]:
    return raw(f"select {columns} from raw_guru.cards where {where} order by id")


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


def test_a_page_that_leads_back_ends_the_run(guru: House) -> None:
    def circle(request: Request) -> Response | None:
        if "cardmgr" not in request.url.path:
            return None
        link = f'<{guru.address}/api/v1/search/cardmgr?token=again>; rel="next-page"'
        return Response(json.dumps([card(1)]), headers={"Link": link})

    intercept(guru.api, circle)
    with pytest.raises(SourceError, match="cardmgr: the next page is one that was read already"):
        guru.pull()


def test_a_collection_token_is_told_what_it_lacks(guru: House) -> None:
    intercept(guru.api, lambda r: Response("{}") if r.url.path.endswith("whoami") else None)
    with pytest.raises(SourceError, match=r"names no team; sign in with a user token"):
        guru.pull()


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("analytics", '[{"eventType": "card-viewed", "eventDate": "soon"}]', "eventDate is no tim"),
        ("cardmgr", '[{"preferredPhrase": "Watering"}]', "a card without an id"),
        ("cardmgr", '{"message": "maintenance"}', "answer is no list of objects"),
        ("cardmgr", '[{"id": "card-', "answer is not JSON"),
    ],
)
def test_a_broken_answer_moves_nothing_and_the_next_run_heals(
    guru: House, path: str, body: str, problem: str
) -> None:
    guru.team.events = [event("2025-03-05"), event("2025-03-06"), event("2025-03-07")]
    spoiled = iter([False, True])

    def spoil(request: Request) -> Response | None:
        if path in request.url.path and next(spoiled, False):
            return Response(body, media_type="application/json")
        return None

    intercept(guru.api, spoil)
    with pytest.raises(SourceError, match=problem):
        guru.pull()
    assert load("guru") == {}
    assert guru.pull() == {"cards": 5, "events": 3}
    assert {account.accepted for account in load("guru").values()} == {5, 3}


def test_the_limit_is_waited_out(guru: House) -> None:
    waits: list[float] = []
    limited = iter([Response(status_code=429, headers={"Retry-After": "7"})])
    intercept(guru.api, lambda _: next(limited, None))
    guru.pull(policy=Policy(sleep=waits.append))
    assert [int(wait) in (7, 8) for wait in waits] == [True]


def test_a_wrong_token_is_one_line_without_it(guru: House) -> None:
    with pytest.raises(SourceError) as caught:
        guru.pull(secret="not-the-token")
    line = str(caught.value)
    assert line.startswith("guru: /api/v1/")
    assert line.endswith("renew login and secret in connection heedline_guru")
    assert "not-the-token" not in line


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"start_at": "last week"}, r"correct start_at in channels\.yml"),
        ({"events": {"card-viewed": {"means": "smile"}}}, "card-viewed: means"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(
    guru: House, settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(SourceError, match=problem):
        guru.pull(**settings)


def test_articles_and_events_in_the_unified_terms(guru: House) -> None:
    guru.team.put(card(6, dateCreated="yesterday"))
    del guru.team.cards["card-2"]
    guru.team.events = [
        event("2025-03-05T10:00:00.000+0000", id="seen"),
        event("2025-03-05T10:01:00.000+0000", id="ours", user="kim@Fernhill.example"),
        event("2025-03-05T10:02:00.000+0000", "card-copied", id="copied"),
        event("2025-03-05T10:03:00.000+0000", "search", id="failed", properties=SEARCHED),
    ]
    guru.pull(events=SEARCHES, own_domains=["fernhill.example"])
    account = load("guru")["cards"]
    assert (account.received, account.accepted, account.quarantined) == (5, 4, 1)
    build_staging("guru")

    articles = staged("guru", "articles")
    assert set(articles) == {"card-1", "card-3", "card-4", "card-5"}
    first = articles["card-1"]
    assert (first["title"], first["url"]) == (
        *("Watering 1", "https://app.getguru.com/card/c1/Watering-1"),
    )
    assert (first["created_at"], first["updated_at"]) == (
        *(at("2025-01-01 09:00"), at("2025-02-01 09:00")),
    )
    assert {key for key, row in articles.items() if row["remote_was_deleted"]} == {
        *("card-4", "card-5"),
    }
    events = staged("guru", "article_events")
    assert set(events) == {"seen", "failed"}
    seen, failed = events["seen"], events["failed"]
    assert (seen["event_type"], seen["article_remote_id"], seen["contact_remote_id"]) == (
        *("view", "card-1", "ann@example.com"),
    )
    assert seen["occurred_at"] == at("2025-03-05 10:00")
    assert (failed["event_type"], failed["query"], failed["results_count"]) == ("search", "pump", 0)
    assert set(staged("guru", "contacts")) == {"ann@example.com"}
    assert raw("select distinct is_verified from staging.base_guru__cards") == [(True,)]

"""What Guru's faults come to: broken answers, the limit, tokens, settings."""

import json
from typing import Any

import pytest
from fastapi import Request, Response

from connectors.contract import SourceError
from connectors.http import Policy
from tests.connectors.guru_house import House, card, event
from tests.connectors.slices import intercept, load


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

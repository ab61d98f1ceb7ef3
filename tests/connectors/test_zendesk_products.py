"""Zendesk beside tickets: newer satisfaction surveys, the help centre, calls."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.zendesk.source import source
from sample.servers.zendesk import app
from tests.connectors.slices import (
    build_staging,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)
from tests.connectors.test_zendesk import LOGIN, NOW, world
from tests.connectors.zendesk_store import (
    SETTINGS,
    article,
    audit,
    fill,
    rated,
    rating,
    response,
    vote,
)


@pytest.fixture
def api(tmp_path: Path) -> FastAPI:
    made = app(world(tmp_path / "world"), clock=lambda: NOW, exports_per_minute=10**6)
    fill(made)
    return made


@pytest.fixture
def zendesk(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)


def pull(zendesk: Credentials, **settings: Any) -> dict[str, int]:
    return extract("zendesk", source(zendesk, **{**SETTINGS, **settings}))


def test_survey_response_is_found_behind_the_first_page_of_audits(zendesk: Credentials) -> None:
    assert pull(zendesk)["survey_responses"] == 2
    assert pull(zendesk) == {}


def test_account_without_newer_surveys_is_not_asked_for_them(
    api: FastAPI, zendesk: Credentials
) -> None:
    asked: list[str] = []
    intercept(api, lambda request: asked.append(request.url.path))
    assert "survey_responses" not in extract("zendesk", source(zendesk))
    assert not any("audits" in path or "survey" in path for path in asked)
    # Switched on later it begins with the oldest ticket.
    assert pull(zendesk)["survey_responses"] == 2


def test_answer_that_is_changed_lands_again(api: FastAPI, zendesk: Credentials) -> None:
    pull(zendesk)
    load("zendesk")
    changed = response("01R", rating(2, at="2026-05-06T08:00:00Z"))
    api.state.products.survey_responses["01R"] = changed
    rated(api, 1, "bad", changed=30 * 86_400)
    assert pull(zendesk)["survey_responses"] == 1
    account = load("zendesk")["survey_responses"]
    assert (account.accepted, account.duplicates) == (1, 0)


def test_ticket_or_response_that_is_gone_is_left_out(api: FastAPI, zendesk: Credentials) -> None:
    event = {"id": 3, "type": "SurveyResponseSubmitted", "survey_response_id": "01GONE"}
    api.state.products.audits[2] = [audit(3000, 9, event)]

    def gone(request: Request) -> Response | None:
        path = request.url.path
        return Response("{}", 404) if path.endswith("tickets/1/audits.json") else None

    intercept(api, gone)
    assert "survey_responses" not in pull(zendesk)


def test_failed_response_keeps_the_cursor_and_the_next_run_heals(
    api: FastAPI, zendesk: Credentials
) -> None:
    broken = iter([True])

    def cut(request: Request) -> Response | None:
        if "survey_responses/01R" in request.url.path and next(broken, False):
            return Response('{"survey_response": null}', media_type="application/json")
        return None

    intercept(api, cut)
    with pytest.raises(SourceError, match="survey_responses/01R: answer is no survey response"):
        pull(zendesk)
    assert pull(zendesk)["survey_responses"] == 2


def test_article_export_ends_though_it_always_names_a_next_page(
    api: FastAPI, zendesk: Credentials
) -> None:
    asked: list[str] = []

    def listen(request: Request) -> None:
        if "incremental/articles" in request.url.path:
            asked.append(request.url.query)

    intercept(api, listen)
    assert pull(zendesk)["articles"] == 5
    assert len(asked) == 3, "three rows each, the first of them the last of the page before"
    # Another one in the very second that the first run ended on.
    api.state.products.articles.append(article(5, id=900))
    assert pull(zendesk) == {"articles": 1}
    assert pull(zendesk) == {}


def test_second_with_more_articles_than_a_page_is_said(api: FastAPI, zendesk: Credentials) -> None:
    products = api.state.products
    products.rows_per_export = 1000
    products.articles += [article(9, id=2000 + n) for n in range(1001)]
    with pytest.raises(SourceError, match=r"incremental/articles: page says nothing usable"):
        pull(zendesk)


def test_votes_come_though_their_article_stands_still(api: FastAPI, zendesk: Credentials) -> None:
    assert pull(zendesk)["article_votes"] == 3
    load("zendesk")
    products = api.state.products
    # One is changed, one taken back, one new: every article's own time stays.
    products.votes[0] |= {"value": -1, "updated_at": "2026-05-20T00:00:00Z"}
    products.votes[1:] = [products.votes[2], vote(4, 3, 1)]
    assert pull(zendesk) == {"article_votes": 3}
    load("zendesk")
    assert pull(zendesk) == {}
    told = raw("select id, value, taken_back from raw_zendesk.article_votes order by id")
    assert told == [(1, -1, False), (2, 0, True), (3, 1, False), (4, 1, False)]


def test_only_articles_whose_sums_moved_are_asked_for_votes(
    api: FastAPI, zendesk: Credentials
) -> None:
    pull(zendesk)
    api.state.products.votes.append(vote(5, 2, -1))
    asked: list[str] = []
    intercept(api, lambda request: asked.append(request.url.path))
    pull(zendesk)
    assert [path for path in asked if "votes" in path] == [
        "/api/v2/help_center/articles/802/votes.json"
    ]


def test_call_that_is_worked_out_later_lands_again(api: FastAPI, zendesk: Credentials) -> None:
    first = pull(zendesk)
    assert (first["calls"], first["call_legs"]) == (5, 5)
    load("zendesk")
    api.state.products.calls[4] |= {"talk_time": 81, "updated_at": "2026-05-05T10:00:00Z"}
    assert pull(zendesk) == {"calls": 1}
    load("zendesk")
    assert pull(zendesk) == {}
    assert raw("select talk_time from raw_zendesk.calls where id = 605") == [(81,)]


def test_export_without_a_count_is_said_and_the_next_run_heals(
    api: FastAPI, zendesk: Credentials
) -> None:
    broken = iter([True])

    def uncounted(request: Request) -> Response | None:
        if request.url.path.endswith("/legs") and next(broken, False):
            return Response('{"legs": [], "end_time": null}', media_type="application/json")
        return None

    intercept(api, uncounted)
    with pytest.raises(SourceError, match=r"incremental/legs: page says nothing usable"):
        pull(zendesk)
    assert pull(zendesk)["call_legs"] == 5


def test_unknown_product_is_named_with_the_known_ones(zendesk: Credentials) -> None:
    with pytest.raises(SourceError, match=r"no product 'fax'; write some of guide, talk"):
        pull(zendesk, products=["fax"])


def test_staging_gives_the_unified_entities(api: FastAPI, zendesk: Credentials) -> None:
    pull(zendesk)
    assert all(account.quarantined == 0 for account in load("zendesk").values())
    build_staging("zendesk")
    told = staged("zendesk", "survey_responses")
    # The rating 900 says the same of the same ticket; 901 was offered on another one.
    assert set(told) == {"01R", "01Q", "901"}
    assert (told["01Q"]["score"], told["01Q"]["responded_at"]) == (None, None)
    row = told["01R"]
    assert (row["score"], row["scale_min"], row["scale_max"]) == (4.0, 1.0, 5.0)
    assert (row["conversation_remote_id"], row["contact_remote_id"]) == ("1", "501")
    assert (row["agent_remote_id"], row["comment"]) == ("9001", "quick answer")
    assert row["sent_at"].isoformat()[:13] == "2026-05-04T09"
    assert row["responded_at"].isoformat()[:13] == "2026-05-05T08"
    articles = staged("zendesk", "articles")
    assert articles["801"]["url"] == "https://fernhill.example/hc/1"
    votes = staged("zendesk", "article_events")
    assert {
        id_: (row["event_type"], row["article_remote_id"], row["contact_remote_id"])
        for id_, row in votes.items()
    } == {
        "vote-1": ("helpful", "801", "501"),
        "vote-2": ("not_helpful", "801", "501"),
        "vote-3": ("helpful", "802", "501"),
    }
    calls = staged("zendesk", "calls")
    names = ("outcome", "direction", "talk_seconds", "conversation_remote_id")
    assert {id_: tuple(row[name] for name in names) for id_, row in calls.items()} == {
        "601": ("answered", "inbound", 95.0, "1"),
        "602": ("abandoned", "inbound", None, None),
        "603": ("voicemail", "inbound", None, "1"),
        "604": ("missed", "outbound", None, "1"),
        # Not worked out yet: what its two agents' legs say.
        "605": ("answered", "inbound", 80.0, "1"),
    }
    taken = calls["601"]
    assert (taken["answered_at"] - taken["ring_at"]).total_seconds() == 20
    assert (taken["ended_at"] - taken["ring_at"]).total_seconds() == 120

"""Zendesk beside tickets: newer satisfaction surveys, the help centre."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.zendesk.source import source
from sample.servers.zendesk import app
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
from tests.connectors.test_zendesk import LOGIN, NOW, world

SETTINGS: dict[str, Any] = {"survey_locale": "en-us", "products": ["guide"]}


def rated(api: FastAPI, number: int, score: str, changed: int = 0) -> None:
    """The ticket changes `changed` seconds later and says that it is rated."""
    tickets = api.state.records.tickets
    old = next(row for row in tickets if row["id"] == number)
    tickets.remove(old)
    moved = {"generated_timestamp": old["generated_timestamp"] + changed}
    tickets.append(old | moved | {"satisfaction_rating": {"id": 77, "score": score}})
    tickets.sort(key=lambda row: (row["generated_timestamp"], row["id"]))


def audit(id_: int, hour: int, *events: Row) -> Row:
    return {"id": id_, "created_at": f"2026-05-04T{hour:02d}:00:00Z", "events": list(events)}


def rating(value: int, at: str = "2026-05-05T08:00:00Z", points: int = 5) -> Row:
    options = [{"rating": n + 1, "label": {"type": "static"}} for n in range(points)]
    question = {"type": "rating_scale_numeric", "sub_type": "customer_satisfaction"}
    return {
        "type": "rating_scale",
        "rating": value,
        "rating_category": "good" if value > 3 else "bad",
        "question": {**question, "options": options},
        "created_at": at,
        "updated_at": at,
    }


def response(id_: str, *answers: Row) -> Row:
    return {
        "id": id_,
        "responder_id": 501,
        "expires_at": "2026-06-01T08:00:00Z",
        "survey": {"id": "01S", "version": 3, "state": "enabled"},
        "subjects": [{"id": "1", "type": "ticket", "zrn": "zen:ticket:1"}],
        "answers": list(answers),
    }


def article(number: int, **changes: Any) -> Row:
    at = f"2026-05-{number:02d}T09:00:00Z"
    return {
        "id": 800 + number,
        "title": f"Article {number}",
        "html_url": f"https://fernhill.example/hc/{number}",
        "locale": "en-us",
        "draft": False,
        "created_at": at,
        "updated_at": at,
        "edited_at": at,
    } | changes


def vote(number: int, about: int, value: int) -> Row:
    at = f"2026-05-10T{number:02d}:00:00Z"
    of = {"item_id": 800 + about, "item_type": "Article", "user_id": 501}
    return {"id": number, **of, "value": value, "created_at": at, "updated_at": at}


def fill(api: FastAPI) -> None:
    """A ticket whose survey was answered on a scale, with words; a mirror of it as a rating."""
    products = api.state.products
    rated(api, 1, "good")
    offered = {"id": 1, "type": "SurveyOffered", "survey_response_id": "01R"}
    submitted = {"id": 2, "type": "SurveyResponseSubmitted", "survey_response_id": "01R"}
    # More audits than a page has, and the ones that matter are not on the first.
    quiet = [audit(1000 + n, 8, {"id": 5000 + n, "type": "Notification"}) for n in range(100)]
    products.audits[1] = [*quiet, audit(2000, 9, offered), audit(2001, 10, submitted)]
    products.survey_responses["01R"] = response(
        "01R",
        {"type": "skipped", "question": {"type": "open_ended"}},
        rating(4),
        {"type": "open_ended", "value": "quick answer", "question": {"type": "open_ended"}},
    )
    mirror = next(r for r in api.state.records.satisfaction_ratings if r["ticket_id"] == 1)
    mirror["updated_at"] = "2026-05-05T08:00:02Z"
    products.articles += [article(n) for n in range(1, 6)]
    products.votes += [vote(1, 1, 1), vote(2, 1, -1), vote(3, 2, 1)]
    products.rows_per_export = 2


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
    assert pull(zendesk)["survey_responses"] == 1
    assert pull(zendesk) == {}


def test_account_without_newer_surveys_is_not_asked_for_them(
    api: FastAPI, zendesk: Credentials
) -> None:
    asked: list[str] = []
    intercept(api, lambda request: asked.append(request.url.path))
    assert "survey_responses" not in extract("zendesk", source(zendesk))
    assert not any("audits" in path or "survey" in path for path in asked)
    # Switched on later it begins with the oldest ticket.
    assert pull(zendesk)["survey_responses"] == 1


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
    rated(api, 2, "bad")
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
    assert pull(zendesk)["survey_responses"] == 1


def test_article_export_ends_though_it_always_names_a_next_page(
    api: FastAPI, zendesk: Credentials
) -> None:
    asked: list[str] = []

    def listen(request: Request) -> None:
        if "incremental/articles" in request.url.path:
            asked.append(request.url.query)

    intercept(api, listen)
    assert pull(zendesk)["articles"] == 5
    assert len(asked) == 5, "two rows each, the first of them the last of the page before"
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


def test_unknown_product_is_named_with_the_known_ones(zendesk: Credentials) -> None:
    with pytest.raises(SourceError, match=r"no product 'fax'; write some of guide"):
        pull(zendesk, products=["fax"])


def test_staging_gives_the_unified_entities(api: FastAPI, zendesk: Credentials) -> None:
    pull(zendesk)
    assert all(account.quarantined == 0 for account in load("zendesk").values())
    build_staging("zendesk")
    told = staged("zendesk", "survey_responses")
    # The rating 900 says the same of the same ticket; 901 was offered on another one.
    assert set(told) == {"01R", "901"}
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

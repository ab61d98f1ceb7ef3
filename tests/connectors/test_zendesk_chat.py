"""Zendesk Chat: where the export ends, what comes again, and which conversation counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.counts import vendor_counts
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
from tests.connectors.zendesk_chats import EXTRA, SETTINGS, chat, fill

EXPORT = "/api/v2/chat/incremental/chats"


@pytest.fixture
def api(tmp_path: Path) -> FastAPI:
    made = app(world(tmp_path / "world"), clock=lambda: NOW, exports_per_minute=10**6)
    fill(made)
    return made


@pytest.fixture
def zendesk(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(
            base_url=address, login=LOGIN.user, password=LOGIN.secret, extra=dict(EXTRA)
        )


def pull(zendesk: Credentials, **settings: Any) -> dict[str, int]:
    return extract("zendesk", source(zendesk, **{**SETTINGS, **settings}))


def listen(api: FastAPI) -> list[dict[str, str]]:
    """What the export is asked from now on."""
    asked: list[dict[str, str]] = []

    def hear(request: Request) -> None:
        if request.url.path == EXPORT:
            asked.append(dict(request.query_params))

    intercept(api, hear)
    return asked


def replace(api: FastAPI, number: int, **changes: Any) -> None:
    """A chat changes, at noon."""
    chats: list[Row] = api.state.chat.chats
    chats[number - 1] |= {"update_timestamp": "2026-05-20T12:00:00Z"} | changes


def test_fewer_rows_than_asked_for_end_the_export(api: FastAPI, zendesk: Credentials) -> None:
    asked = listen(api)
    assert pull(zendesk, page_size=2)["chats"] == 7
    # A next page is named by every answer, the last one too.
    assert len(asked) == 4
    assert asked[1]["start_id"] == "2605.2104.chat2"
    assert {one["fields"] for one in asked} == {"chats(*)"}


def test_last_page_that_is_full_is_followed_by_an_empty_one(
    api: FastAPI, zendesk: Credentials
) -> None:
    api.state.chat.chats.append(chat(8))
    asked = listen(api)
    assert pull(zendesk, page_size=2)["chats"] == 8
    assert len(asked) == 5


def test_more_chats_of_one_second_than_a_page_has_are_all_read(
    api: FastAPI, zendesk: Credentials
) -> None:
    at = "2026-05-21T00:00:00Z"
    api.state.chat.chats += [chat(n, update_timestamp=at) for n in range(10, 17)]
    assert pull(zendesk, page_size=3)["chats"] == 14


def test_export_that_does_not_get_on_is_said(api: FastAPI, zendesk: Credentials) -> None:
    def again(request: Request) -> Response | None:
        if request.url.path == EXPORT:
            request.scope["query_string"] = b"start_time=0&limit=2&fields=chats(*)"
        return None

    intercept(api, again)
    with pytest.raises(SourceError, match=r"incremental/chats: page says nothing usable"):
        pull(zendesk, page_size=2)


def test_run_begins_minutes_before_the_last_and_lands_what_is_news(
    api: FastAPI, zendesk: Credentials
) -> None:
    # The newest chat changed as lately as the vendor shows: its time is no allowed beginning.
    api.state.chat.chats.append(chat(8, update_timestamp="2026-06-29T23:59:00Z"))
    assert pull(zendesk)["chats"] == 8
    load("zendesk")
    assert pull(zendesk) == {}
    # Listed late, with a time before the newest.
    api.state.chat.chats.append(chat(9, update_timestamp="2026-06-29T23:55:00Z"))
    assert pull(zendesk) == {"chats": 1}
    assert load("zendesk")["chats"].accepted == 1


def test_ended_chat_that_is_changed_lands_again(api: FastAPI, zendesk: Credentials) -> None:
    pull(zendesk)
    load("zendesk")
    replace(api, 1, tags=["parcel", "vip"])
    assert pull(zendesk) == {"chats": 1}
    account = load("zendesk")["chats"]
    assert (account.accepted, account.duplicates, account.quarantined) == (1, 0, 0)
    assert raw("select tags from raw_zendesk.chats where id like '%chat1'") == [
        ('["parcel","vip"]',)
    ]


def test_failed_page_keeps_the_state_and_the_next_run_heals(
    api: FastAPI, zendesk: Credentials
) -> None:
    broken = iter([True])

    def cut(request: Request) -> Response | None:
        later = request.url.path == EXPORT and "start_id" in request.query_params
        if later and next(broken, False):
            return Response('{"chats": [], "end_time": 1}', media_type="application/json")
        return None

    intercept(api, cut)
    with pytest.raises(SourceError, match=r"incremental/chats: page says nothing usable"):
        pull(zendesk, page_size=2)
    assert pull(zendesk, page_size=2)["chats"] == 7


def test_more_agents_than_a_page_has_are_all_read(api: FastAPI, zendesk: Credentials) -> None:
    agents = api.state.chat.agents
    agents += [{**agents[-1], "id": 10_000 + n} for n in range(150)]
    agents.sort(key=lambda row: row["id"])
    assert pull(zendesk)["chat_agents"] == 153


def test_chat_has_a_token_of_its_own(zendesk: Credentials) -> None:
    without = zendesk.model_copy(update={"extra": {}})
    with pytest.raises(SourceError, match=r"chat_token.* into the extra of heedline_zendesk"):
        pull(without)
    wrong = zendesk.model_copy(update={"extra": {"chat_token": LOGIN.secret}})
    with pytest.raises(SourceError, match="401"):
        pull(wrong)
    # Who does not pull chats needs none.
    assert pull(without, products=[])["tickets"] == 3


def test_search_counts_as_an_estimate(zendesk: Credentials) -> None:
    pull(zendesk)
    counted = vendor_counts("zendesk")["chats"]
    assert (counted.number, counted.exact) == (6, False)


def test_row_that_is_no_chat_is_set_aside(api: FastAPI, zendesk: Credentials) -> None:
    replace(api, 2, update_timestamp="2026-05-20T11:00:02Z", type="hologram")
    pull(zendesk)
    account = load("zendesk")["chats"]
    assert (account.accepted, account.quarantined) == (6, 1)


def test_staging_counts_a_chat_once(api: FastAPI, zendesk: Credentials) -> None:
    children = [c for e in api.state.records.ticket_events for c in e["child_events"]]
    (transcript,) = (child for child in children if child["id"] == 101)
    transcript["via"] = {"channel": "chat_transcript"}
    # Of a ticket that was offered a rating and has none.
    api.state.chat.chats.append(chat(8, rating="bad", zendesk_ticket_id=2))
    pull(zendesk)
    assert all(account.quarantined == 0 for account in load("zendesk").values())
    build_staging("zendesk")
    rows = staged("zendesk", "conversations")
    chats = {n: rows[f"2605.2104.chat{n}"] for n in range(1, 8)}
    names = ("channel", "status", "merged_into_remote_id", "remote_was_deleted")
    assert {n: tuple(row[name] for name in names) for n, row in chats.items()} == {
        1: ("chat", "solved", None, False),
        2: ("chatbot", "solved", None, False),
        3: ("chat", "closed", None, False),
        4: ("chat", "solved", "1", False),
        5: ("chat", "deleted", None, True),
        6: ("chat", "open", None, False),
        # Its ticket is not held: it counts itself.
        7: ("chat", "closed", None, False),
    }
    assert (chats[1]["team"], chats[1]["assignee_agent_remote_id"]) == ("Care", "9001")
    assert chats[1]["remote_updated_at"].isoformat()[:16] == "2026-05-20T10:10"
    # The ticket was made at nine, when the chat was over.
    assert rows["1"]["opened_at"].isoformat()[:16] == "2026-05-01T08:45"

    messages = staged("zendesk", "messages")
    told = {
        id_.removeprefix("2605.2104."): (row["author_type"], row["author_remote_id"], row["body"])
        for id_, row in messages.items()
        if id_.startswith("2605.")
    }
    assert told == {
        "chat1-2": ("customer", None, "my parcel is lost"),
        "chat1-3": ("system", None, "please hold the line"),
        "chat1-4": ("agent", "9001", "let me look"),
        "chat2-1": ("customer", None, "hello"),
        "chat2-2": ("bot", "9000", "beep"),
        "chat3-1": ("customer", None, "anybody?"),
        "chat4-1": ("customer", None, "it broke"),
        # Known by the address: an older number of Chat's.
        "chat4-2": ("agent", "9001", "sorry"),
        "chat5-1": ("customer", None, None),
        "chat6-0": ("customer", None, "call me"),
        "chat7-0": ("customer", None, "a question"),
    }
    assert messages["2605.2104.chat5-1"]["remote_was_deleted"]
    # The first answer is minutes after the first word, as the chat tells it.
    assert (
        messages["2605.2104.chat4-2"]["sent_at"] - messages["2605.2104.chat4-1"]["sent_at"]
    ).total_seconds() == 120
    # The transcript is one comment on the ticket, and would be the customer's.
    assert (messages["101"]["author_type"], messages["101"]["is_public"]) == ("system", False)
    assert messages["103"]["author_type"] == "agent"

    contacts = staged("zendesk", "contacts")
    assert contacts["2104.1"]["email"] == "ann@fern.example"
    assert contacts["2104.2"]["name"] is None, "Chat made that name up"
    assert {"2104.4", "2104.5"}.isdisjoint(contacts), "a ticket's requester is its contact"
    agents = staged("zendesk", "agents")
    assert agents["42"]["name"] == "Guest"
    assert "41" not in agents

    answers = staged("zendesk", "survey_responses")
    assert answers["chat-2605.2104.chat1"]["score"] == 1.0
    # Ticket 1 has a rating of its own: the chat's would count twice.
    assert "chat-2605.2104.chat4" not in answers
    row = answers["chat-2605.2104.chat8"]
    assert (row["score"], row["conversation_remote_id"], row["contact_remote_id"]) == (
        0.0,
        "2",
        "501",
    )

"""Intercom: search windows, parts in parallel, what faults say, and the staging it ends in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.intercom.source import source
from sample.servers.intercom import app
from sample.servers.logins import LOGINS
from tests.connectors import helpdesk
from tests.connectors.slices import (
    Row,
    at,
    build_staging,
    extract,
    intercept,
    load,
    raw,
    served,
    write_world,
)

LOGIN = LOGINS["intercom"]
ANN = "a" * 24
UMA = helpdesk.UMA | {"intercom_id": "5001"}
FERN = helpdesk.FERN | {"intercom_id": "5000", "email": "fern@fernhill.example"}


def chat(number: int, **changes: Any) -> Row:
    own = {"channel": "chat", "identity_remote_id": ANN, "status": "closed", "tags": ["vip"]}
    return helpdesk.conversation("intercom", number, **own | changes)


def said(number: int, id_: int, minute: int, who: str, public: bool = True) -> Row:
    sent_at = at(f"2026-05-{number:02d} 09:{minute:02d}")
    return helpdesk.message("intercom", number, id_, sent_at, who, public, f"a < b {id_}")


def done(number: int, id_: int, minute: int, kind: str, old: Any, new: Any) -> Row:
    occurred_at = at(f"2026-05-{number:02d} 09:{minute:02d}")
    return helpdesk.change("intercom", number, id_, occurred_at, kind, old, new)


def world(folder: Path) -> Path:
    """A chat that is assigned, snoozed, closed and rated; a bot's conversation."""
    return write_world(
        folder,
        people=[{"person_id": "P1", "language": "es", "do_not_contact": False}],
        identities=[helpdesk.ann("intercom", ANN, "2019-02-01 00:00")],
        agents=[UMA, FERN],
        conversations=[chat(1), chat(2, channel="chatbot", resolution_state="assumed", team="Bot")],
        messages=[
            said(1, 101, 0, "customer"),
            said(1, 102, 2, "agent"),
            said(1, 103, 3, "agent", public=False),
            said(2, 201, 0, "customer"),
            said(2, 202, 1, "bot"),
        ],
        events=[
            done(1, 150, 0, "status", None, "open"),
            done(1, 151, 1, "team", None, "Care"),
            done(1, 152, 1, "assignee", None, "A1"),
            done(1, 153, 4, "snoozed", None, "2026-05-02T09:00:00+00:00"),
            done(1, 154, 10, "status", "pending", "open"),
            done(1, 155, 11, "status", "open", "closed"),
        ],
        surveys=[
            {
                "remote_id": "900",
                "origin": "intercom",
                "score": 4.0,
                "scale_min": 1.0,
                "scale_max": 5.0,
                "sent_at": at("2026-05-01 09:12"),
                "responded_at": at("2026-05-01 09:20"),
                "conversation_remote_id": "1",
                "identity_remote_id": ANN,
                "agent_id": "A1",
                "comment": "quick",
            }
        ],
    )


@pytest.fixture
def api(tmp_path: Path) -> FastAPI:
    return app(world(tmp_path / "world"))


@pytest.fixture
def intercom(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)


ALL = {"conversations": 2, "contacts": 1, "admins": 2, "teams": 2}


def test_first_run_lands_everything_with_parts(intercom: Credentials) -> None:
    assert extract("intercom", source(intercom)) == ALL
    load("intercom")
    parts = "json_extract(conversation_parts, '$.conversation_parts')"
    assert raw(
        f"select id, json_array_length({parts}), missing_parts from raw_intercom.conversations "
        "order by 1"
    ) == [("1", 7, 0), ("2", 1, 0)]


def test_pages_are_followed_by_cursor(api: FastAPI, intercom: Credentials) -> None:
    found = api.state.records.conversations
    first = found["1"]
    for number in range(1000, 1400):
        found[str(number)] = first | {"id": str(number)}
        api.state.records._world_conversations[str(number)] = chat(1, remote_id=str(number))
    assert extract("intercom", source(intercom))["conversations"] == 402


def test_second_run_lands_nothing_new_and_asks_for_no_conversation(
    api: FastAPI, intercom: Credentials
) -> None:
    extract("intercom", source(intercom))
    asked = []

    def listen(request: Request) -> None:
        asked.append(request.url.path)

    intercept(api, listen)
    assert extract("intercom", source(intercom)) == {}
    # Each search once for what is new and once for how many there are.
    searches = ["/contacts/search"] * 2 + ["/conversations/search"] * 2
    assert sorted(asked) == ["/admins", *searches, "/teams"]


def test_change_within_the_same_second_is_not_missed(api: FastAPI, intercom: Credentials) -> None:
    extract("intercom", source(intercom))
    newest = max(api.state.records.conversations.values(), key=lambda c: c["updated_at"])
    newest["statistics"] = newest["statistics"] | {"count_conversation_parts": 2}
    assert extract("intercom", source(intercom)) == {"conversations": 1}


def test_contact_changed_on_the_day_of_the_last_run_is_found(
    api: FastAPI, intercom: Credentials
) -> None:
    """Contact search only knows days, and `>` starts with the next one."""
    extract("intercom", source(intercom))
    ann = api.state.records.contacts[0]
    ann["name"], ann["updated_at"] = "Ann Lee", ann["updated_at"] + 60
    assert extract("intercom", source(intercom)) == {"contacts": 1}


def test_parts_beyond_the_cap_are_counted(tmp_path: Path) -> None:
    many = [said(1, 1000 + n, n // 60, "customer") for n in range(503)]
    world = write_world(tmp_path / "w", conversations=[chat(1)], messages=many)
    with served(app(world)) as address:
        login = Credentials(base_url=address, password=LOGIN.secret)
        extract("intercom", source(login))
    load("intercom")
    assert raw("select missing_parts from raw_intercom.conversations") == [(2,)]


def test_conversation_deleted_between_search_and_fetch_is_left_out(
    api: FastAPI, intercom: Credentials
) -> None:
    def gone(request: Request) -> Response | None:
        if request.url.path == "/conversations/2":
            return Response('{"type": "error.list"}', 404, media_type="application/json")
        return None

    intercept(api, gone)
    assert extract("intercom", source(intercom))["conversations"] == 1


def test_rate_limit_is_waited_out(api: FastAPI, intercom: Credentials) -> None:
    refusals = iter([True, True])

    def busy(request: Request) -> Response | None:
        if request.url.path == "/admins" and next(refusals, False):
            return Response("{}", 429, {"Retry-After": "0"}, media_type="application/json")
        return None

    intercept(api, busy)
    assert extract("intercom", source(intercom)) == ALL
    assert next(refusals, "both used") == "both used"


def test_wrong_token_is_one_line_without_the_secret(intercom: Credentials) -> None:
    wrong = intercom.model_copy(update={"password": "not-the-token"})
    with pytest.raises(SourceError) as caught:
        extract("intercom", source(wrong))
    assert "credentials refused (HTTP 401)" in str(caught.value)
    assert "heedline_intercom" in str(caught.value)
    assert "not-the-token" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_failed_conversation_keeps_the_cursor_and_the_next_run_heals(
    api: FastAPI, intercom: Credentials
) -> None:
    broken = iter([True])

    def cut(request: Request) -> Response | None:
        if request.url.path == "/conversations/2" and next(broken, False):
            return Response('{"type": "conv', media_type="application/json")
        return None

    intercept(api, cut)
    with pytest.raises(SourceError, match="intercom: /conversations/2: answer is not JSON"):
        extract("intercom", source(intercom))
    assert extract("intercom", source(intercom)) == ALL


def test_staging_gives_the_unified_entities(api: FastAPI, intercom: Credentials) -> None:
    # First messages and parts are numbered apart: let one number be held by both.
    api.state.records.conversations["2"]["source"]["id"] = "102"
    extract("intercom", source(intercom))
    assert all(account.quarantined == 0 for account in load("intercom").values())
    build_staging("intercom")
    schema = "staging.stg_intercom__"
    assert raw(
        "select remote_id, channel, status, team, assignee_agent_remote_id, contact_remote_id, "
        f"tags, bot_resolution from {schema}conversations order by 1"
    ) == [
        ("1", "chat", "closed", "Care", "5001", ANN, '["vip"]', None),
        ("2", "chatbot", "closed", "Bot", "5001", ANN, '["vip"]', "assumed"),
    ]
    assert raw(
        f"select remote_id, author_type, author_remote_id, is_public, body from {schema}messages "
        "order by 1"
    ) == [
        ("101", "customer", ANN, True, "a < b 101"),
        ("102", "agent", "5001", True, "a < b 102"),
        ("103", "agent", "5001", False, "a < b 103"),
        ("202", "bot", "5000", True, "a < b 202"),
        ("source-102", "customer", ANN, True, "a < b 201"),
    ]
    assert raw(
        f"select event_type, old_value, new_value, actor_type from {schema}conversation_events "
        "where conversation_remote_id = '1' order by occurred_at, event_type desc"
    ) == [
        ("status", None, "open", "customer"),
        ("team", None, "Care", "agent"),
        ("assignee", None, "5001", "agent"),
        ("status", "open", "pending", "agent"),
        ("snoozed", None, None, "agent"),
        ("status", "pending", "open", "agent"),
        ("status", "open", "closed", "agent"),
    ]
    assert raw(
        f"select score, scale_max, comment, agent_remote_id from {schema}survey_responses"
    ) == [(4.0, 5.0, "quick", "5001")]
    assert raw(f"select remote_id, role, team from {schema}agents order by 1") == [
        ("5000", "bot", "Bot"),
        ("5001", "agent", "Care"),
    ]
    assert raw(f"select email, external_ids, language from {schema}contacts") == [
        ("ann@acme.example", '{"account":"FH-1"}', "es")
    ]

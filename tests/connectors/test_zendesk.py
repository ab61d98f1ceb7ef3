"""Zendesk: stop rules and cursors of the exports, what faults say, and the staging it ends in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.zendesk.source import source
from sample.servers.logins import LOGINS
from sample.servers.zendesk import app
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

LOGIN = LOGINS["zendesk"]
NOW = at("2026-06-30 00:00").timestamp()
UMA = helpdesk.UMA | {"zendesk_id": 9001, "time_zone": "Europe/Berlin"}
FERN = helpdesk.FERN | {"zendesk_id": 9000, "time_zone": "Europe/Berlin"}


def ticket(number: int, **changes: Any) -> Row:
    own = {
        "channel": "email",
        "identity_remote_id": "501",
        "subject": f"Ticket {number}",
        "status": "solved",
        "priority": "normal",
        "brand": "Fernhill",
        "tags": ["delivery"],
    }
    return helpdesk.conversation("zendesk", number, **own | changes)


def comment(number: int, id_: int, hour: int, who: str, public: bool = True) -> Row:
    sent_at = at(f"2026-05-{number:02d} {hour:02d}:00")
    return helpdesk.message("zendesk", number, id_, sent_at, who, public, f"words {id_}")


def event(number: int, id_: int, hour: int, kind: str, old: Any, new: Any) -> Row:
    occurred_at = at(f"2026-05-{number:02d} {hour:02d}:00")
    return helpdesk.change("zendesk", number, id_, occurred_at, kind, old, new)


def world(folder: Path) -> Path:
    """Three tickets: answered, merged into the first, deleted; one rating each way."""
    return write_world(
        folder,
        companies=[
            {
                "company_id": "C1",
                "zendesk_id": 77,
                "name": "Acme",
                "domain": "Acme.example",
                "segment": "smb",
                "created_at": at("2025-01-01 00:00"),
                "updated_at": at("2025-01-01 00:00"),
            }
        ],
        people=[{"person_id": "P1", "company_id": "C1", "language": "de", "do_not_contact": True}],
        identities=[helpdesk.ann("zendesk", "501", "2025-02-01 00:00")],
        agents=[UMA, FERN],
        conversations=[
            ticket(1),
            ticket(2, status="closed", merged_into_remote_id="1"),
            ticket(3, status="deleted", deleted_at=at("2026-05-03 12:00"), channel="social"),
        ],
        messages=[
            comment(1, 101, 9, "customer"),
            comment(1, 102, 9, "system"),
            comment(1, 103, 10, "agent"),
            comment(1, 104, 10, "agent", public=False),
            comment(1, 105, 11, "bot"),
            comment(2, 201, 9, "customer"),
            comment(3, 301, 9, "customer"),
        ],
        events=[
            event(1, 151, 9, "status", None, "new"),
            event(1, 152, 10, "team", None, "Care"),
            event(1, 153, 10, "assignee", None, "A1"),
            event(1, 154, 11, "status", "new", "solved"),
            event(2, 251, 10, "merged", "2", "1"),
            event(3, 351, 12, "deleted", "new", "deleted"),
        ],
        surveys=[
            rating("900", "1", 1.0, at("2026-05-03 08:00")),
            rating("901", "2", None, None),
        ],
    )


@pytest.fixture
def api(tmp_path: Path) -> FastAPI:
    return app(world(tmp_path / "world"), clock=lambda: NOW)


def rating(id_: str, ticket_id: str, score: float | None, answered: Any) -> Row:
    return {
        "remote_id": id_,
        "origin": "zendesk",
        "survey_type": "csat",
        "score": score,
        "scale_min": 0.0,
        "scale_max": 1.0,
        "sent_at": at("2026-05-02 08:00"),
        "responded_at": answered,
        "conversation_system": "zendesk",
        "conversation_remote_id": ticket_id,
        "identity_remote_id": "501",
        "agent_id": "A1",
    }


@pytest.fixture
def zendesk(api: FastAPI) -> Iterator[Credentials]:
    with served(api) as address:
        yield Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)


ALL = {
    "tickets": 3,
    "users": 3,
    "organizations": 1,
    "groups": 2,
    "brands": 1,
    # One per ticket, hour and actor.
    "ticket_events": 10,
    "satisfaction_ratings": 2,
}


def test_all_pages_are_read_until_the_end_of_stream(zendesk: Credentials) -> None:
    assert extract("zendesk", source(zendesk, page_size=1)) == ALL


def test_second_run_lands_nothing_new(zendesk: Credentials) -> None:
    extract("zendesk", source(zendesk))
    assert extract("zendesk", source(zendesk)) == {}


def test_second_run_lands_only_what_changed(api: FastAPI, zendesk: Credentials) -> None:
    extract("zendesk", source(zendesk))
    later = int(at("2026-06-01 00:00").timestamp())
    records = api.state.records
    records.tickets.append(
        records.tickets.pop(0) | {"status": "open", "generated_timestamp": later}
    )
    offered = next(r for r in records.satisfaction_ratings if r["score"] == "offered")
    offered |= {"score": "bad", "updated_at": "2026-05-20T00:00:00Z"}
    # One more event in the very second that the first run ended on.
    records.ticket_events.append(records.ticket_events[-1] | {"id": 999})
    changed = {"tickets": 1, "satisfaction_ratings": 1, "ticket_events": 1}
    assert extract("zendesk", source(zendesk)) == changed
    load("zendesk")
    assert extract("zendesk", source(zendesk)) == {}
    assert raw("select status from raw_zendesk.tickets where id = 1") == [("open",)]


def test_last_minute_is_left_for_the_next_run(tmp_path: Path) -> None:
    moments = [at("2026-05-01 12:00").timestamp() + 30, NOW]
    one = write_world(tmp_path / "w", conversations=[ticket(1)])
    with served(app(one, clock=lambda: moments[0])) as address:
        login = Credentials(base_url=address, login=LOGIN.user, password=LOGIN.secret)
        first = extract("zendesk", source(login))
        moments.pop(0)
        second = extract("zendesk", source(login))
    assert "tickets" not in first
    assert second["tickets"] == 1


def test_cursor_that_is_no_longer_taken_falls_back_to_its_time(
    api: FastAPI, zendesk: Credentials
) -> None:
    extract("zendesk", source(zendesk))
    load("zendesk")
    refused = iter([True])

    def expire(request: Request) -> None:
        if "tickets/cursor" in request.url.path and next(refused, False):
            request.scope["query_string"] = b"cursor=gone!"

    intercept(api, expire)
    # The last ticket's second is read again; the loader sees that nothing in it is new.
    assert extract("zendesk", source(zendesk)) == {"tickets": 1}
    assert load("zendesk")["tickets"].duplicates == 1


def test_wrong_token_is_one_line_without_the_secret(zendesk: Credentials) -> None:
    wrong = zendesk.model_copy(update={"password": "not-the-token"})
    with pytest.raises(SourceError) as caught:
        extract("zendesk", source(wrong))
    line = str(caught.value)
    assert line.startswith("zendesk: /api/v2/")
    assert line.endswith(
        "credentials refused (HTTP 401); renew login and secret in connection heedline_zendesk"
    )
    assert "not-the-token" not in line


def test_malformed_page_keeps_the_cursor_and_the_next_run_heals(
    api: FastAPI, zendesk: Credentials
) -> None:
    broken = iter([False, True])

    def cut(request: Request) -> Response | None:
        if "tickets/cursor" in request.url.path and next(broken, False):
            return Response('{"tickets": [{"id": 1', media_type="application/json")
        return None

    intercept(api, cut)
    with pytest.raises(SourceError, match=r"zendesk: .*cursor.json: answer is not JSON"):
        extract("zendesk", source(zendesk, page_size=1))
    assert extract("zendesk", source(zendesk, page_size=1)) == ALL


def test_staging_gives_the_unified_entities(api: FastAPI, zendesk: Credentials) -> None:
    children = [c for e in api.state.records.ticket_events for c in e["child_events"]]
    solved = next(child for child in children if child["id"] == 154)
    # One change in the form of the audits endpoint, should an export ever use it.
    del solved["status"]
    solved |= {"type": "Change", "field_name": "status", "value": "solved"}
    extract("zendesk", source(zendesk))
    assert all(account.quarantined == 0 for account in load("zendesk").values())
    build_staging("zendesk")
    schema = "staging.stg_zendesk__"
    assert raw(
        "select remote_id, channel, status, team, brand, merged_into_remote_id, "
        f"strftime(deleted_at, '%m-%d %H') from {schema}conversations order by 1"
    ) == [
        ("1", "email", "solved", "Care", "Fernhill", None, None),
        ("2", "email", "closed", "Care", "Fernhill", "1", None),
        ("3", "social", "deleted", "Care", "Fernhill", None, "05-03 12"),
    ]
    assert raw(
        f"select remote_id, author_type, author_remote_id, is_public from {schema}messages "
        "where conversation_remote_id = '1' order by 1"
    ) == [
        ("101", "customer", "501", True),
        ("102", "system", None, True),
        ("103", "agent", "9001", True),
        ("104", "agent", "9001", False),
        ("105", "bot", "9000", True),
        ("251", "system", "9001", False),  # "Request #2 was merged into this request"
    ]
    assert raw(
        "select conversation_remote_id, event_type, old_value, new_value, actor_type "
        f"from {schema}conversation_events order by 1, remote_id"
    ) == [
        ("1", "status", None, "new", "agent"),
        ("1", "team", None, "Care", "agent"),
        ("1", "assignee", None, "9001", "agent"),
        ("1", "status", "new", "solved", "agent"),
        ("2", "merged", "2", "1", "agent"),
        ("3", "deleted", "new", "deleted", "agent"),
    ]
    assert raw(
        f"select score, responded_at is null from {schema}survey_responses order by 1 nulls last"
    ) == [
        (1.0, False),
        (None, True),
    ]
    assert raw(f"select remote_id, role, team from {schema}agents order by 1") == [
        ("9000", "bot", "Bot"),
        ("9001", "agent", "Care"),
    ]
    assert raw(
        f"select email, company, external_ids, language, do_not_contact from {schema}contacts"
    ) == [("ann@acme.example", "Acme", '{"account":"FH-1"}', "de", True)]
    assert raw(f"select name, domain from {schema}accounts") == [("Acme", "acme.example")]

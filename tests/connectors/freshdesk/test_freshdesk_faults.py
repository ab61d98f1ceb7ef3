"""What Freshdesk's faults come to, and the published spec held against the connector."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.freshdesk.source import source
from connectors.http import Policy
from sample.servers.freshdesk import Desk
from tests.connectors.freshdesk_records import KEY, pull, ticket
from tests.connectors.prism import prism
from tests.connectors.slices import credentials, extract, intercept, load
from warehouse.settings import settings


def test_limit_of_requests_is_waited_out(desk: Desk, login: Credentials) -> None:
    waits: list[float] = []
    desk.refused = 1
    extract("freshdesk", source(login, policy=Policy(sleep=waits.append)))
    assert [int(wait) in (7, 8) for wait in waits] == [True]


def test_wrong_key_is_one_line_without_it(login: Credentials) -> None:
    wrong = login.model_copy(update={"password": "not-the-key"})
    with pytest.raises(SourceError) as caught:
        pull(wrong)
    line = str(caught.value)
    assert line.startswith("freshdesk: /api/v2/")
    assert line.endswith("renew login and secret in connection heedline_freshdesk")
    assert "not-the-key" not in line


def test_unreadable_start_is_refused(login: Credentials) -> None:
    with pytest.raises(SourceError, match=r"correct start_at in channels\.yml"):
        source(login, start_at="last week")


def test_fault_midway_moves_nothing_and_the_next_run_heals(
    desk: Desk, login: Credentials, served_desk: tuple[Desk, FastAPI, str]
) -> None:
    broken = iter([False, True])

    def cut(request: Request) -> Response | None:
        if request.url.path.endswith("/conversations") and next(broken, False):
            return Response('[{"id": 1', media_type="application/json")
        return None

    intercept(served_desk[1], cut)
    with pytest.raises(SourceError, match=r"freshdesk: .*conversations: answer is not JSON"):
        pull(login)
    assert pull(login)["tickets"] == 3
    account = load("freshdesk")["tickets"]
    assert (account.received, account.accepted, account.quarantined) == (3, 3, 0)


def test_answer_that_is_no_list_is_refused(
    login: Credentials, served_desk: tuple[Desk, FastAPI, str]
) -> None:
    def other(request: Request) -> Response | None:
        if request.url.path.endswith("/agents"):
            return Response('{"agents": []}', media_type="application/json")
        return None

    intercept(served_desk[1], other)
    with pytest.raises(SourceError, match="agents: answer is no list of records with ids"):
        pull(login)


def test_received_is_accepted_duplicates_and_quarantined(desk: Desk, login: Credentials) -> None:
    desk.put("tickets", ticket(4, source=None))
    pull(login)
    account = load("freshdesk")["tickets"]
    assert (account.received, account.accepted, account.quarantined) == (4, 3, 1)
    # A reader that lost its place gets everything again, and all of it is known.
    shutil.rmtree(settings().dlt)
    shutil.rmtree(settings().landing / "freshdesk")
    pull(login)
    account = load("freshdesk")["tickets"]
    assert (account.accepted, account.duplicates, account.quarantined) == (0, 3, 1)


def as_documented(spec: dict[str, Any]) -> None:
    """`include` takes several names at once; the base path is in the address."""
    asked = {p.get("name"): p for p in spec["paths"]["/tickets"]["get"]["parameters"]}
    del asked["include"]["schema"]["enum"]
    spec["paths"] = {f"/api/v2{path}": place for path, place in spec["paths"].items()}


def test_requests_and_answers_are_as_the_published_spec_has_them(tmp_path: Path) -> None:
    with prism("freshdesk/openapi.yml", tmp_path, as_documented) as address:
        # Surveys and folders in folders are not in the spec.
        login = credentials(address, "", KEY)
        assert set(pull(login, without=["surveys"])) == {
            *("tickets", "ticket_states", "contacts", "companies", "agents", "groups"),
            *("ticket_fields", "satisfaction_ratings", "articles"),
        }
    refused = [name for name, account in load("freshdesk").items() if account.quarantined]
    # The spec's example of a rating is 0, which is none.
    assert refused == ["satisfaction_ratings"]

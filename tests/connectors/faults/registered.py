"""The connectors that go through the faults: one entry each.

An entry names the vendor's sample server over a little data, how to sign in, settings that make
several pages of it, and which fields of its records may surprise. Nothing else is needed: every
fault is tried on every entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request

from connectors.contract import Credentials
from sample.servers import guru, helpjuice, intercom, salesforce, stripe, survey, twilio, zendesk
from sample.servers.logins import LOGINS
from tests.connectors import (
    test_guru,
    test_helpjuice,
    test_intercom,
    test_salesforce,
    test_stripe,
    test_survey,
    test_twilio,
    test_zendesk,
    zendesk_store,
)
from tests.connectors.slices import intercept, write_world


@dataclass(frozen=True)
class Tried:
    """One connector.

    Attributes:
        serve: the vendor's server over data that lies in (or is written to) the folder; no rate
            limit that the matrix could reach.
        login: user name and secret.
        settings: as in channels.yml; small pages.
        holds: which paths answer with records as they land (a regular expression).
        numbers: fields of records that hold a whole number, cursors among them.
        nested: fields that hold an object or a list.
        says: other words of a fault than `faults.py` expects, by the fault's name.
    """

    name: str
    serve: Callable[[Path], FastAPI]
    login: tuple[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    holds: str = ".*"
    numbers: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    says: dict[str, str] = field(default_factory=dict)

    def source(self, address: str) -> Any:
        """The connector's dlt source, signed in at an address."""
        module = import_module(f"connectors.{self.name}.source")
        login, secret = self.login
        there = Credentials(base_url=address, login=login, password=secret)
        return module.source(there, **self.settings)


def _twilio(folder: Path) -> FastAPI:
    world = write_world(folder, calls=test_twilio.CALLS, agents=[test_twilio.AGENT])
    api = twilio.app(world)
    api.state.requests_per_second = 10**6

    def small_pages(request: Request) -> None:
        query: bytes = request.scope["query_string"]
        request.scope["query_string"] = query.replace(b"PageSize=1000", b"PageSize=3")

    intercept(api, small_pages)
    return api


def _survey(folder: Path) -> FastAPI:
    answers = [test_survey.answered(n) for n in range(4)]
    answers += [test_survey.answered(n, responded_at=None, score=None) for n in range(10, 13)]
    return survey.app(test_survey.world(folder, *answers), per_second=10**6)


def _salesforce(folder: Path) -> FastAPI:
    contacts = [test_salesforce.contact(number) for number in range(1, 4)]
    return salesforce.app(test_salesforce.world(folder, *contacts))


def _zendesk(folder: Path) -> FastAPI:
    world, clock = test_zendesk.world(folder), lambda: test_zendesk.NOW
    api = zendesk.app(world, clock=clock, exports_per_minute=10**6)
    zendesk_store.fill(api)
    return api


def _guru(folder: Path) -> FastAPI:
    team = guru.Team(test_guru.LOGIN, page_size=2)
    for number in range(1, 6):
        team.put(test_guru.card(number, archived=number > 3))
    team.events = [test_guru.event("2025-03-05") for _ in range(3)]
    return guru.app(team)


def _helpjuice(folder: Path) -> FastAPI:
    account = helpjuice.Account(test_helpjuice.KEY)
    test_helpjuice.fill(account)
    return helpjuice.app(account)


CONNECTORS = (
    Tried(
        "zendesk",
        _zendesk,
        LOGINS["zendesk"],
        {"page_size": 2, **zendesk_store.SETTINGS},
        # Audits, rated tickets and the list of articles only say what is to be asked for.
        holds=r"(?!.*(/cursor|(audits|help_center/articles)\.json)$).*",
        numbers=("brand_id", "generated_timestamp"),
        nested=("via", "tags"),
    ),
    Tried(
        "intercom",
        lambda folder: intercom.app(test_intercom.world(folder), calls_per_minute=10**6),
        LOGINS["intercom"],
        holds=r"/conversations/\d+|/contacts/search|/admins|/teams",
        numbers=("team_assignee_id", "updated_at"),
        nested=("contacts", "conversation_parts"),
    ),
    Tried("twilio", _twilio, LOGINS["twilio"], nested=("subresource_uris",)),
    Tried(
        "survey",
        _survey,
        LOGINS["survey"],
        {"forms": test_survey.FORMS, "requests_per_second": 10**6, "page_size": 3},
        nested=("answers", "hidden"),
    ),
    Tried(
        "stripe",
        lambda folder: stripe.app(test_stripe.world(folder), per_second=10**6),
        LOGINS["stripe"],
        {"page_size": 2, "external_ids": {"account": "account_number"}},
        holds=r"/v1/(?!events)\w+",
        numbers=("amount", "created"),
        nested=("metadata", "items"),
    ),
    Tried(
        "salesforce",
        _salesforce,
        LOGINS["salesforce"],
        {"fields": test_salesforce.FIELDS, "poll_seconds": 0.001, "max_records": 2},
    ),
    Tried(
        "guru",
        _guru,
        test_guru.LOGIN,
        test_guru.SETTINGS,
        holds="/api/v1/search/cardmgr",
        numbers=("version",),
        nested=("collection", "verifiers"),
    ),
    Tried(
        "helpjuice",
        _helpjuice,
        ("", test_helpjuice.KEY),
        test_helpjuice.SETTINGS,
        holds="/api/v3/(articles|categories)",
        numbers=("accessibility",),
        nested=("answer", "published_questions"),
    ),
)

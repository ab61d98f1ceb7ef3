"""The connectors that stand for a way of asking: cursors, exports, jobs, pages, events."""

from pathlib import Path

from fastapi import FastAPI

from sample.servers import intercom, salesforce, stripe, survey, twilio, zendesk
from sample.servers.logins import LOGINS
from tests.connectors import (
    intercom_products,
    salesforce_org,
    test_intercom,
    test_salesforce,
    test_stripe,
    test_survey,
    test_twilio,
    test_zendesk,
    zendesk_chats,
    zendesk_store,
)
from tests.connectors.faults.surprises import Where
from tests.connectors.faults.tried import BOTH, Tried
from tests.connectors.slices import ask_smaller, write_world


def _twilio(folder: Path) -> FastAPI:
    world = write_world(folder, calls=test_twilio.CALLS, agents=[test_twilio.AGENT])
    api = twilio.app(world)
    api.state.requests_per_second = 10**6
    ask_smaller(api, "PageSize=1000", "PageSize=3")
    return api


def _survey(folder: Path) -> FastAPI:
    answers = [test_survey.answered(n) for n in range(4)]
    answers += [test_survey.answered(n, responded_at=None, score=None) for n in range(10, 13)]
    return survey.app(test_survey.world(folder, *answers), per_second=10**6)


def _salesforce(folder: Path) -> FastAPI:
    contacts = [test_salesforce.contact(number) for number in range(1, 4)]
    api = salesforce.app(test_salesforce.world(folder, *contacts))
    salesforce_org.fill(api, contacts[0]["remote_id"])
    return api


def _zendesk(folder: Path) -> FastAPI:
    world, clock = test_zendesk.world(folder), lambda: test_zendesk.NOW
    api = zendesk.app(world, clock=clock, exports_per_minute=10**6)
    zendesk_store.fill(api)
    zendesk_chats.fill(api)
    return api


def _intercom(folder: Path) -> FastAPI:
    api = intercom.app(test_intercom.world(folder), calls_per_minute=10**6)
    intercom_products.fill(api)
    # No minute goes by between a run that failed and the next one.
    api.state.products.patient = False
    return api


FIRST = (
    Tried(
        "zendesk",
        _zendesk,
        LOGINS["zendesk"],
        {"page_size": 2, **zendesk_store.SETTINGS, "products": ["guide", "talk", "chat"]},
        extra=lambda _: zendesk_chats.EXTRA,
        secrets=("chat_token",),
        # Audits, rated tickets, the list of articles and searches only say what is to be asked for.
        holds=Where(r"(?!.*(/cursor|/search|(audits|help_center/articles)\.json)$).*"),
        numbers=("brand_id", "generated_timestamp"),
        nested=("via", "tags"),
        positions=BOTH,
        surprised_at=BOTH,
    ),
    Tried(
        "intercom",
        _intercom,
        LOGINS["intercom"],
        intercom_products.SETTINGS,
        holds=Where(
            r"/conversations/\d+|/contacts/search|/admins|/teams|/companies/scroll|/articles"
        ),
        numbers=("team_assignee_id", "updated_at"),
        nested=("contacts", "conversation_parts"),
        positions=BOTH,
        # Conversations are asked for side by side: for a record no later place is certain.
    ),
    Tried(
        "twilio",
        _twilio,
        LOGINS["twilio"],
        nested=("subresource_uris",),
        positions=BOTH,
        surprised_at=BOTH,
    ),
    Tried(
        "survey",
        _survey,
        LOGINS["survey"],
        {"forms": test_survey.FORMS, "requests_per_second": 10**6, "page_size": 3},
        nested=("answers", "hidden"),
        positions=BOTH,
        surprised_at=BOTH,
    ),
    Tried(
        "stripe",
        lambda folder: stripe.app(test_stripe.world(folder), per_second=10**6),
        LOGINS["stripe"],
        {"page_size": 2, "external_ids": {"account": "account_number"}},
        holds=Where(r"/v1/(?!events)\w+"),
        numbers=("amount", "created"),
        nested=("metadata", "items"),
        positions=BOTH,
        surprised_at=BOTH,
    ),
    Tried(
        "salesforce",
        _salesforce,
        LOGINS["salesforce"],
        {
            "fields": test_salesforce.FIELDS,
            "objects": salesforce_org.OBJECTS,
            "poll_seconds": 0.001,
            "max_records": 2,
        },
        positions=BOTH,
    ),
)

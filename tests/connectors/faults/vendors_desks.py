"""Help desks, a phone system, survey tools and a shop that are served by a store of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from sample.servers import (
    aircall,
    freshdesk,
    hubspot_account,
    hubspot_crm,
    qualtrics,
    shopify,
    surveymonkey,
)
from tests.connectors import (
    freshdesk_records,
    hubspot_house,
    shopify_records,
    test_aircall,
    test_hubspot_staging,
    test_surveymonkey,
)
from tests.connectors.faults.surprises import Row, Where, records
from tests.connectors.faults.tried import Tried
from tests.connectors.freshdesk_records import ANN, JOE, UMA, dated, reply, ticket, when


def _freshdesk(_: Path) -> FastAPI:
    desk = freshdesk.Desk(freshdesk_records.KEY)
    desk.put("contacts", dated(ANN, name="Ann", email="ann@acme.example"))
    desk.put("contacts", dated(JOE, name="Joe", deleted=True))
    for number in (1, 2, 3):
        desk.put("tickets", ticket(number))
    desk.put("tickets", ticket(4, spam=True))
    desk.say(1, reply(21, when(3)))
    rated = {"survey_id": 1, "ticket_id": 1, "user_id": ANN, "ratings": {"default_question": 103}}
    desk.put("satisfaction_ratings", dated(1, **rated))
    for kind in ("companies", "ticket_fields", "surveys"):
        desk.put(kind, dated(1, name="One"))
        desk.put(kind, dated(2, name="Two"))
    desk.put("agents", dated(UMA, contact={"name": "Uma", "email": "uma@fernhill.example"}))
    desk.put("groups", dated(1, name="Care", agent_ids=[UMA]))
    desk.put("categories", dated(1))
    desk.put("folders", dated(2, category_id=1, articles_count=1, sub_folders_count=0))
    desk.put("articles", dated(4, title="How to", status=2, hits=3, folder_id=2))
    return freshdesk.app(desk)


def _aircall(_: Path) -> FastAPI:
    line = aircall.Line(test_aircall.KEYS)
    for day in range(1, 6):
        line.put("calls", test_aircall.call(day, day))
    line.put("transcriptions", {"id": 1, "call_id": 2, "content": {"utterances": []}})
    line.put("contacts", {"id": 5, "first_name": "Ann", "created_at": test_aircall.when(1)})
    made = {"created_at": "2026-01-01T00:00:00.000Z"}
    line.put("users", {**test_aircall.UMA, **made})
    line.put("teams", {"id": 1, "name": "Care", "users": [test_aircall.UMA], **made})
    line.put("numbers", {"id": 3, "name": "Main", "digits": "+1 555-010-0100", **made})
    return aircall.app(line)


def _listed(body: Any) -> Iterator[Row]:
    """Of Aircall's answers those that are read; a page of one is asked for its total."""
    asked_to_count = isinstance(body, dict) and body.get("meta", {}).get("per_page") == 1
    return iter(()) if asked_to_count else records(body)


def _hubspot(_: Path) -> FastAPI:
    account = hubspot_account.Account()
    test_hubspot_staging.company(account)
    return hubspot_crm.app(account, cap=6, page=2)


def _surveymonkey(_: Path) -> FastAPI:
    store = surveymonkey.Store()
    store.survey(test_surveymonkey.SURVEY, *test_surveymonkey.QUESTIONS)
    tool = test_surveymonkey.Tool(surveymonkey.app(store), store, "")
    for number in range(7):
        tool.answered(number)
    return tool.api


def _qualtrics(_: Path) -> FastAPI:
    store = qualtrics.Store()
    for survey in ("SV_1", "SV_2"):
        store.survey(survey, "QID1", "QID2", embedded=("email",))
        for number in range(3):
            given = {"QID1": 4, "QID2_TEXT": "Quick and kind"}
            recorded = f"2026-03-01T09:{number:02d}:00Z"
            store.record(survey, f"R_{survey}_{number}", recorded, **given)
    return qualtrics.app(store)


def _result(body: Any) -> list[Row]:
    return [body["result"]]


def _shopify(_: Path) -> FastAPI:
    shop = shopify.Shop()
    for number in range(1, 4):
        shop.put("customers", shopify_records.customer(number))
    for number in range(1, 7):
        shop.put("orders", shopify_records.order(number))
    shop.delete_order(6, "2026-06-20T09:00:00Z")
    shop.bucket = 10**6
    return shopify.app(shop)


SCORED = {"survey_type": "csat", "scale_min": 1, "scale_max": 5, "score": "QID1"}

DESKS = (
    Tried(
        "freshdesk",
        _freshdesk,
        ("", freshdesk_records.KEY),
        {"page_size": 2},
        numbers=("source", "requester_id"),
        nested=("tags", "requester"),
        # Tells what a list no longer has, so it takes a second run.
        empty=frozenset({"deletions"}),
    ),
    Tried(
        "aircall",
        _aircall,
        test_aircall.KEYS,
        {"transcripts": True},
        small={"connectors.aircall.reading.PAGE_SIZE": 2},
        holds=Where(records=_listed),
        numbers=("duration", "started_at"),
        nested=("user", "tags"),
    ),
    Tried(
        "hubspot",
        _hubspot,
        ("", hubspot_house.TOKEN),
        # Of CRM objects the connector asks for the properties that it knows; lists come whole.
        holds=Where(r"/crm/(owners|pipelines)/.*"),
        numbers=("userId",),
        nested=("teams", "stages"),
        shows={"userId": "user_id"},
    ),
    Tried(
        "surveymonkey",
        _surveymonkey,
        ("", surveymonkey.TOKEN),
        {
            "surveys": {test_surveymonkey.SURVEY: test_surveymonkey.NPS},
            "requests_per_minute": 6_000_000,
            "page_size": 3,
        },
        holds=Where(r"/v3/surveys/\d+/responses/bulk"),
        numbers=("total_time",),
        nested=("pages", "metadata"),
    ),
    Tried(
        "qualtrics",
        _qualtrics,
        ("", qualtrics.TOKEN),
        {"surveys": {name: {**SCORED, "comment": "QID2_TEXT"} for name in ("SV_1", "SV_2")}},
        # Responses come as a packed file; what a survey is comes as JSON.
        holds=Where(r"/API/v3/surveys/\w+", _result),
        nested=("questions", "embeddedData"),
    ),
    Tried(
        "shopify",
        _shopify,
        ("", shopify.TOKEN),
        {"page_size": 2, "external_ids": {"account": "multipass_identifier"}},
        numbers=("orders_count",),
        nested=("default_address", "refunds"),
    ),
)

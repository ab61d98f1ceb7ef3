"""Vendors that count, each over a little data: nine records since `SINCE`, one before it.

The records before it, those of other surveys and what still runs are in no count.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response

from connectors.aircall.source import source as aircall_source
from connectors.app_store.source import source as app_store_source
from connectors.contract import Credentials
from connectors.freshdesk.source import source as freshdesk_source
from connectors.hubspot.source import source as hubspot_source
from connectors.qualtrics.source import source as qualtrics_source
from connectors.shopify.source import source as shopify_source
from connectors.surveymonkey.source import source as surveymonkey_source
from sample.servers import aircall, amazon_connect, app_store, qualtrics, shopify, surveymonkey
from sample.servers.freshdesk import Desk
from sample.servers.freshdesk import app as freshdesk_app
from sample.servers.hubspot_account import Account
from sample.servers.hubspot_crm import app as hubspot_app
from tests.connectors import (
    amazon_connect_contacts,
    test_aircall,
    test_app_store,
    test_surveymonkey,
)
from tests.connectors.freshdesk_records import KEY, dated
from tests.connectors.hubspot_house import TOKEN, at
from tests.connectors.shopify_records import customer, order
from tests.connectors.slices import credentials, intercept

SINCE = "2026-06-01T00:00:00Z"
NUMBERS = range(1, 10)
Nothing = Callable[[], None]


@dataclass(frozen=True)
class Vendor:
    """One resource whose vendor counts.

    Attributes:
        delete: three records go, as they go at the vendor.
        surplus: how many of them nothing tells of.
        counts_more: from now on the vendor counts eleven more than it lists.
        counts_once: only a reading from the start counts.
    """

    name: str
    resource: str
    api: FastAPI
    source: Callable[[str], Any]
    delete: Nothing
    surplus: int = 0
    counts_more: Nothing | None = None
    counts_once: bool = False


def _answers(api: FastAPI, asked: Callable[[Request], bool], body: dict[str, Any]) -> Nothing:
    def answer(request: Request) -> Response | None:
        return Response(json.dumps(body), media_type="application/json") if asked(request) else None

    return lambda: intercept(api, answer)


def _ask(make: Callable[..., Any], login: str, secret: str, **settings: Any) -> Any:
    return lambda address: make(credentials(address, login, secret), **settings)


def freshdesk(resource: str) -> Vendor:
    desk = Desk(KEY)
    api = freshdesk_app(desk)
    desk.put("categories", dated(1))
    folder = desk.put("folders", dated(2, category_id=1, articles_count=9, sub_folders_count=0))
    for number in NUMBERS:
        desk.put("companies", dated(number, name="Acme"))
        desk.put("articles", dated(number, folder_id=2, title="How to", status=2))

    def delete() -> None:
        for number in NUMBERS[:3]:
            desk.drop(resource, number)
        folder["articles_count"] = len(desk.of("articles"))

    more = _answers(api, lambda r: r.url.path.endswith("search/companies"), {"total": 20})
    if resource == "articles":
        more = lambda: folder.update(articles_count=20)  # noqa: E731
    asked = _ask(freshdesk_source, "", KEY)
    return Vendor("freshdesk", resource, api, asked, delete, counts_more=more)


def aircall_(resource: str) -> Vendor:
    line = aircall.Line(test_aircall.KEYS)
    api = aircall.app(line)
    for number in NUMBERS:
        line.put("calls", test_aircall.call(number, 2 * number))
        line.put("users", {**test_aircall.UMA, "id": number})
    line.put("calls", test_aircall.call(20, 1, started_at=test_aircall.when(1) - 40_000_000))

    def delete() -> None:
        for number in NUMBERS[:3]:
            del line.of(resource)[number]

    more = _answers(
        api, lambda r: r.query_params.get("per_page") == "1", {"meta": {"total": 20}, resource: []}
    )
    asked = _ask(aircall_source, *test_aircall.KEYS, start_at=SINCE)
    return Vendor("aircall", resource, api, asked, delete, surplus=3, counts_more=more)


def hubspot(resource: str) -> Vendor:
    account = Account()
    for number in NUMBERS:
        account.put(resource, number, at(0, day=2 if number < 9 else 9))
    if resource == "tickets":  # of the others all are read
        account.put(resource, 20, "2026-05-01T09:00:00.250Z")

    def delete() -> None:
        account.delete(resource, 1, at(0, day=3))
        account.delete(resource, 2, at(0, day=4))
        account.merge(resource, 3, 4, at(5, day=9))

    def asked(address: str) -> Any:
        login = Credentials(base_url=address, password=TOKEN)
        return hubspot_source(login, start_at=SINCE).with_resources(resource)

    return Vendor("hubspot", resource, hubspot_app(account, cap=6, page=2), asked, delete)


def surveymonkey_(resource: str) -> Vendor:
    store = surveymonkey.Store()
    api = surveymonkey.app(store)
    for survey in ("1", "2", "3"):
        store.survey(survey, *test_surveymonkey.QUESTIONS)
    for number in (*NUMBERS, 20):
        day = "2026-05-30" if number == 20 else f"2026-06-{10 + number}"
        survey = str(1 + number % 2)
        store.put(survey, f"r{number}", f"{day}T09:00:00+00:00")

    def delete() -> None:
        for number in NUMBERS[:3]:
            del store.responses[f"r{number}"]

    more = _answers(api, lambda r: r.url.path.endswith("1/responses"), {"total": 20, "data": []})
    asked = _ask(
        surveymonkey_source,
        *("", surveymonkey.TOKEN),
        surveys=dict.fromkeys(("1", "2"), test_surveymonkey.NPS),
        start_at=SINCE,
        requests_per_minute=6_000_000,
    )
    return Vendor("surveymonkey", resource, api, asked, delete, counts_more=more)


def qualtrics_(resource: str) -> Vendor:
    store = qualtrics.Store()
    store.survey("SV_1", "QID1")
    for number in (*NUMBERS, 20):
        day = "2026-05-30" if number == 20 else f"2026-06-{10 + number}"
        store.record("SV_1", f"R_{number}", f"{day}T09:00:00Z", QID1=4)

    def delete() -> None:
        for number in NUMBERS[:3]:
            store.delete("SV_1", f"R_{number}")

    body = {**store.surveys["SV_1"], "responseCounts": {"auditable": 21, "generated": 0}}
    api = qualtrics.app(store)
    more = _answers(api, lambda r: r.url.path.endswith("surveys/SV_1"), {"result": body})
    scale = {"survey_type": "csat", "scale_min": 1, "scale_max": 5, "score": "QID1"}
    asked = _ask(qualtrics_source, "", qualtrics.TOKEN, surveys={"SV_1": scale}, start_at=SINCE)
    return Vendor("qualtrics", resource, api, asked, delete, counts_more=more)


def app_store_(resource: str) -> Vendor:
    store = app_store.Store(key=test_app_store.KEY)
    for number in NUMBERS:
        store.put("1", f"r{number}", test_app_store.on(10 + number))
    extra = {"key_id": app_store.KEY_ID}

    def delete() -> None:
        for number in NUMBERS[:3]:
            del store.apps["1"][f"r{number}"]

    def asked(address: str) -> Any:
        secret = app_store.pem(test_app_store.KEY)
        login = Credentials(base_url=address, login=app_store.ISSUER, password=secret, extra=extra)
        return app_store_source(login, apps=["1"], whole_hours=0)

    more = lambda: setattr(store, "miscounted", 11)  # noqa: E731
    return Vendor("app_store", resource, app_store.app(store), asked, delete, counts_more=more)


def shopify_(resource: str) -> Vendor:
    shop = shopify.Shop()
    for number in NUMBERS:
        shop.put("customers", customer(number))
        shop.put("orders", order(number))
    shop.put("orders", order(104, updated_at="2026-05-05T08:00:00-04:00"))

    def delete() -> None:
        for number in NUMBERS[:3]:
            if resource == "orders":
                shop.delete_order(number, "2026-06-20T08:00:00-04:00")
            else:
                del shop.rows[resource][number]

    asked = _ask(shopify_source, "", shopify.TOKEN, start_at=SINCE, page_size=2)
    surplus = 3 if resource == "customers" else 0
    return Vendor("shopify", resource, shopify.app(shop), asked, delete, surplus)


def amazon_connect_(resource: str) -> Vendor:
    instance = amazon_connect.Instance()
    for number in NUMBERS:
        instance.put(amazon_connect_contacts.contact(f"c{number}", 60 * number))
    instance.put(amazon_connect_contacts.contact("before", -60 * 24 * 40))
    instance.put(
        amazon_connect_contacts.contact(
            "running",
            InitiationTimestamp=amazon_connect_contacts.ago(5),
            DisconnectTimestamp=None,
        )
    )

    def delete() -> None:
        for number in NUMBERS[:3]:
            del instance.contacts[f"c{number}"]

    api = amazon_connect.app(instance)
    return Vendor(
        "amazon_connect", resource, api, amazon_connect_contacts.ask, delete, counts_once=True
    )


VENDORS: dict[str, Callable[[], Vendor]] = {
    f"{make.__name__.rstrip('_')}.{resource}": partial(make, resource)
    for make, resources in (
        (freshdesk, ("companies", "articles")),
        (aircall_, ("calls", "users")),
        (hubspot, ("contacts", "tickets")),
        (surveymonkey_, ("responses",)),
        (qualtrics_, ("responses",)),
        (app_store_, ("reviews",)),
        (shopify_, ("customers", "orders")),
        (amazon_connect_, ("contacts",)),
    )
    for resource in resources
}

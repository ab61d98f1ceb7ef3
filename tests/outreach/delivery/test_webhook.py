"""CloudEvents 1.0, signed as Standard Webhooks asks: checked without what makes them."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from standardwebhooks import Webhook as Signer

from outreach.delivery.send import Delivered
from outreach.delivery.targets import Target
from sample.servers import webhook
from tests.outreach.delivery.house import House
from tests.outreach.delivery.vendors import VENDORS
from warehouse.credentials import Credentials

Send = Callable[..., Delivered]
Start = Callable[[str, FastAPI], Credentials]


@pytest.fixture
def target(make_target: Callable[..., Target]) -> Target:
    return make_target("webhook", **VENDORS["webhook"].settings)


def verified(headers: dict[str, str], body: bytes, secret: str) -> dict[str, Any]:
    """The event, once its signature was worked out by hand, as the specification says it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert f"v1,{made}" in headers["webhook-signature"].split()
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    event: dict[str, Any] = json.loads(body)
    return event


def test_every_event_is_signed_and_whole(
    house: House, start: Start, send: Send, target: Target
) -> None:
    app = webhook.app()
    credentials = start("webhook", app)
    send(target, credentials).require()

    keys = dict(house.read("select customer_id, idempotency_key from outreach.outbox"))
    for headers, body in app.state.received:
        event = verified(headers, body, credentials.password)
        assert headers["content-type"].startswith("application/cloudevents+json")
        assert event.pop("data")["customer_id"] in keys
        assert event == {
            "specversion": "1.0",
            "id": headers["webhook-id"],
            "source": "/heedline",
            "type": "io.heedline.at_risk.entry",
            "time": "2026-06-30T00:00:00Z",
            "datacontenttype": "application/json",
        }
    assert {headers["webhook-id"] for headers, _ in app.state.received} == set(keys.values())


def test_only_the_fields_named_leave_the_house(
    house: House, start: Start, send: Send, target: Target
) -> None:
    app = webhook.app()
    send(target, start("webhook", app))

    assert [json.loads(body)["data"] for body in app.state.events.values()] == [
        {"customer_id": "c1", "score": 0.91},
        {"customer_id": "c2", "score": 0.8},
        {"customer_id": "c3", "score": 0.7},
    ]


def test_a_repeat_has_the_same_id_and_a_signature_of_its_own_time(
    house: House, start: Start, send: Send, target: Target
) -> None:
    app = webhook.app(tells_repeats=True)
    credentials = start("webhook", app)
    app.state.faults.plan("silent")
    send(target, credentials)
    send(target, credentials).require()

    ids = [headers["webhook-id"] for headers, _ in app.state.received]
    assert len(ids) == 4
    assert ids[0] == ids[3]
    for headers, body in app.state.received:
        # The vendors' own library agrees.
        assert Signer(credentials.password).verify(body, headers)


def test_a_password_that_is_no_signing_secret_sends_nothing(
    house: House, start: Start, send: Send, target: Target
) -> None:
    app = webhook.app()
    credentials = start("webhook", app).model_copy(update={"password": "hunter2"})

    assert "no signing secret" in next(iter(send(target, credentials).problems))
    assert app.state.received == []
    assert house.outbox()[0] == ("c1", "pending", 0)

"""Whatever happens between sending and acknowledging: in the end it is there, and there once."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Response
from filelock import FileLock

from outreach.delivery.send import Delivered, DeliveryBusy, NotDelivered
from outreach.delivery.targets import Target
from tests.outreach.delivery.house import AS_OF, NOW, House, Patience
from tests.outreach.delivery.vendors import VENDORS, Vendor
from warehouse.credentials import Credentials
from warehouse.settings import settings

Open = Callable[[Vendor], tuple[FastAPI, Target, Credentials]]
Send = Callable[..., Delivered]
SENT = {("sent",)}


@pytest.fixture
def open_vendor(
    start: Callable[[str, FastAPI], Credentials], make_target: Callable[..., Target]
) -> Open:
    def begin(vendor: Vendor) -> tuple[FastAPI, Target, Credentials]:
        app = vendor.app()
        credentials = start(vendor.login, app)
        return app, make_target(vendor.kind, **vendor.settings), credentials

    return begin


every_vendor = pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)


@every_vendor
def test_all_is_sent_once_and_a_second_run_sends_nothing(
    house: House, open_vendor: Open, send: Send, vendor: Vendor
) -> None:
    app, target, credentials = open_vendor(vendor)

    assert send(target, credentials).counts == {"sent": 3}
    assert send(target, credentials).counts == {}
    house.relist(AS_OF + timedelta(days=1))
    assert send(target, credentials).counts == {}
    assert len(vendor.seen(app)) == vendor.effects


@every_vendor
@pytest.mark.parametrize("fault", ["silent", "taken_broken", "broken"])
def test_after_a_lost_answer_the_next_run_settles_it(
    house: House, open_vendor: Open, send: Send, vendor: Vendor, fault: str
) -> None:
    app, target, credentials = open_vendor(vendor)
    app.state.faults.plan(fault)

    first = send(target, credentials)
    assert first.counts["sending"] == 3 // vendor.effects
    with pytest.raises(NotDelivered, match=r"no answer within 0\.4 s|HTTP 500"):
        first.require()

    send(target, credentials).require()
    assert set(house.read("select status from outreach.outbox")) == SENT
    assert len(vendor.seen(app)) == vendor.effects


@every_vendor
def test_killed_between_sending_and_acknowledging(
    house: House, open_vendor: Open, send: Send, vendor: Vendor
) -> None:
    app, target, credentials = open_vendor(vendor)
    app.state.faults.plan("silent")
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        env={**os.environ, "TARGET": target.model_dump_json(), "AT": credentials.model_dump_json()},
        start_new_session=True,
    )
    try:
        assert app.state.faults.has_taken.wait(60)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert ("sending",) in house.read("select status from outreach.outbox")

    send(target, credentials).require()
    assert set(house.read("select status from outreach.outbox")) == SENT
    assert len(vendor.seen(app)) == vendor.effects


_CHILD = """
import json, os
from outreach.delivery import deliver
from outreach.delivery.targets import TargetsFile
from warehouse.credentials import Credentials
said = {**json.loads(os.environ["TARGET"]), "timeout_seconds": 60}
target = TargetsFile.model_validate({"targets": {"there": said}}).targets["there"]
deliver(target, lambda: Credentials(**json.loads(os.environ["AT"])))
"""


@every_vendor
def test_a_limit_is_waited_for_as_the_vendor_asks(
    house: House, open_vendor: Open, send: Send, patience: Patience, vendor: Vendor
) -> None:
    app, target, credentials = open_vendor(vendor)
    app.state.faults.retry_after = "17"
    app.state.faults.plan("limited")

    assert send(target, credentials).counts == {"sent": 3}
    assert 17 in patience.slept
    assert len(vendor.seen(app)) == vendor.effects


def test_a_limit_of_minutes_ends_the_run_and_leaves_the_rest_in_line(
    house: House, open_vendor: Open, send: Send, patience: Patience
) -> None:
    app, target, credentials = open_vendor(VENDORS["zendesk_ticket"])
    app.state.faults.retry_after = "3600"
    app.state.faults.plan("limited")

    first = send(target, credentials)
    assert first.counts == {"failed": 1, "pending": 2}
    assert max(patience.slept, default=0) < 60
    assert house.outbox() == [("c1", "failed", 1), ("c2", "pending", 0), ("c3", "pending", 0)]
    assert send(target, credentials).counts == {"sent": 3}


def test_what_cannot_be_mended_is_given_up_in_the_vendors_words_without_personal_data(
    house: House, open_vendor: Open, send: Send
) -> None:
    app, target, credentials = open_vendor(VENDORS["salesforce"])
    words = "Name Ana Ruiz <ana@x.example>, call 030 1234567: custom validation"
    body = json.dumps([{"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": words}])
    app.state.faults.plan(Response(body, 400, media_type="application/json"))

    first = send(target, credentials)
    assert first.counts == {"sent": 2, "given_up": 1}
    [(problem,)] = house.read("select last_error from outreach.outbox where status = 'given_up'")
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in problem
    assert "custom validation" in problem
    for personal in ("Ana", "Ruiz", "ana@", "1234567"):
        assert personal not in problem
    # Left alone until a person says otherwise.
    assert send(target, credentials).counts == {}


def test_a_lasting_fault_is_given_up_after_so_many_tries(
    house: House, open_vendor: Open, send: Send
) -> None:
    app, target, credentials = open_vendor(VENDORS["webhook"])
    target = target.model_copy(update={"give_up_after": 2})
    app.state.faults.plan(*["broken"] * 6)

    assert send(target, credentials).counts == {"sending": 3}
    assert send(target, credentials).counts == {"given_up": 3}
    assert send(target, credentials).counts == {}


def test_after_three_unclear_answers_in_a_row_a_target_is_left_alone(
    house: House, open_vendor: Open, send: Send
) -> None:
    house.change(
        "insert into outreach.list_entries by name "
        "select 'at_risk' as list, as_of, as_of as since, 10 + n as position, "
        "'e' || n as entry_id, 'd' || n as customer_id "
        "from range(5) as t(n), (select max(as_of) as as_of from outreach.list_runs)"
    )
    app, target, credentials = open_vendor(VENDORS["webhook"])
    app.state.faults.plan(*["broken"] * 8)

    assert send(target, credentials).counts == {"sending": 3, "pending": 5}
    assert len(app.state.faults.planned) == 5


def test_wrong_credentials_touch_nothing_and_are_told(
    house: House, open_vendor: Open, send: Send
) -> None:
    _, target, credentials = open_vendor(VENDORS["hubspot"])
    wrong = credentials.model_copy(update={"password": "pat-wrong-secret"})

    first = send(target, wrong)
    assert first.counts == {"failed": 1, "pending": 2}
    with pytest.raises(NotDelivered, match=r"access denied \(HTTP 401"):
        first.require()
    assert "pat-wrong-secret" not in str(house.read("from outreach.outbox"))
    assert send(target, credentials).counts == {"sent": 3}


def test_what_is_perhaps_there_is_looked_for_even_when_the_customer_left_the_list(
    house: House, open_vendor: Open, send: Send
) -> None:
    app, target, credentials = open_vendor(VENDORS["zendesk_ticket"])
    app.state.faults.plan("silent", "broken")
    send(target, credentials)
    house.relist(AS_OF + timedelta(days=1), "rank = 3")

    assert send(target, credentials).counts == {"sent": 1, "withdrawn": 1}
    assert house.outbox() == [("c1", "sent", 2), ("c2", "withdrawn", 2), ("c3", "sent", 1)]
    assert len(app.state.made) == 2


def test_other_words_under_the_same_key_do_not_make_a_second_ticket(
    house: House, open_vendor: Open, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, target, credentials = open_vendor(VENDORS["zendesk_ticket"])
    app.state.faults.plan("silent")
    send(target, credentials)
    house.change("update marts.at_risk_customers set top_reasons = 'three open complaints'")
    from outreach.delivery.adapters.zendesk import ZendeskTickets

    with monkeypatch.context() as blind:
        blind.setattr(ZendeskTickets, "find", lambda *_: None)
        assert send(target, credentials).counts == {"sending": 1}
    assert send(target, credentials).counts == {"sent": 1}
    assert len(app.state.made) == 3


def test_two_deliveries_to_one_target_do_not_run_together(
    house: House, open_vendor: Open, send: Send
) -> None:
    _, target, credentials = open_vendor(VENDORS["webhook"])
    settings().deliveries.mkdir(parents=True)

    with FileLock(settings().deliveries / ".there.lock"), pytest.raises(DeliveryBusy):
        send(target, credentials)


def test_the_warehouse_is_free_while_a_target_is_waited_for(
    house: House, open_vendor: Open, send: Send
) -> None:
    app, target, credentials = open_vendor(VENDORS["webhook"])
    seen: list[Any] = []
    answer = app.state.faults.answer

    async def look_meanwhile(take: Callable[[], Response]) -> Response:
        seen.append(house.read("select count(*) from outreach.outbox where status = 'sending'"))
        return await answer(take)

    app.state.faults.answer = look_meanwhile
    send(target, credentials)
    assert seen == [[(3,)]] * 3


def test_no_secret_and_nobody_is_in_the_log(
    house: House, open_vendor: Open, send: Send, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="outreach")
    caplog.set_level("INFO")
    for name in ("slack", "hubspot"):
        app, target, credentials = open_vendor(VENDORS[name])
        app.state.faults.plan("broken")
        send(target.model_copy(update={"name": name}), credentials)

    assert "HTTP 500" in caplog.text
    for hidden in (credentials.password, "Ana Ruiz", "ana@x.example"):
        assert hidden not in caplog.text


def test_a_dry_run_opens_no_connection(
    house: House, make_target: Callable[..., Target], send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    from outreach.delivery import preview

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a dry run went to the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for vendor in VENDORS.values():
        target = make_target(vendor.kind, **vendor.settings, enabled=False)
        assert preview(target, NOW)
        nowhere = Credentials(base_url="https://vendor.example", password="whsec_c2VjcmV0")
        assert send(target, nowhere).counts == {}
    assert house.outbox()[0] == ("c1", "dry_run", 0)

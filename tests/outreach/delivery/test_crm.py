"""What people find in their own tool: the right person, in words that are safe there."""

from collections.abc import Callable

from fastapi import FastAPI, Response

from outreach.delivery.send import Delivered
from outreach.delivery.targets import Target
from sample.servers import hubspot, salesforce_tasks, zendesk_writes
from tests.outreach.delivery.house import House, Patience
from tests.outreach.delivery.vendors import CONTACTS, VENDORS
from warehouse.credentials import Credentials

Send = Callable[..., Delivered]
Start = Callable[[str, FastAPI], Credentials]
Make = Callable[..., Target]


def test_a_salesforce_task_hangs_on_the_contact_and_carries_its_marker(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = salesforce_tasks.app()
    long = {"Subject": "Call {customer_name} " + "!" * 300, "WhoId": "{id_in_salesforce}"}
    send(make_target("salesforce_task", fields=long), start("salesforce", app)).require()

    [(key,)] = house.read("select idempotency_key from outreach.outbox where customer_id = 'c1'")
    task = app.state.tasks["00T000000000000AAA"]
    assert task["WhoId"] == "003000000000001"
    assert len(task["Subject"]) == 255
    assert task["Subject"].endswith(f" heedline{key[:20]}")
    ids = house.read("select remote_id from outreach.outbox order by customer_id")
    assert [remote for (remote,) in ids] == list(app.state.tasks)


def test_an_external_id_needs_no_marker(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = salesforce_tasks.app()
    vendor = VENDORS["salesforce_external_id"]
    send(make_target(vendor.kind, **vendor.settings), start("salesforce", app)).require()

    task = app.state.tasks["00T000000000000AAA"]
    assert task["Subject"] == "Call Ana Ruiz"
    assert len(task["Heedline_Key__c"]) == 32


def test_a_task_that_somebody_worked_on_is_not_written_over(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = salesforce_tasks.app()
    vendor = VENDORS["salesforce_external_id"]
    target, credentials = make_target(vendor.kind, **vendor.settings), start("salesforce", app)
    app.state.faults.plan("silent")
    send(target, credentials)
    app.state.tasks["00T000000000000AAA"]["Subject"] = "Called, all well"

    send(target, credentials).require()
    assert app.state.tasks["00T000000000000AAA"]["Subject"] == "Called, all well"


def test_a_hubspot_task_is_text_and_hangs_on_the_contact_of_the_address(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = hubspot.app({key: CONTACTS[key] for key in ("501", "503")})
    vendor = VENDORS["hubspot"]
    first = send(make_target(vendor.kind, **vendor.settings), start("hubspot", app))

    assert first.counts == {"sent": 2, "given_up": 1}
    assert "no contact with this e-mail address" in next(iter(first.problems))
    bodies = [task["hs_task_body"] for task in app.state.tasks.values()]
    assert bodies[1].startswith("&lt;!channel&gt; &amp; Co<br>heedline")
    assert app.state.tasks["11257289597"]["hs_timestamp"] == "2026-06-30T00:00:00Z"


def test_hubspots_limit_is_waited_for_over_the_stretch_that_it_is_counted_over(
    house: House, make_target: Make, start: Start, send: Send, patience: Patience
) -> None:
    app, vendor = hubspot.app(CONTACTS), VENDORS["hubspot"]
    stretch = {"X-HubSpot-RateLimit-Interval-Milliseconds": "11000"}
    app.state.faults.plan(Response(status_code=429, headers=stretch))
    send(make_target(vendor.kind, **vendor.settings), start("hubspot", app)).require()
    assert 11 in patience.slept


def test_a_contact_with_many_tasks_is_looked_through_page_by_page(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = hubspot.app(dict.fromkeys(["501"], "ana@x.example"))
    vendor = VENDORS["hubspot"]
    # Everybody's tasks hang on one contact: more than one page of them.
    settings = {**vendor.settings, "contact": "501"}
    target, credentials = make_target(vendor.kind, **settings), start("hubspot", app)
    app.state.faults.plan("silent", "silent")
    send(target, credentials)
    send(target, credentials).require()

    house.change("update outreach.outbox set status = 'sending'")
    assert send(target, credentials).counts == {"sent": 3}
    assert len(app.state.tasks) == 3


def test_a_zendesk_ticket_opens_with_an_internal_note_so_that_no_customer_is_written_to(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = zendesk_writes.app()
    vendor = VENDORS["zendesk_ticket"]
    send(make_target(vendor.kind, **vendor.settings), start("zendesk", app)).require()

    ticket = app.state.made[0]
    assert ticket["comment"] == {"body": "two open complaints", "public": False}
    assert ticket["requester_id"] == "40001"
    assert ticket["custom_fields"] == [{"id": 360001, "value": "red"}]
    assert ticket["subject"] == "At risk: Ana Ruiz"


def test_a_customer_without_a_zendesk_user_is_given_up_with_the_reason(
    house: House, make_target: Make, start: Start, send: Send
) -> None:
    app = zendesk_writes.app()
    house.change(
        "update marts.dim_customer_contacts set is_deleted = true where remote_id = '40002'"
    )
    vendor = VENDORS["zendesk_user"]
    first = send(make_target(vendor.kind, **vendor.settings), start("zendesk", app))

    assert first.counts == {"sent": 2, "given_up": 1}
    assert app.state.user_fields == {"40001": {"churn_risk": "red"}, "40003": {"churn_risk": "red"}}

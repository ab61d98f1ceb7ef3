"""`heedline deliver`: shows first, sends when told to, and says what to do next."""

from collections.abc import Callable

import pytest
import yaml
from fastapi import FastAPI
from typer.testing import CliRunner, Result

import heedline
from commands.console import CommandFailed
from sample.servers import webhook, zendesk_writes
from tests.outreach.delivery.house import House
from tests.outreach.delivery.vendors import VENDORS
from warehouse.credentials import Credentials
from warehouse.settings import settings

Start = Callable[[str, FastAPI], Credentials]


def deliver(*arguments: str) -> Result:
    return CliRunner().invoke(heedline.app, ["deliver", *arguments])


def targets(*, enabled: bool) -> None:
    vendor = VENDORS["webhook"]
    there = {"kind": "webhook", "enabled": enabled, "per_minute": 60_000, **vendor.settings}
    calls = {"kind": "csv", "fields": {"Name": "{customer_name}"}}
    path = settings().targets_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"targets": {"there": there, "calls": calls}}))


def test_it_shows_what_would_be_sent_and_sends_nothing(house: House) -> None:
    targets(enabled=True)
    shown = deliver()

    assert "there (list at_risk, webhook, on): 3 would be sent" in shown.output
    assert "calls (list at_risk, csv, off: dry run only): 3 would be sent" in shown.output
    assert "Ana Ruiz" in shown.output
    assert house.outbox() == []


def test_a_list_that_nobody_made_is_told_beside_those_that_are_there(house: House) -> None:
    targets(enabled=True)
    path = settings().targets_file
    said = yaml.safe_load(path.read_text())
    said["targets"]["calls"]["list"] = "growth"
    path.write_text(yaml.safe_dump(said))
    shown = deliver()

    assert shown.exit_code == 0
    assert "there (list at_risk, webhook, on): 3 would be sent" in shown.output
    assert "no list growth yet; `heedline run` makes one" in shown.output
    alone = deliver("--target", "calls")
    assert "no list growth yet" in str(alone.exception)


def test_a_target_that_is_off_is_not_sent_to_and_the_switch_is_named(house: House) -> None:
    targets(enabled=False)
    refused = deliver("--target", "there", "--send")

    assert isinstance(refused.exception, CommandFailed)
    assert "there is not switched on" in str(refused.exception)
    assert "write `enabled: true` under it in" in str(refused.exception)
    assert "targets.yml" in str(refused.exception)


def test_it_sends_to_what_is_on_and_its_status_tells(
    house: House, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets(enabled=True)
    app = webhook.app()
    at = start("webhook", app)
    secret = at.password.replace("=", "%3D")
    monkeypatch.setenv(
        "AIRFLOW_CONN_HEEDLINE_THERE", f"http://:{secret}@{at.base_url.removeprefix('http://')}"
    )

    assert "there: 3 sent" in deliver("--send").output
    assert len(app.state.events) == 3
    assert "there: nothing was due" in deliver("--send").output
    assert deliver("--status").output.split("\n")[1].split()[:3] == ["there", "sent", "3"]


def test_without_a_connection_it_says_which_variable_to_set(house: House) -> None:
    targets(enabled=True)
    failed = deliver("--send")

    assert failed.exit_code == 1
    assert "AIRFLOW_CONN_HEEDLINE_THERE" in failed.output
    assert house.outbox()[0] == ("c1", "pending", 0)


def test_what_was_given_up_is_sent_after_somebody_mended_it(
    house: House, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = zendesk_writes.app()
    at = start("zendesk", app)
    vendor = VENDORS["zendesk_ticket"]
    there = {"kind": vendor.kind, "enabled": True, "per_minute": 60_000, **vendor.settings}
    path = settings().targets_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"targets": {"there": there}}))
    login = at.login.replace("@", "%40").replace("/", "%2F")
    address = at.base_url.removeprefix("http://")
    monkeypatch.setenv("AIRFLOW_CONN_HEEDLINE_THERE", f"http://{login}:{at.password}@{address}")
    from fastapi import Response

    app.state.faults.plan(Response('{"error": "RecordInvalid"}', 422))
    assert deliver("--send").exit_code == 1
    assert "RecordInvalid" in deliver("--status").output

    assert "1 given up before are in line again" in deliver("--target", "there", "--again").output
    assert "there: 1 sent" in deliver("--target", "there", "--send").output
    assert len(app.state.made) == 3

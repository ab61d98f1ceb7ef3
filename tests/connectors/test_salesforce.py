"""Salesforce: sets of results, the lookback, deleted and merged rows, faults, and the staging."""

import json
from collections import deque
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request, Response

from connectors.contract import SourceError
from connectors.salesforce.source import source
from sample.servers import salesforce as server
from sample.servers.logins import LOGINS
from tests.connectors.slices import (
    at,
    build_staging,
    credentials,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
    write_world,
)

FIELDS = {
    "segment": "Segment__c",
    "language": "Language__c",
    "external_ids": {"account": "Account_Number__c"},
    "consent": {"marketing": "Marketing_Consent_At__c"},
}
COMPANY = {
    "company_id": "C1",
    "salesforce_id": "001000000000001AAA",
    "name": "Acme, Ltd",
    "domain": "acme.example",
    "segment": "mid",
    "owner_name": "Olga Owner",
    "owner_email": "olga@fernhill.example",
    "created_at": at("2025-07-01 08:00"),
    "updated_at": at("2025-07-01 08:00"),
}
PERSON = {
    "person_id": "P1",
    "given_name": "Ann",
    "surname": "Bell",
    "company_id": "C1",
    "street": "1 High St",
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "country": "GB",
    "language": "en",
    "birth_date": date(1980, 2, 3),
    "marketing_consent_at": at("2025-08-01 00:00"),
    "do_not_contact": True,
}


def contact(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "system": "salesforce",
        "remote_id": f"003{number:012d}AAA",
        "person_id": "P1",
        "name": f'Ann "{number}" Bell',
        "email": f"ann{number}@acme.example",
        "external_id": "F-1001",
        "created_at": at("2025-08-01 08:00"),
        "updated_at": at(f"2026-01-01 10:{number:02d}"),
    }
    return {**row, **changes}


def world(folder: Path, *contacts: dict[str, Any]) -> Path:
    return write_world(folder, companies=[COMPANY], people=[PERSON], identities=list(contacts))


def ask(address: str, secret: str = LOGINS["salesforce"].secret, **settings: Any) -> Any:
    defaults: dict[str, Any] = {"fields": FIELDS, "poll_seconds": 0.001, "max_records": 2}
    login = credentials(address, LOGINS["salesforce"].user, secret)
    return source(login, **{**defaults, **settings})


MERGED = contact(5, merged_into_remote_id=contact(1)["remote_id"])


@pytest.fixture
def org(tmp_path: Path) -> Iterator[str]:
    """One account and five contacts, the last of which was merged into the first."""
    rows = [*(contact(number) for number in range(1, 5)), MERGED]
    with served(server.app(world(tmp_path / "world", *rows))) as address:
        yield address


def test_when_results_come_in_sets_then_every_row_of_every_set_arrives(org: str) -> None:
    assert extract("salesforce", ask(org)) == {"account": 1, "contact": 5}
    accounts = load("salesforce")
    assert (accounts["contact"].accepted, accounts["contact"].quarantined) == (5, 0)
    # Within the ten minutes of lookback everything comes again, and counts as known.
    extract("salesforce", ask(org))
    again = load("salesforce")["contact"]
    assert (again.received, again.accepted, again.duplicates) == (5, 0, 5)


def test_when_a_record_changes_then_only_it_and_the_lookback_are_read(tmp_path: Path) -> None:
    early, late = contact(1), contact(30)
    with served(server.app(world(tmp_path / "1", early, late))) as address:
        extract("salesforce", ask(address))
        load("salesforce")
    changed = {**early, "phone": "+44 113 496 0000", "updated_at": at("2026-01-01 10:45")}
    with served(server.app(world(tmp_path / "2", changed, late))) as address:
        extract("salesforce", ask(address, lookback_minutes=1))
    account = load("salesforce")["contact"]
    assert (account.received, account.accepted, account.duplicates) == (2, 1, 1)
    assert raw("select count(*), max(phone) from raw_salesforce.contact") == [
        (2, "+44 113 496 0000")
    ]


def test_when_staged_then_merges_consent_and_own_fields_are_in_unified_terms(org: str) -> None:
    extract("salesforce", ask(org))
    load("salesforce")
    build_staging("salesforce")

    account = staged("salesforce", "accounts")[COMPANY["salesforce_id"]]
    assert {key: account[key] for key in ("name", "domain", "segment", "owner")} == {
        "name": "Acme, Ltd",
        "domain": "acme.example",
        "segment": "mid",
        "owner": "Olga Owner",
    }
    contacts = staged("salesforce", "contacts")
    ann = contacts[contact(1)["remote_id"]]
    assert (ann["name"], ann["given_name"], ann["surname"]) == ('Ann "1" Bell', "Ann", "Bell")
    assert (ann["company"], ann["account_remote_id"]) == ("Acme, Ltd", COMPANY["salesforce_id"])
    assert (ann["date_of_birth"], ann["address"]) == (date(1980, 2, 3), "1 High St, Leeds")
    assert json.loads(ann["external_ids"]) == {"account": "F-1001"}
    assert json.loads(ann["consent"]) == {"marketing": "2025-08-01T00:00:00.000Z"}
    assert (ann["language"], ann["do_not_contact"]) == ("en", True)
    assert ann["remote_updated_at"] == at("2026-01-01 10:01")
    assert (ann["remote_was_deleted"], ann["merged_into_remote_id"]) == (False, None)
    loser = contacts[MERGED["remote_id"]]
    assert (loser["remote_was_deleted"], loser["merged_into_remote_id"]) == (
        True,
        contact(1)["remote_id"],
    )


@pytest.mark.parametrize("date", ["2026-04-20", "2026-04-20T00:00:00.000+0000"])
def test_when_own_fields_tell_of_a_customers_end_then_staging_says_when(
    tmp_path: Path, date: str
) -> None:
    app = server.app(world(tmp_path / "world"))
    (record,) = app.state.records["Account"]
    told = {"customer_status": "Industry", "customer_until": "Churn_Date__c"}
    with served(app) as address:
        extract("salesforce", ask(address, fields=told))
        load("salesforce")
        build_staging("salesforce")
        plain = staged("salesforce", "accounts")[record["Id"]]
        # Where the own field is empty the standard one says it.
        assert (plain["customer_status"], plain["customer_until"]) == ("Customer - Direct", None)

        changed = {"Industry": "Former Customer", "Churn_Date__c": date}
        record |= {**changed, "SystemModstamp": "2026-05-01T00:00:00.000Z"}
        extract("salesforce", ask(address, fields=told))
        load("salesforce")
    account = staged("salesforce", "accounts")[record["Id"]]
    assert account["customer_status"] == "Former Customer"
    assert account["customer_until"] == at("2026-04-20 00:00")


def test_when_the_field_of_the_end_holds_no_date_then_the_record_is_set_aside(
    tmp_path: Path,
) -> None:
    app = server.app(world(tmp_path / "world"))
    app.state.records["Account"][0]["Churn_Date__c"] = "next spring"
    with served(app) as address:
        extract("salesforce", ask(address, fields={"customer_until": "Churn_Date__c"}))
    assert load("salesforce")["account"].quarantined == 1
    ((reason,),) = raw("select reason from quarantine.salesforce__account")
    assert "declared_customer_until" in reason
    assert "name a field of such a type" in reason


def test_when_the_secret_is_wrong_then_one_line_says_so_without_it(org: str) -> None:
    with pytest.raises(SourceError) as caught:
        extract("salesforce", ask(org, secret="wrong-secret-123"))
    text = str(caught.value)
    assert text.startswith("salesforce: /services/oauth2/token: credentials refused")
    assert "wrong-secret-123" not in text
    assert "\n" not in text


def test_when_an_own_field_does_not_exist_then_the_error_names_it(org: str) -> None:
    with pytest.raises(SourceError, match="No such column 'Nope__c' on entity 'Account'"):
        extract("salesforce", ask(org, fields={"segment": "Nope__c"}))


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("/results", '"Id","Name"\n"003', "not what the Bulk API sends"),
        ("/results", '"Id"\n"001000000000001AAA"\n', "1 rows came where Salesforce counts 3"),
        ("/jobs/query", "<html>maintenance</html>", "not what the Bulk API sends"),
        ("/token", '{"scope": "api"}', "no access_token"),
    ],
)
def test_when_an_answer_is_broken_then_nothing_lands_and_the_next_run_has_it_all(
    tmp_path: Path, path: str, body: str, problem: str
) -> None:
    app, broken = server.app(world(tmp_path / "world", contact(1))), deque([True])

    def spoil(request: Request) -> Response | None:
        if broken and request.url.path.endswith(path):
            broken.pop()
            headers = {"Sforce-NumberOfRecords": "3", "Sforce-Locator": "null"}
            kind = "text/csv" if path == "/results" else "application/json"
            return Response(body, media_type=kind, headers=headers)
        return None

    intercept(app, spoil)
    with served(app) as address:
        with pytest.raises(SourceError, match=problem):
            extract("salesforce", ask(address))
        assert load("salesforce") == {}
        assert extract("salesforce", ask(address)) == {"account": 1, "contact": 1}


@pytest.mark.parametrize("name", ["Segment__c FROM User", "a,b", ""])
def test_when_a_field_is_no_name_then_it_never_reaches_a_query(name: str) -> None:
    with pytest.raises(SourceError, match="no field name"):
        ask("http://127.0.0.1:1", fields={"external_ids": {"account": name or " "}})


def test_when_the_address_is_plain_http_elsewhere_then_nothing_is_sent() -> None:
    with pytest.raises(SourceError, match="address is not https"):
        extract("salesforce", ask("http://crm.example"))

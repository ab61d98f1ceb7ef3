"""The sample's CRM answers as Salesforce does: sign-in, query jobs, sets of results, refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sample.servers.logins import LOGINS
from sample.servers.salesforce import app
from tests.connectors.slices import at, write_world

JOBS = "/services/data/v61.0/jobs/query"


def contact(number: int, merged_into: str | None = None) -> dict[str, Any]:
    return {
        "system": "salesforce",
        "remote_id": f"003{number:012d}AAA",
        "name": f"Contact {number}",
        "created_at": at("2026-01-01 00:00"),
        "updated_at": at(f"2026-02-0{number} 00:00"),
        "merged_into_remote_id": merged_into,
    }


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    rows = [contact(1), contact(2), contact(3, merged_into=contact(1)["remote_id"])]
    made = TestClient(app(write_world(tmp_path / "world", identities=rows)))
    form = {
        "grant_type": "client_credentials",
        "client_id": LOGINS["salesforce"].user,
        "client_secret": LOGINS["salesforce"].secret,
    }
    token = made.post("/services/oauth2/token", data=form).json()["access_token"]
    made.headers["Authorization"] = f"Bearer {token}"
    return made


def finished(client: TestClient, soql: str, operation: str = "queryAll") -> dict[str, Any]:
    """A job looked at until it is over."""
    job = client.post(JOBS, content=json.dumps({"operation": operation, "query": soql})).json()
    states = [client.get(f"{JOBS}/{job['id']}").json() for _ in range(2)]
    assert states[0]["state"] == "InProgress"
    return states[1]


@pytest.mark.parametrize(("operation", "number"), [("queryAll", 3), ("query", 2)])
def test_when_asked_for_all_then_merged_rows_come_too(
    client: TestClient, operation: str, number: int
) -> None:
    job = finished(client, "SELECT Id, IsDeleted FROM Contact", operation)
    assert (job["state"], job["numberRecordsProcessed"]) == ("JobComplete", number)


def test_when_results_come_in_sets_then_the_last_locator_is_null(client: TestClient) -> None:
    job = finished(client, "SELECT Id FROM Contact WHERE SystemModstamp >= 2026-02-01T00:00:00Z")
    first = client.get(f"{JOBS}/{job['id']}/results", params={"maxRecords": 2})
    assert (first.headers["Sforce-NumberOfRecords"], len(first.text.splitlines())) == ("2", 3)
    asked = {"maxRecords": 2, "locator": first.headers["Sforce-Locator"]}
    last = client.get(f"{JOBS}/{job['id']}/results", params=asked)
    assert last.headers["Sforce-Locator"] == "null"
    assert last.text.splitlines() == ['"Id"', f'"{contact(3)["remote_id"]}"']


def test_when_a_field_does_not_exist_then_the_job_fails_and_says_which(client: TestClient) -> None:
    job = finished(client, "SELECT Id, Nope__c FROM Contact")
    assert job["state"] == "Failed"
    assert "No such column 'Nope__c'" in job["errorMessage"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "nope"}, "invalid_client"),
        ({"client_id": "nope"}, "invalid_client_id"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_when_signing_in_wrongly_then_400_says_why(
    client: TestClient, changes: dict[str, str], error: str
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": LOGINS["salesforce"].user,
        "client_secret": LOGINS["salesforce"].secret,
    }
    answer = client.post("/services/oauth2/token", data={**form, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_when_the_token_is_wrong_then_401(client: TestClient) -> None:
    answer = client.get(f"{JOBS}/750", headers={"Authorization": "Bearer nope"})
    assert answer.status_code == 401
    assert answer.json()[0]["errorCode"] == "INVALID_SESSION_ID"

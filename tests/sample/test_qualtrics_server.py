"""The sample Qualtrics answers as the vendor does: jobs, continuation, counts, refusals."""

import io
import json
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sample.servers.qualtrics import TOKEN, Store, app

EXPORTS = "/API/v3/surveys/SV_1/export-responses"


@pytest.fixture
def store() -> Store:
    made = Store()
    made.survey("SV_1", "QID1")
    made.record("SV_1", "R_1", "2026-03-01T09:00:00Z", QID1=4)
    return made


@pytest.fixture
def client(store: Store) -> TestClient:
    made = TestClient(app(store))
    made.headers["X-API-TOKEN"] = TOKEN
    return made


def exported(client: TestClient, **order: Any) -> tuple[list[str], str | None]:
    """Ids of one export's responses, and its continuation token."""
    job = client.post(EXPORTS, json={"format": "json", **order}).json()["result"]
    done = client.get(f"{EXPORTS}/{job['progressId']}").json()["result"]
    content = client.get(f"{EXPORTS}/{done['fileId']}/file").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rows = json.loads(archive.read(archive.namelist()[0]))["responses"]
    return [row["responseId"] for row in rows], done.get("continuationToken")


def test_a_continuation_holds_what_was_recorded_since(client: TestClient, store: Store) -> None:
    assert exported(client) == (["R_1"], None)
    ids, token = exported(client, allowContinuation=True)
    store.record("SV_1", "R_2", "2026-03-02T09:00:00Z", QID1=2)
    assert ids == ["R_1"]
    assert exported(client, continuationToken=token)[0] == ["R_2"]


def test_a_job_is_at_100_percent_before_it_is_complete(client: TestClient, store: Store) -> None:
    store.polls = 1
    job = client.post(EXPORTS, json={"format": "json"}).json()["result"]["progressId"]
    told = [client.get(f"{EXPORTS}/{job}").json()["result"] for _ in range(2)]
    assert [(t["percentComplete"], t["status"]) for t in told] == [
        *((100.0, "inProgress"), (100.0, "complete")),
    ]
    assert "fileId" not in told[0]


def test_deleted_and_test_responses_are_counted_apart(client: TestClient, store: Store) -> None:
    store.record("SV_1", "R_2", "2026-03-02T09:00:00Z", status=2)
    store.delete("SV_1", "R_1")
    counts = client.get("/API/v3/surveys/SV_1").json()["result"]["responseCounts"]
    assert counts == {"auditable": 0, "generated": 1, "deleted": 1}


def test_refused_tokens_and_strangers_get_the_vendors_error(
    client: TestClient, store: Store
) -> None:
    store.refused_tokens.add("ct-1")
    refused = client.post(EXPORTS, json={"continuationToken": "ct-1"})
    assert (refused.status_code, refused.json()["meta"]["httpStatus"]) == (400, "400")
    assert client.get("/API/v3/surveys/SV_1", headers={"X-API-TOKEN": "no"}).status_code == 401
    assert client.get("/API/v3/surveys/SV_2").status_code == 404

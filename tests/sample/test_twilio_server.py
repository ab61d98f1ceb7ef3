"""The sample Twilio account speaks as the 2010-04-01 API does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from sample.generator.tables import WORLD, schema
from sample.servers.logins import LOGINS
from sample.servers.twilio import app
from sample.servers.twilio_rows import ROOT, identity

T0 = datetime(2026, 6, 20, 23, 59, tzinfo=UTC)
AGENT = {"agent_id": "A1", "name": "Uma Day", "email": "uma.day@fernhill.example"}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    calls = [
        {
            "conversation_remote_id": f"CA{n:032x}",
            "remote_id": f"CA{n:032x}",
            "direction": "inbound",
            "from_phone": "+15550100001",
            "to_phone": "+15550109999",
            "ring_at": T0 + timedelta(days=n),
            "answered_at": T0 + timedelta(days=n, seconds=20),
            "ended_at": T0 + timedelta(days=n, seconds=140),
            "outcome": "answered",
            "agent_id": "A1",
            "transcript": "Caller: hello" if n == 0 else None,
        }
        for n in range(3)
    ]
    for name, rows in {"calls": calls, "agents": [AGENT], "messages": []}.items():
        kept = pa.Table.from_pylist(rows, schema=schema(WORLD[name]))
        pq.write_table(kept, tmp_path / f"{name}.parquet")
    return TestClient(app(tmp_path), headers={})


def get(client: TestClient, path: str, **params: str) -> httpx.Response:
    return client.get(path, params=params, auth=tuple(LOGINS["twilio"]))


def test_pages_link_on_by_a_relative_uri_to_the_end(client: TestClient) -> None:
    found, path = [], f"{ROOT}/Calls.json?PageSize=4"
    while path:
        assert path.startswith("/2010-04-01/")
        page = client.get(path, auth=tuple(LOGINS["twilio"])).json()
        found += [call["sid"] for call in page["calls"]]
        path = page["next_page_uri"]
    assert len(found) == len(set(found)) == 6


def test_filter_takes_whole_utc_days(client: TestClient) -> None:
    calls = get(client, f"{ROOT}/Calls.json", **{"StartTime>": "2026-06-22"}).json()["calls"]
    assert {call["start_time"][:16] for call in calls} == {"Mon, 22 Jun 2026"}
    assert get(client, f"{ROOT}/Calls.json", **{"StartTime>": "soon"}).status_code == 400


def test_agent_leg_hangs_on_the_callers(client: TestClient) -> None:
    calls = get(client, f"{ROOT}/Calls.json").json()["calls"]
    child = next(call for call in calls if call["parent_call_sid"])
    assert child["direction"] == "outbound-dial"
    assert (
        child["to"]
        == "client:uma_2Eday_40fernhill_2Eexample"
        == f"client:{identity(AGENT['email'])}"
    )
    assert child["duration"] == "120"
    assert "_at" not in child


def test_transcription_leads_over_its_recording_to_the_call(client: TestClient) -> None:
    (spoken,) = get(client, f"{ROOT}/Transcriptions.json").json()["transcriptions"]
    (recording,) = get(client, f"{ROOT}/Recordings.json").json()["recordings"]
    assert spoken["recording_sid"] == recording["sid"]
    assert recording["call_sid"] == f"CA{0:032x}"
    assert spoken["transcription_text"] == "Caller: hello"


def test_refusals_carry_twilio_s_codes(client: TestClient) -> None:
    refused = client.get(f"{ROOT}/Calls.json", auth=("AC1", "wrong"))
    assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    assert get(client, f"{ROOT}/Nothing.json").json()["code"] == 20404
    client.app.state.requests_per_second = 0  # type: ignore[attr-defined]
    limited = get(client, f"{ROOT}/Calls.json")
    assert (limited.status_code, limited.json()["code"]) == (429, 20429)
    assert limited.headers["Retry-After"] == "1"

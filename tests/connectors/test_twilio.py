"""Twilio: paging, the two-day lookback, what a wrong login says, and the staging it ends in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.contract import Credentials, SourceError
from connectors.landing import complete_loads, land
from connectors.loading import load_pending
from connectors.twilio.source import source, with_own_columns
from expectations.gate import gate_batch
from sample.generator.tables import WORLD, schema
from sample.servers import serve
from sample.servers.logins import LOGINS
from sample.servers.twilio import app
from tests.connectors.slices import build_staging
from warehouse.duck import warehouse

T0 = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
ANN, BEN = "+15550100001", "+15550100002"
US = "+15550109999"


def call(number: int, outcome: str, **changes: Any) -> dict[str, Any]:
    """A world call, `number` days after T0; answered after 30 s, over after 300 s."""
    ring = T0 + timedelta(days=number)
    return {
        "conversation_remote_id": f"CA{number:032x}",
        "remote_id": f"call-{number}",
        "direction": "inbound",
        "from_phone": ANN,
        "to_phone": US,
        "ring_at": ring,
        "answered_at": ring + timedelta(seconds=30) if outcome == "answered" else None,
        "ended_at": ring + timedelta(seconds=300),
        "outcome": outcome,
        "agent_id": "A1" if outcome in ("answered", "abandoned") else None,
        "transcript": "Agent: Hello\nCaller: My parcel never came"
        if outcome in ("answered", "voicemail")
        else None,
    } | changes


CALLS = [
    call(0, "answered"),
    call(1, "voicemail"),
    call(2, "abandoned", from_phone=BEN),
    call(3, "missed", from_phone=BEN),
    call(4, "answered", direction="outbound", from_phone=US, to_phone=ANN),
    call(5, "voicemail", from_phone="anonymous"),
]
AGENT = {"agent_id": "A1", "name": "Uma Day", "email": "uma.day@fernhill.example"}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    folder = tmp_path / "world"
    folder.mkdir()
    for name, rows in {"calls": CALLS, "agents": [AGENT], "messages": []}.items():
        kept = pa.Table.from_pylist(rows, schema=schema(WORLD[name]))
        pq.write_table(kept, folder / f"{name}.parquet")
    return folder


@pytest.fixture
def server(world: Path) -> Iterator[tuple[Any, Credentials]]:
    api = app(world)
    port, stop = serve("twilio", api)
    login = LOGINS["twilio"]
    address = f"http://127.0.0.1:{port}"
    yield api, Credentials(base_url=address, login=login.user, password=login.secret)
    stop()


def extract(credentials: Credentials) -> dict[str, int]:
    return land("twilio", source(credentials)).rows


def load() -> dict[str, Any]:
    for load_id in complete_loads("twilio"):
        gate_batch("twilio", load_id)
    return {account.resource: account for account in load_pending("twilio")}


def test_pages_are_followed_by_the_relative_link(
    server: tuple[Any, Credentials], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.twilio.source.PAGE_SIZE", 2)
    rows = extract(server[1])
    # Six calls; the answered and the abandoned inbound call and the outbound one have an agent leg.
    assert rows == {"calls": 9, "recordings": 4, "transcriptions": 4}


def test_second_run_reads_two_days_back_and_loads_only_what_changed(
    server: tuple[Any, Credentials],
) -> None:
    api, credentials = server
    running = next(
        c for c in api.state.lists["calls"] if c["sid"] == CALLS[5]["conversation_remote_id"]
    )
    finished = dict(running)
    running |= {"status": "in-progress", "end_time": None, "duration": None}
    extract(credentials)
    assert load()["calls"].accepted == 9

    running |= finished | {"date_updated": "Fri, 26 Jun 2026 09:30:00 +0000"}
    rows = extract(credentials)
    # Days 3 to 5: the missed call, the outbound call with two legs, the voicemail.
    assert rows["calls"] == 4
    account = load()["calls"]
    assert (account.accepted, account.duplicates) == (1, 3)
    with warehouse(read_only=True) as connection:
        found = connection.execute(
            "select status from raw_twilio.calls where sid = ?", [running["sid"]]
        ).fetchall()
    assert found == [("completed",)]


def test_unchanged_account_loads_nothing_new(server: tuple[Any, Credentials]) -> None:
    extract(server[1])
    load()
    extract(server[1])
    assert all(account.accepted == 0 for account in load().values())


def test_failed_read_keeps_the_cursor_so_the_next_run_heals(
    server: tuple[Any, Credentials], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, credentials = server
    monkeypatch.setattr("connectors.twilio.source.PAGE_SIZE", 2)
    recordings = api.state.lists.pop("recordings")
    with pytest.raises(Exception, match=r"twilio: .*Recordings.json: not found"):
        extract(credentials)
    api.state.lists["recordings"] = recordings
    assert extract(credentials) == {"calls": 9, "recordings": 4, "transcriptions": 4}


def test_wrong_token_is_one_line_without_the_secret(server: tuple[Any, Credentials]) -> None:
    wrong = server[1].model_copy(update={"password": "not-the-token"})
    with pytest.raises(Exception, match="credentials refused") as caught:
        extract(wrong)
    error: BaseException | None = caught.value
    while error and not isinstance(error, SourceError):
        error = error.__cause__
    assert error is not None
    assert "\n" not in str(error)
    assert "not-the-token" not in str(caught.value)


def test_login_that_names_no_account_is_refused_before_asking() -> None:
    with pytest.raises(SourceError, match="names no account; put the account SID"):
        source(Credentials(base_url="http://127.0.0.1:1", login="SK1", password="x"))


def test_unreadable_start_is_refused() -> None:
    with pytest.raises(SourceError, match=r"correct start_at in channels\.yml"):
        source(Credentials(base_url="http://127.0.0.1:1", login="AC1"), start_at="last week")


def test_rfc2822_times_become_sortable_text() -> None:
    row = with_own_columns({"start_time": "Fri, 18 Oct 2019 19:02:00 +0200", "end_time": None})
    assert row["start_time_iso"] == "2019-10-18T17:02:00Z"
    assert row["end_time_iso"] is None
    assert row["start_time"] == "Fri, 18 Oct 2019 19:02:00 +0200"


def test_staging_gives_unified_calls(server: tuple[Any, Credentials]) -> None:
    extract(server[1])
    accounts = load()
    assert all(account.quarantined == 0 for account in accounts.values())
    build_staging("twilio", T0)
    with warehouse(read_only=True) as connection:
        calls = connection.execute(
            "select direction, outcome, epoch(answered_at - ring_at), talk_seconds, hold_seconds, "
            "transcript is not null from staging.stg_twilio__calls order by ring_at"
        ).fetchall()
        conversations = connection.execute(
            "select channel, status, contact_remote_id, assignee_agent_remote_id "
            "from staging.stg_twilio__conversations order by opened_at"
        ).fetchall()
        agents = connection.execute(
            "select remote_id, email from staging.stg_twilio__agents"
        ).fetchall()
        contacts = connection.execute(
            "select remote_id from staging.stg_twilio__contacts order by 1"
        ).fetchall()
        messages = connection.execute(
            "select author_type, body from staging.stg_twilio__messages"
        ).fetchall()
    uma = "uma.day@fernhill.example"
    assert calls == [
        ("inbound", "answered", 30.0, 270.0, None, True),
        ("inbound", "voicemail", None, None, None, True),
        ("inbound", "abandoned", None, None, None, False),
        ("inbound", "missed", None, None, None, False),
        ("outbound", "answered", 30.0, 270.0, None, True),
        ("inbound", "voicemail", None, None, None, True),
    ]
    assert conversations == [
        ("phone", "solved", ANN, uma),
        ("phone", "solved", ANN, None),  # the voicemail that the outbound call answered
        ("phone", "closed", BEN, None),
        ("phone", "closed", BEN, None),
        ("phone", "solved", ANN, uma),
        ("phone", "open", None, None),
    ]
    assert agents == [(uma, uma)]
    assert contacts == [(ANN,), (BEN,)]
    assert messages == [("customer", "My parcel never came")] * 4

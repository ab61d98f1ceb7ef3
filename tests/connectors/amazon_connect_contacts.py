"""Contacts and words that the Amazon Connect tests tell their stories with, and how to ask."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI

from connectors.amazon_connect.source import source
from connectors.contract import Credentials
from sample.servers import amazon_connect as server
from tests.connectors.slices import Row

ANN, BEN = "+15550100001", "+15550100002"
UMA, VIC = "user-uma", "user-vic"


def clock(minute: float, base: str = "2026-06-20T09:00:00") -> str:
    """So many minutes after the beginning of the tests' day."""
    moment = datetime.fromisoformat(base).replace(tzinfo=UTC) + timedelta(minutes=minute)
    return moment.isoformat(timespec="milliseconds")


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


def contact(key: str, minute: float = 0, **changes: Any) -> Row:
    """A call of Ann's: queued after 1 minute, answered after 2, over after 10, wrapped up."""
    row = {
        "Id": key,
        "InitiationMethod": "INBOUND",
        "Channel": "VOICE",
        "QueueInfo": {"Id": "queue-care", "EnqueueTimestamp": clock(minute + 1)},
        "AgentInfo": {
            "Id": UMA,
            "ConnectedToAgentTimestamp": clock(minute + 2),
            "AfterContactWorkDuration": 30,
            "AgentInitiatedHoldDuration": 60,
        },
        "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": ANN},
        "InitiationTimestamp": clock(minute),
        "DisconnectTimestamp": clock(minute + 10),
        "LastUpdateTimestamp": clock(minute + 11),
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "Attributes": {"customerEmail": "ann@acme.example", "accountNumber": "F-1"},
    }
    return {**{k: v for k, v in row.items() if k not in changes}, **_given(changes)}


def _given(changes: Row) -> Row:
    return {key: value for key, value in changes.items() if value is not None}


def turn(number: int, who: str, text: str, **more: Any) -> Row:
    offsets = {"BeginOffsetMillis": number * 1000, "EndOffsetMillis": number * 1000 + 900}
    base = {"Id": f"t{number}", "ParticipantId": who, "Content": text, "Sentiment": "NEUTRAL"}
    return {**base, **(more or offsets)}


TALK = [turn(1, "p-1", "Hello, Acme"), turn(2, "p-2", "My parcel never came")]
PEOPLE = {"p-1": "AGENT", "p-2": "CUSTOMER"}


def signed_in(address: str, secret: str = server.KEYS[1], **extra: Any) -> Credentials:
    told = {"instance_id": server.INSTANCE, "region": "eu-central-1", **extra}
    return Credentials(base_url=address, login=server.KEYS[0], password=secret, extra=told)


def ask(address: str, secret: str = server.KEYS[1], **changes: Any) -> Any:
    # The tests' days are long past; a search of a few years is one window.
    given = {"start_at": "2026-06-01T00:00:00Z", "transcripts": "none", "window_days": 3650}
    return source(signed_in(address, secret), **{**given, **changes})


def calls(app: FastAPI) -> Counter[str]:
    """How often each operation was asked for since the last look."""
    found = Counter(path.split("/")[1] for path, _ in app.state.asked)
    app.state.asked.clear()
    return found

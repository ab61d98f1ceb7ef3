"""One line of an event log → the CloudEvents 1.0 in it, and their data as rows of our terms.

Structured events (also several in one array) stand as they are; one of binary mode stands as the
request that a receiver wrote down: `headers` with `body`, or the `ce-` headers beside `message`.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, from_binary
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from connectors.file_drop.schema import entities
from warehouse.clock import iso

Row = dict[str, Any]
_BODIES = ("body", "message", "data")


@dataclass(frozen=True)
class Event:
    """An event, or what was meant to be one.

    Attributes:
        columns: its attributes as columns of `raw_file_drop.events`.
        entity: what its data are rows of; empty when it is refused.
        rows: these rows.
        refusal: why it is set aside.
        line: the event as it came.
    """

    line: str
    refusal: str = ""
    entity: str = ""
    columns: Row = field(default_factory=dict)
    rows: tuple[Row, ...] = ()


class _Refused(ValueError):
    """What is wrong with an event; what to do."""


def type_of(entity: str) -> str:
    """The event type whose data are rows of an entity: `org.heedline.message.v1`."""
    singular = entity[:-3] + "y" if entity.endswith("ies") else entity.removesuffix("s")
    return f"org.heedline.{singular}.v1"


def events_of(line: bytes) -> list[Event]:
    """The events of a line, never none; one that cannot be taken has a refusal."""
    text = line.decode("utf-8", "backslashreplace")
    try:
        held = json.loads(line)
    except (ValueError, RecursionError):
        return [Event(text, "is not JSON; write one event a line")]
    several = held if isinstance(held, list) and held else [held]
    return [_event(one, text if len(several) == 1 else json.dumps(one)) for one in several]


def _event(held: Any, line: str) -> Event:
    columns: Row = {}
    try:
        event = _parsed(held)
        columns = _columns(event)
        entity = _entity(columns["event_type"])
        return Event(line, "", entity, columns, tuple(_rows(event)))
    except _Refused as error:
        return Event(line, str(error), "", columns)


def _parsed(held: Any) -> BaseCloudEvent:
    """The event of a JSON value, by the specification's rules."""
    if not isinstance(held, dict):
        raise _Refused("is not a JSON object; write one event a line")
    # A receiver that writes the same headers for every request leaves those empty that it had not.
    headers = {
        str(n).lower(): value for n, value in _headers(held).items() if value not in ("", [])
    }
    body = next((held[name] for name in _BODIES if held.get(name) is not None), None)
    try:
        if any(name.startswith("ce-") for name in headers):
            said = {n: str(v[0] if isinstance(v, list) and v else v) for n, v in headers.items()}
            raw = body if isinstance(body, str) else json.dumps(body)
            return from_binary(HTTPMessage(said, raw.encode()), JSONFormat(), CloudEvent)
        if "specversion" not in held and body is not None:
            # A receiver wrote down a request whose body is the event.
            held = json.loads(body) if isinstance(body, str) else body
        return JSONFormat().read(CloudEvent, json.dumps(held))
    except CloudEventValidationError as error:
        found = "; ".join(f"{name}: {each[0]}" for name, each in error.errors.items())
        raise _Refused(f"is no CloudEvent 1.0 ({found}); mend the sender") from None
    except (ValueError, TypeError, AttributeError) as error:
        said_by = " ".join(str(error).split())[:160]
        raise _Refused(f"is no CloudEvent 1.0 ({said_by}); mend the sender") from None


def _headers(held: Row) -> Row:
    """The request's headers, where a receiver wrote them down: under a name, or beside the body."""
    named = held.get("headers")
    if isinstance(named, dict):
        return named
    return {n: v for n, v in held.items() if n.lower().startswith(("ce-", "content-type"))}


def _columns(event: BaseCloudEvent) -> Row:
    moment = event.get_time()
    found = {
        "event_id": event.get_id(),
        "event_source": event.get_source(),
        "event_type": event.get_type(),
        "event_subject": event.get_subject(),
    }
    clean = {n: v and v.encode("utf-8", "replace").decode() for n, v in found.items()}
    return {**clean, "event_time": iso(moment) if moment else None}


def _entity(event_type: str) -> str:
    known = {type_of(entity): entity for entity in entities()}
    if event_type not in known:
        raise _Refused(
            f"type {event_type!r} is not one we know; write org.heedline.<entity>.v1 "
            "(docs/file_drop.md), or replay it with a version that knows it"
        )
    return known[event_type]


def _rows(event: BaseCloudEvent) -> list[Row]:
    """The data as rows; the event's time is that of the state it tells, where a row has none."""
    data: Any = event.get_data()
    try:
        read = json.loads(data) if isinstance(data, str | bytes) else data
    except ValueError:
        read = None
    rows = read if isinstance(read, list) else [read]
    if not rows or not all(isinstance(row, dict) and row for row in rows):
        raise _Refused("data is no row of our terms; write a JSON object, or a list of them")
    moment = event.get_time()
    told = {"updated_at": iso(moment)} if moment else {}
    return [told | {n: v for n, v in row.items() if n != "updated_at" or v} for row in rows]

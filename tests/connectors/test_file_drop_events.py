"""Event logs: the shapes of CloudEvents, reading on, rotation, and what is set aside."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from connectors.file_drop import cloud_events
from connectors.file_drop.cloud_events import events_of, type_of
from connectors.file_drop.logs import changed_logs, remember
from connectors.file_drop.schema import entities
from connectors.landing import complete_loads
from connectors.replaying import replay
from expectations.gate import CheckerBroken, gate_batch
from tests.connectors.drop_house import DropHouse
from tests.connectors.slices import is_handled

TIME = "2026-01-01T10:00:00Z"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DropHouse:
    """An empty drop folder named acme."""
    folder = tmp_path / "acme"
    folder.mkdir()
    monkeypatch.setenv("HEEDLINE_DROP_DIR", str(folder))
    return DropHouse(folder)


def message(number: int, **more: Any) -> dict[str, Any]:
    row = {"message_id": f"m{number}", "conversation_id": "c1", "sent_at": TIME}
    return row | {"author_type": "customer", "body": f"hello {number}"} | more


def event(number: int, data: Any = None, **more: Any) -> dict[str, Any]:
    attributes = {"specversion": "1.0", "id": f"e{number}", "source": "/desk", "time": TIME}
    attributes["type"] = "org.heedline.message.v1"
    return attributes | {"data": message(number) if data is None else data} | more


def lines(*events: Any) -> str:
    return "".join(json.dumps(each) + "\n" for each in events)


def bodies(house: DropHouse) -> list[str]:
    return [b for (b,) in house.query("select body from raw_file_drop.messages order by body")]


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_every_entity_has_a_type() -> None:
    assert len({type_of(entity) for entity in entities()}) == len(entities())
    assert type_of("sla_policies") == "org.heedline.sla_policy.v1"
    assert type_of("conversation_events") == "org.heedline.conversation_event.v1"


def test_a_log_is_read_on_and_a_cut_last_line_waits(house: DropHouse) -> None:
    path = house.write("events.jsonl", lines(event(1)) + lines(event(2))[:40])
    assert house.load()["messages"] == (1, 1, 0, 0)
    assert house.query("select rows, message from raw_file_drop.files") == [
        (1, "the last line is not whole yet")
    ]
    append(path, lines(event(2))[40:] + lines(event(3)).rstrip())
    # The third line has no end, but it is whole: no beginning of it is.
    assert house.load()["messages"] == (2, 2, 0, 0)
    append(path, "\n" + lines(event(4)))
    assert house.load()["messages"] == (1, 1, 0, 0)
    assert bodies(house) == ["hello 1", "hello 2", "hello 3", "hello 4"]
    assert house.query("select event_id, drop_row from raw_file_drop.events order by 1") == [
        ("e1", 1), ("e2", 2), ("e3", 3), ("e4", 4)
    ]  # fmt: skip
    assert house.land() == {}


def test_an_event_sent_again_is_one_event_and_one_row(house: DropHouse) -> None:
    house.write("events.jsonl", lines(event(1), event(2), event(1)))
    accounts = house.load()
    assert (accounts["events"], accounts["messages"]) == ((3, 2, 0, 1), (3, 2, 0, 1))
    append(house.folder / "events.jsonl", lines(event(1, source="/other"), event(1)))
    assert house.load()["events"] == (2, 1, 0, 1)


def test_rotation_by_renaming_loses_nothing(house: DropHouse) -> None:
    path = house.write("events.jsonl", lines(event(1)))
    house.load()
    append(path, lines(event(2)))
    path.rename(house.folder / "events.jsonl.1")
    house.write("events.jsonl", lines(event(3)))
    assert house.load()["messages"] == (2, 2, 0, 0)
    packed = gzip.compress((house.folder / "events.jsonl.1").read_bytes())
    (house.folder / "events.jsonl.1").unlink()
    house.write("events.jsonl.2.gz", packed)
    assert house.land() == {}


def test_rotation_by_copying_and_truncating_loses_nothing(house: DropHouse) -> None:
    path = house.write("events.jsonl", lines(event(1)))
    house.load()
    append(path, lines(event(2)))
    house.write("events-20260101.jsonl", path.read_bytes())
    path.write_text(lines(event(3)))
    assert house.load()["messages"] == (2, 2, 0, 0)
    assert bodies(house) == ["hello 1", "hello 2", "hello 3"]


def test_a_log_that_was_rewritten_is_read_from_its_start(house: DropHouse) -> None:
    path = house.write("events.jsonl", lines(event(1), event(2), event(3)))
    house.load()
    path.write_text(lines(event(1), event(4)))
    assert house.load()["messages"] == (2, 1, 0, 1)
    path.write_text(lines(event(1), event(5), event(6), event(7), event(8)))
    assert house.load()["messages"] == (5, 4, 0, 1)


def test_two_logs_that_begin_alike_are_both_read_once(house: DropHouse) -> None:
    house.write("events_a.jsonl", lines(event(1), event(2)))
    house.write("events_b.jsonl", lines(event(1), event(3)))
    house.load()
    assert bodies(house) == ["hello 1", "hello 2", "hello 3"]
    assert house.land() == {}


def test_a_run_that_breaks_off_moves_nothing(
    house: DropHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.file_drop import events

    path = house.write("events.jsonl", lines(event(1)))
    house.load()
    append(path, lines(event(2)))
    with monkeypatch.context() as patched:
        patched.setattr(events, "remember", lambda *_: 1 / 0)
        with pytest.raises(Exception, match="division by zero"):
            house.land()
    assert house.load()["messages"] == (1, 1, 0, 0)
    assert bodies(house) == ["hello 1", "hello 2"]


def structured(made: CloudEvent) -> Any:
    return json.loads(to_structured(made, JSONFormat()).body)


def request(made: CloudEvent) -> dict[str, Any]:
    sent = to_binary(made, JSONFormat())
    return {"headers": sent.headers, "body": json.loads(sent.body)}


def flat(made: CloudEvent) -> dict[str, Any]:
    sent = to_binary(made, JSONFormat())
    return {**sent.headers, "message": sent.body.decode(), "path": "/", "timestamp": TIME}


def enveloped(made: CloudEvent) -> dict[str, Any]:
    sent = to_structured(made, JSONFormat())
    return {"headers": sent.headers, "body": sent.body.decode()}


def logged(sent: HTTPMessage) -> dict[str, Any]:
    """As nginx wrote it (docs/file_drop.md): headers that the request had not are empty."""
    told = {name.lower(): value for name, value in sent.headers.items()}
    names = [
        "content-type",
        *(f"ce-{each}" for each in ("specversion", "id", "source", "type", "time")),
    ]
    return {"headers": {name: told.get(name, "") for name in names}, "body": sent.body.decode()}


SHAPES = [
    structured,
    request,
    flat,
    enveloped,
    lambda made: [structured(made)],
    lambda made: logged(to_structured(made, JSONFormat())),
    lambda made: logged(to_binary(made, JSONFormat())),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_structured_and_binary_events_are_told_alike(shape: Any) -> None:
    attributes = {"type": "org.heedline.message.v1", "source": "/münchen", "id": "1"}
    made = CloudEvent(attributes=attributes, data=message(1))
    (found,) = events_of(json.dumps(shape(made)).encode())
    assert found.refusal == ""
    assert (found.entity, found.columns["event_source"]) == ("messages", "/münchen")
    assert found.rows[0].items() >= message(1).items()


def test_data_may_be_several_rows_or_base64(house: DropHouse) -> None:
    coded = {**event(3), "data_base64": "eyJtZXNzYWdlX2lkIjogIm0zIn0="}
    del coded["data"]
    (found,) = events_of(json.dumps(coded).encode())
    assert found.rows[0]["message_id"] == "m3"
    house.write("events.jsonl", lines(event(1, [message(1), message(2)])))
    assert house.load()["messages"] == (2, 2, 0, 0)


def test_the_state_of_the_later_event_wins_in_whatever_order_they_come(house: DropHouse) -> None:
    new, old = message(1, body="new"), message(1, body="old")
    house.write(
        "events.jsonl",
        lines(event(2, new, time="2026-01-02T00:00:00+01:00"), event(1, old)),
    )
    house.load()
    assert bodies(house) == ["new"]


def test_what_is_no_event_of_ours_is_kept_as_it_came_with_a_reason(house: DropHouse) -> None:
    bad = [
        event(2, type="com.example.order"),
        {**event(3), "source": ""},
        event(4, "just text"),
        [event(5), "no event"],
        event(6, {**message(6), "sent_at": "yesterday"}),
        {**event(7), "id": 7},
    ]
    house.write("events.jsonl", lines(event(1)) + "{cut\n" + lines(*bad) + '"\\ud800"\n')
    accounts = house.load()
    assert accounts["events"] == (10, 3, 7, 0)
    assert accounts["messages"] == (3, 2, 1, 0)
    reasons = [r for (r,) in house.query("select reason from quarantine.file_drop__events")]
    for said in (
        "events.jsonl row 2: is not JSON; write one event a line",
        "events.jsonl row 3: type 'com.example.order' is not one we know; write org.heedline",
        "row 4: is no CloudEvent 1.0 (source: ",
        "row 5: data is no row of our terms",
        "row 6: is not a JSON object",
        "row 8: is no CloudEvent 1.0 (id: ",
        "row 9: is not a JSON object",
    ):
        assert any(said in reason for reason in reasons), (said, reasons)
    kept = house.query(
        "select json_extract_string(row, '$.event_line') from quarantine.file_drop__events "
        "where reason like '%row 3:%'"
    )
    assert json.loads(kept[0][0]) == bad[0]


def test_a_refused_event_is_replayed_when_its_type_is_known(
    house: DropHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.write("events.jsonl", lines(event(1), event(2, type="org.heedline.message.v2")) + "{\n")
    assert house.load()["events"] == (3, 1, 2, 0)
    assert [r.stays for r in replay("file_drop", None, gate_batch)] == [2]
    assert bodies(house) == ["hello 1"]
    known = cloud_events._entity

    def newer(event_type: str) -> str:
        return known(event_type.replace(".v2", ".v1"))

    def gate(source: str, load_id: str) -> None:
        assert is_handled(source), "a load could delete what is being judged"
        gate_batch(source, load_id)

    monkeypatch.setattr(cloud_events, "_entity", newer)
    done = {r.account.resource: (r.account.accepted, r.stays) for r in
            replay("file_drop", "events", gate)}  # fmt: skip
    assert done == {"events": (1, 1), "messages": (1, 0)}
    assert bodies(house) == ["hello 1", "hello 2"]
    assert house.query("select count(*) from quarantine.file_drop__events") == [(1,)]
    (row,) = house.query(
        "select drop_folder, drop_file, drop_row from raw_file_drop.messages where message_id='m2'"
    )
    assert row == ("acme", "events.jsonl", 2)
    assert house.land() == {}


def test_a_replay_whose_gate_breaks_changes_nothing(
    house: DropHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.write("events.jsonl", lines(event(1, type="org.heedline.message.v2")))
    house.load()
    monkeypatch.setattr(cloud_events, "_entity", lambda event_type: "messages")

    def broken(source: str, load_id: str) -> None:
        raise CheckerBroken("no suite")

    with pytest.raises(CheckerBroken):
        replay("file_drop", "events", broken)
    assert complete_loads("file_drop") == []
    assert house.query("select count(*) from quarantine.file_drop__events") == [(1,)]


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["specversion", "id", "source", "type", "data", "headers", "ce-id", "body",
                         "time", "data_base64", "message"]), inner, max_size=6),
    max_leaves=12,
).map(lambda held: json.dumps(held).encode()))  # fmt: skip
def test_no_line_stops_the_reading(line: bytes) -> None:
    for found in events_of(line):
        assert bool(found.refusal) != bool(found.entity)


def test_a_packed_log_that_is_cut_waits_for_the_rest(tmp_path: Path) -> None:
    whole = gzip.compress(lines(*(event(n, "x" * n) for n in range(400))).encode())
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(whole[: len(whole) // 2])
    state: dict[str, Any] = {}
    (first,) = changed_logs(tmp_path, state)
    some = list(first.unread())
    assert 0 < len(some) < 400
    assert first.waits
    remember(first, state)
    path.write_bytes(whole)
    (second,) = changed_logs(tmp_path, state)
    assert len(some) + len(list(second.unread())) == 400

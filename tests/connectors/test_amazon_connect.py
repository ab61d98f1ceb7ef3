"""Amazon Connect: searches that are cut, contacts that change late, words that come later still."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import dlt
import pytest
from fastapi import FastAPI, Request, Response

from connectors.amazon_connect.aws import open_aws
from connectors.amazon_connect.source import source
from connectors.contract import Credentials, SourceError
from connectors.ledger import Ledger
from sample.servers import amazon_connect as server
from tests.connectors.slices import at, build_staging, extract, intercept, load, raw, served, staged
from warehouse.settings import settings

Row = dict[str, Any]
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


@pytest.fixture
def instance() -> server.Instance:
    instance = server.Instance(page=3)
    for number in range(5):
        instance.put(contact(f"c{number}", 60 * number))
    for key, name in ((UMA, "Uma"), (VIC, "Vic")):
        identity = {"FirstName": name, "LastName": "Day"}
        user = {"Id": key, "Username": f"{name}.Day@fernhill.example", "IdentityInfo": identity}
        instance.users.append(user)
    for key, name in (("queue-care", "Care"), ("queue-money", "Billing")):
        instance.queues.append({"Id": key, "Name": name, "QueueType": "STANDARD"})
    return instance


@pytest.fixture
def served_instance(instance: server.Instance) -> Iterator[tuple[FastAPI, str]]:
    app = server.app(instance)
    with served(app) as address:
        yield app, address


@pytest.fixture
def address(served_instance: tuple[FastAPI, str]) -> str:
    return served_instance[1]


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


def state_of(resource: str) -> Row:
    pipeline = dlt.attach("amazon_connect_landing", pipelines_dir=str(settings().dlt))
    found: Row = pipeline.state["sources"]["amazon_connect"]["resources"][resource]
    return found


def test_when_lists_fill_several_pages_then_a_second_run_finds_nothing_new(
    served_instance: tuple[FastAPI, str],
) -> None:
    app, address = served_instance
    first = extract("amazon_connect", ask(address))
    assert first == {"contacts": 5, "users": 2, "queues": 2}
    assert {n: a.accepted for n, a in load("amazon_connect").items()} == first
    calls(app)
    assert extract("amazon_connect", ask(address)) == {}
    # What is final and looks the same is not described again.
    assert calls(app)["contacts"] == 0
    assert state_of("contacts")["vendor_count"]["count"] == 5


def test_when_a_search_gives_fewer_than_it_counts_then_the_stretch_is_halved(
    instance: server.Instance, address: str
) -> None:
    instance.cap = 2
    assert extract("amazon_connect", ask(address))["contacts"] == 5
    load("amazon_connect")
    assert raw("select count(distinct id) from raw_amazon_connect.contacts") == [(5,)]
    assert state_of("contacts")["vendor_count"]["count"] == 5


def test_when_a_stretch_holds_more_than_we_take_then_it_is_halved_at_once(
    served_instance: tuple[FastAPI, str],
) -> None:
    app, address = served_instance
    assert extract("amazon_connect", ask(address, most_per_search=2))["contacts"] == 5
    assert not [
        body for path, body in app.state.asked if '"NextToken"' in body and "search-c" in path
    ]


def test_when_one_second_holds_more_than_a_search_gives_then_the_run_says_so(
    instance: server.Instance, address: str
) -> None:
    instance.cap = 2
    for number in range(5):
        instance.put(contact(f"same{number}", 600))
    with pytest.raises(SourceError, match="5 contacts within a second, more than a search gives"):
        extract("amazon_connect", ask(address))


def test_when_a_contact_began_long_before_it_ended_then_it_is_found_by_its_end(
    instance: server.Instance, address: str
) -> None:
    extract("amazon_connect", ask(address))
    load("amazon_connect")
    # A callback that waited for three weeks: its beginning lies far before the lookback.
    late = contact("late", InitiationTimestamp="2026-06-02T09:00:00+00:00")
    instance.put(late | {"DisconnectTimestamp": clock(2000)})
    assert extract("amazon_connect", ask(address)) == {"contacts": 1}


def test_when_a_contact_runs_then_it_is_found_by_its_beginning_and_followed_to_its_end(
    instance: server.Instance, address: str
) -> None:
    running = contact("runs", InitiationTimestamp=ago(30), LastUpdateTimestamp=ago(29))
    del running["DisconnectTimestamp"]
    instance.put(running)
    assert extract("amazon_connect", ask(address))["contacts"] == 6
    load("amazon_connect")
    instance.put(running | {"DisconnectTimestamp": ago(5), "LastUpdateTimestamp": ago(5)})
    assert extract("amazon_connect", ask(address)) == {"contacts": 1}
    load("amazon_connect")
    found = raw(
        "select disconnect_timestamp is null from raw_amazon_connect.contacts where id = 'runs'"
    )
    assert found == [(False,)]


def test_when_a_contact_changes_after_its_end_then_it_is_described_again_until_it_is_settled(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance
    over = contact("over", InitiationTimestamp=ago(20), DisconnectTimestamp=ago(10))
    over["LastUpdateTimestamp"] = ago(10)
    instance.put(over)
    extract("amazon_connect", ask(address))
    load("amazon_connect")
    calls(app)
    # A search does not show after-contact work: only the description differs.
    over["AgentInfo"] = {**over["AgentInfo"], "AfterContactWorkDuration": 240}
    over["LastUpdateTimestamp"] = ago(6)
    assert extract("amazon_connect", ask(address)) == {"contacts": 1}
    assert calls(app)["contacts"] == 1
    assert load("amazon_connect")["contacts"].accepted == 1
    assert extract("amazon_connect", ask(address, settle_minutes=5)) == {}
    calls(app)
    assert extract("amazon_connect", ask(address, settle_minutes=5)) == {}
    assert calls(app)["contacts"] == 0


def test_when_contact_lens_is_done_later_then_its_words_come_with_a_later_run(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance
    fresh = contact("fresh", InitiationTimestamp=ago(90), DisconnectTimestamp=ago(70))
    fresh["AgentInfo"] = {**fresh["AgentInfo"], "ConnectedToAgentTimestamp": ago(80)}
    instance.put(fresh)
    by_file = {"transcripts": "s3", "bucket": "sample-bucket"}
    assert "transcripts" not in extract("amazon_connect", ask(address, **by_file))
    load("amazon_connect")
    day = fresh["AgentInfo"]["ConnectedToAgentTimestamp"][:10].replace("-", "/")
    name = f"Analysis/Voice/{day}/fresh_analysis_2026-06-20T09:00:00Z.json"
    blacked_out = name.replace("_analysis_", "_analysis_redacted_")
    words = server.analysis("VOICE", TALK, PEOPLE)
    instance.files[name] = ("2026-06-20T10:30:00.000Z", words)
    instance.files[blacked_out] = ("2026-06-20T10:40:00.000Z", b"the wrong one")
    calls(app)
    assert extract("amazon_connect", ask(address, **by_file)) == {"transcripts": 1}
    # Of the others, over for months, nothing is awaited any more.
    assert calls(app)["sample-bucket"] == 2
    load("amazon_connect")
    assert extract("amazon_connect", ask(address, **by_file)) == {}
    assert calls(app)["sample-bucket"] == 0
    assert raw("select contact_id, language_code, file from raw_amazon_connect.transcripts") == [
        ("fresh", "en-US", name)
    ]


def test_when_only_redacted_words_are_wanted_then_only_those_files_are_read(
    instance: server.Instance, address: str
) -> None:
    day = "Analysis/Voice/Redacted/2026/06/20"
    name = f"{day}/c0_analysis_redacted_2026-06-20T09:00:00Z.json"
    instance.files[name] = ("2026-06-20T10:30:00.000Z", server.analysis("VOICE", TALK, PEOPLE))
    told = {"transcripts": "s3", "bucket": "sample-bucket", "redacted": True}
    assert extract("amazon_connect", ask(address, **told))["transcripts"] == 1


@pytest.mark.parametrize("content", [b'{"Transcript": [', b'{"JobStatus": "FAILED"}'])
def test_when_a_file_is_no_transcript_then_nothing_lands_and_the_next_run_heals(
    instance: server.Instance, address: str, content: bytes
) -> None:
    name = "Analysis/Voice/2026/06/20/c0_analysis_2026-06-20T09:00:00Z.json"
    instance.files[name] = ("2026-06-20T10:30:00.000Z", content)
    told = {"transcripts": "s3", "bucket": "sample-bucket"}
    with pytest.raises(SourceError, match="a file that is no transcript"):
        extract("amazon_connect", ask(address, **told))
    assert load("amazon_connect") == {}
    instance.files[name] = ("2026-06-20T10:30:00.000Z", server.analysis("VOICE", TALK, PEOPLE))
    rows = extract("amazon_connect", ask(address, **told))
    assert (rows["contacts"], rows["transcripts"]) == (5, 1)


def test_when_words_come_in_real_time_then_they_are_asked_for_while_they_are_kept(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance
    moments = {"InitiationTimestamp": ago(90), "DisconnectTimestamp": ago(70)}
    instance.put(contact("call", **moments))
    instance.put(contact("chat", Channel="CHAT", CustomerEndpoint=None, **moments))
    instance.put(contact("plain", **moments))
    instance.spoken["call"] = [
        turn(number, "p", f"word {number}", ParticipantRole="CUSTOMER",
             BeginOffsetMillis=number, EndOffsetMillis=number + 1)
        for number in range(1, 6)
    ]  # fmt: skip
    instance.spoken["chat"] = [
        turn(1, "q", "hi", ParticipantRole="CUSTOMER", Time={"AbsoluteTime": ago(75)})
    ]
    rows = extract("amazon_connect", ask(address, transcripts="real_time"))
    assert (rows["contacts"], rows["transcripts"]) == (8, 2)
    # Two pages of the call, none of a contact without Contact Lens, none of those months ago.
    assert calls(app)["realtime-contact-analysis"] == 3
    load("amazon_connect")
    assert raw(
        "select json_array_length(segments) from raw_amazon_connect.transcripts order by all"
    ) == [(1,), (5,)]


def test_when_aws_throttles_then_the_request_is_tried_again(
    instance: server.Instance, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))
    instance.throttled = 3
    assert extract("amazon_connect", ask(address))["contacts"] == 5
    assert len(waits) == 3
    instance.throttled = 1000
    with pytest.raises(SourceError, match="rate limit reached, also after several tries"):
        extract("amazon_connect", ask(address, attempts=4))
    assert len(waits) < 20


def test_when_a_run_breaks_off_then_the_cursor_stays_and_the_next_has_it_all(
    served_instance: tuple[FastAPI, str],
) -> None:
    app, address = served_instance
    broken = [True]

    def spoil(request: Request) -> Response | None:
        if broken and request.url.path.endswith("/c3"):
            broken.pop()
            return server.refused(403, "AccessDeniedException")
        return None

    intercept(app, spoil)
    with pytest.raises(SourceError, match=r"describe_contact: access denied \(AccessDenied"):
        extract("amazon_connect", ask(address))
    assert load("amazon_connect") == {}
    assert extract("amazon_connect", ask(address))["contacts"] == 5


def test_when_a_contact_is_gone_before_it_is_described_then_the_others_are_read(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance

    def purge(request: Request) -> Response | None:
        if request.url.path.endswith("/c2"):
            return server.refused(404, "ResourceNotFoundException")
        return None

    intercept(app, purge)
    assert extract("amazon_connect", ask(address))["contacts"] == 4


def test_when_the_secret_is_wrong_then_one_line_says_so_without_it(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        extract("amazon_connect", ask(address, "not-the-secret"))
    text = str(caught.value)
    assert "credentials refused (InvalidSignatureException)" in text
    assert "not-the-secret" not in text
    assert server.KEYS[0] not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"extra": {"region": "eu-central-1"}}, "put the id of the Connect instance"),
        ({"password": ""}, "put an access key's id and secret"),
        ({"extra": {"instance_id": "i"}}, "write its host like https://connect.eu-central-1"),
        ({"base_url": "http://connect.example"}, "write its host with https"),
    ],
)
def test_when_the_connection_is_not_complete_then_it_says_what_to_put_in(
    changes: Row, remedy: str
) -> None:
    given = signed_in("http://127.0.0.1:1").model_copy(update=changes)
    with pytest.raises(SourceError, match=remedy):
        source(given)


@pytest.mark.parametrize(
    "changes", [{"transcripts": "s3"}, {"transcripts": "tape"}, {"start_at": "last week"}]
)
def test_when_a_setting_cannot_be_followed_then_it_is_named(changes: Row) -> None:
    with pytest.raises(SourceError, match=r"channels\.yml"):
        source(signed_in("http://127.0.0.1:1"), **changes)


def test_when_the_machine_has_an_aws_configuration_then_it_is_not_used(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone-else")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "someone-elses")
    assert extract("amazon_connect", ask(address))["contacts"] == 5
    aws = open_aws(signed_in("https://connect.eu-west-2.amazonaws.com", region=None))
    assert [client.meta.endpoint_url for client in (aws.connect, aws.lens, aws.s3)] == [
        "https://connect.eu-west-2.amazonaws.com",
        "https://contact-lens.eu-west-2.amazonaws.com",
        "https://s3.eu-west-2.amazonaws.com",
    ]


def test_when_a_caller_was_erased_then_neither_calls_nor_words_come_back(
    instance: server.Instance, address: str
) -> None:
    Ledger().add("r1", [("phone", "", ANN[1:])])
    instance.put(contact("b", 500, CustomerEndpoint={"Type": "TELEPHONE_NUMBER", "Address": BEN}))
    for key in ("c0", "b"):
        name = f"Analysis/Voice/2026/06/20/{key}_analysis_2026-06-20T09:00:00Z.json"
        instance.files[name] = ("2026-06-20T20:30:00.000Z", server.analysis("VOICE", TALK, PEOPLE))
    extract("amazon_connect", ask(address, transcripts="s3", bucket="sample-bucket"))
    accounts = load("amazon_connect")
    assert (accounts["contacts"].erased, accounts["transcripts"].erased) == (5, 1)
    assert raw("select contact_id from raw_amazon_connect.transcripts") == [("b",)]


def test_when_staged_then_transfers_are_one_conversation_with_its_words(
    instance: server.Instance, address: str
) -> None:
    instance.contacts.clear()
    # Ann reaches Uma, who hands her over to Vic in Billing.
    instance.put(contact("a", 0, DisconnectReason="THIRD_PARTY_DISCONNECT"))
    moved = {"Id": VIC, "ConnectedToAgentTimestamp": clock(12), "AfterContactWorkDuration": 90}
    queue = {"Id": "queue-money", "EnqueueTimestamp": clock(10.5)}
    again = {"InitialContactId": "a", "PreviousContactId": "a", "InitiationMethod": "TRANSFER"}
    instance.put(contact("a2", 10, AgentInfo=moved, QueueInfo=queue, **again,
                         DisconnectTimestamp=clock(15)))  # fmt: skip
    instance.put(contact("ear", 3, InitialContactId="a", InitiationMethod="MONITOR"))
    hung_up = {"AgentInfo": None, "CustomerEndpoint": {"Type": "TELEPHONE_NUMBER", "Address": BEN}}
    instance.put(contact("b", 60, **hung_up))
    instance.put(contact("c", 70, **hung_up, VoicemailInfo={"NumberOfVoicemails": 1}))
    instance.put(contact("d", 80, AgentInfo=None, QueueInfo=None))
    instance.put(contact("e", 90, InitiationMethod="OUTBOUND"))
    instance.put(contact("f", 100, Channel="TASK"))
    told = {"customerEmail": "Carla@home.example", "customerName": "Carla Roe"}
    instance.put(contact("g", 110, Channel="CHAT", CustomerEndpoint=None, Attributes=told))
    said = ("2026-06-20T10:52:00.000Z", "2026-06-20T10:52:30.000Z", "2026-06-20T10:53:00.000Z")
    chat = [
        turn(1, "x", "joined", AbsoluteTime=said[0],
             ContentType="application/vnd.amazonaws.connect.event.participant.joined"),
        turn(2, "x", "Where is my box?", AbsoluteTime=said[1], ContentType="text/plain"),
        turn(3, "y", "On its way", AbsoluteTime=said[2], ContentType="text/markdown"),
    ]  # fmt: skip
    written, day = "2026-06-20T12:00:00.000Z", "2026/06/20"
    for kind, key, content in (
        ("Voice", "a", server.analysis("VOICE", TALK, PEOPLE)),
        ("Voice", "a2", server.analysis("VOICE", [turn(1, "p-2", "Money back")], PEOPLE)),
        ("Chat", "g", server.analysis("CHAT", chat, {"x": "CUSTOMER", "y": "AGENT"})),
    ):
        name = f"Analysis/{kind}/{day}/{key}_analysis_2026-06-20T09:00:00Z.json"
        instance.files[name] = (written, content)
    names = {"email": "customerEmail", "name": "customerName"}
    where = {"transcripts": "s3", "bucket": "sample-bucket"}
    ids = {"account": "accountNumber"}
    rows = extract("amazon_connect", ask(address, **where, attributes=names, external_ids=ids))
    assert rows == {"contacts": 9, "transcripts": 3, "users": 2, "queues": 2}
    accounts = load("amazon_connect")
    assert all(account.quarantined == 0 for account in accounts.values())
    build_staging("amazon_connect")

    found = staged("amazon_connect", "calls")
    assert {
        key: (
            row["direction"],
            row["outcome"],
            row["talk_seconds"],
            row["hold_seconds"],
            row["wrap_seconds"],
        )
        for key, row in found.items()
    } == {
        # 8 minutes less one of hold, and 3 minutes with Vic.
        "a": ("inbound", "answered", 600.0, 60.0, 120.0),
        "b": ("inbound", "abandoned", None, None, None),
        "c": ("inbound", "voicemail", None, None, None),
        "d": ("inbound", None, None, None, None),
        "e": ("outbound", "answered", 420.0, 60.0, 30.0),
    }
    assert found["a"]["transcript"].splitlines() == [
        "Agent: Hello, Acme",
        "Caller: My parcel never came",
        "Caller: Money back",
    ]
    assert (found["a"]["ring_at"], found["a"]["ended_at"]) == (
        at("2026-06-20 09:00"),
        at("2026-06-20 09:15"),
    )
    talks = staged("amazon_connect", "conversations")
    assert {
        key: (row["channel"], row["status"], row["contact_remote_id"], row["team"])
        for key, row in talks.items()
    } == {
        "a": ("phone", "solved", ANN, "Billing"),
        "b": ("phone", "closed", BEN, "Care"),
        "c": ("phone", "open", BEN, "Care"),
        "d": ("phone", "closed", ANN, None),
        "e": ("phone", "solved", ANN, "Care"),
        "g": ("chat", "solved", "carla@home.example", "Care"),
    }
    assert talks["a"]["assignee_agent_remote_id"] == VIC
    moves = staged("amazon_connect", "conversation_events").values()
    assert sorted(
        (row["event_type"], row["old_value"] or "", row["new_value"])
        for row in moves
        if row["conversation_remote_id"] == "a"
    ) == [
        ("assignee", "", UMA),
        ("assignee", UMA, VIC),
        ("team", "", "Care"),
        ("team", "Care", "Billing"),
    ]
    messages = staged("amazon_connect", "messages")
    assert {(m["author_type"], m["author_remote_id"], m["body"]) for m in messages.values()} == {
        ("customer", ANN, "My parcel never came\nMoney back"),
        ("customer", "carla@home.example", "Where is my box?"),
        ("agent", UMA, "On its way"),
    }
    assert messages["g-t2"]["sent_at"] == at("2026-06-20 10:52").replace(second=30)
    people = staged("amazon_connect", "contacts")
    assert {key: (p["name"], p["email"], p["phone"]) for key, p in people.items()} == {
        ANN: (None, "ann@acme.example", ANN),
        BEN: (None, "ann@acme.example", BEN),
        "carla@home.example": ("Carla Roe", "Carla@home.example", None),
    }
    assert people[ANN]["external_ids"] == '{"account":"F-1"}'
    agents = staged("amazon_connect", "agents")
    assert (agents[UMA]["name"], agents[UMA]["email"]) == ("Uma Day", "uma.day@fernhill.example")

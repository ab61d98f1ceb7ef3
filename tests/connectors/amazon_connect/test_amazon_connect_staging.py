"""What staging makes of Amazon Connect's contacts and their words."""

from sample.servers import amazon_connect as server
from tests.connectors.amazon_connect_contacts import (
    ANN,
    BEN,
    PEOPLE,
    TALK,
    UMA,
    VIC,
    ask,
    clock,
    contact,
    turn,
)
from tests.connectors.slices import at, build_staging, extract, load, staged


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

"""Calls: Twilio, Aircall, Amazon Connect."""

from tests.dbt_project.raw.rows import MAY, rows

_LEG = (
    "sid parent_call_sid from_party to_party direction status duration start_time_iso end_time_iso"
)
TWILIO = {
    "calls": rows(
        _LEG,
        ("CA1", None, "+15550001", "+1800", "inbound", "completed", "60",
         "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z"),
        ("CA2", "CA1", "+15550001", "client:bob", "outbound-dial", "no-answer", "0",
         "2026-05-01T09:00:10Z", "2026-05-01T09:00:40Z"),
        # Spoken to later: the voicemail is dealt with.
        ("CA3", None, "+15550001", "+1800", "inbound", "completed", "90",
         "2026-05-02T09:00:00Z", "2026-05-02T09:02:00Z"),
        ("CA4", "CA3", "+15550001", "client:bob", "outbound-dial", "completed", "80",
         "2026-05-02T09:00:20Z", "2026-05-02T09:01:40Z"),
        ("CA5", None, "+15550002", "+1800", "inbound", "completed", "30",
         "2026-05-02T10:00:00Z", "2026-05-02T10:00:30Z"),
    ),
    "recordings": rows(
        "sid call_sid source start_time_iso",
        ("RE1", "CA1", "RecordVerb", "2026-05-01T09:00:45Z"),
        ("RE2", "CA1", "RecordVerb", "2026-05-01T09:00:55Z"),
        ("RE3", "CA5", "RecordVerb", "2026-05-02T10:00:20Z"),
    ),
    "transcriptions": rows(
        "sid recording_sid status transcription_text",
        ("TR1", "RE1", "completed", "call me"),
        ("TR2", "RE2", "completed", "please"),
    ),
}  # fmt: skip


_BOB = {"id": 7, "name": "Bob"}
AIRCALL = {
    "users": rows("id name email", (7, "Bob", "bob@acme.example")),
    "teams": rows("id name users", (1, "Care", [_BOB]), (2, "Sales", [_BOB])),
    "numbers": rows("id name digits", (1, "Main", "+1800")),
    "contacts": rows(
        "id first_name emails phone_numbers created_at",
        (5, "Ann", [{"value": "ann@x.example"}], [{"value": "+15550000001"}], MAY),
    ),
    "calls": rows(
        "id direction status started_at answered_at ended_at raw_digits voicemail user contact "
        "teams tags comments number",
        (1, "inbound", "done", MAY, None, MAY + 60, "+1 555 0000 001", "https://x/v", None,
         {"id": 5}, [{"name": "Care"}], [{"name": "vip"}],
         [{"content": "call back", "posted_at": MAY + 90, "posted_by": _BOB}], {"name": "Main"}),
        # Spoken to later: the voicemail is dealt with.
        (2, "outbound", "done", MAY + 900, MAY + 910, MAY + 990, "+15550000001", None, _BOB,
         None, None, None, None, None),
        (3, "inbound", "done", MAY + 999, None, MAY + 1020, "+15550000002", None, None,
         None, None, None, None, None),
    ),
    "transcriptions": rows(
        "id call_id content",
        (1, 2, {"utterances": [{"text": "hi", "participant_type": "internal"},
                               {"text": "hello", "participant_type": "external"}]}),
    ),
}  # fmt: skip


_CARE = {"Id": "q1", "EnqueueTimestamp": "2026-05-01T09:01:00.000Z"}
_MONEY = {"Id": "q2", "EnqueueTimestamp": "2026-05-01T09:11:00.000Z"}
_UMA = {"Id": "u1", "ConnectedToAgentTimestamp": "2026-05-01T09:02:00.000Z"}
_VIC = {"Id": "u2", "ConnectedToAgentTimestamp": "2026-05-01T09:12:00.000Z"}
_NUMBER = {"Type": "TELEPHONE_NUMBER", "Address": "+15550100001"}
_WORDS = [
    {"id": "t1", "role": "CUSTOMER", "content": "help", "at": "2026-05-01T09:03:00.000Z"},
    {"id": "t2", "role": "AGENT", "content": "done", "at": "2026-05-01T09:04:00.000Z"},
]
AMAZON_CONNECT = {
    "contacts": rows(
        "id initial_contact_id channel initiation_method customer_endpoint customer_id queue_info "
        "agent_info voicemail_info initiation_timestamp disconnect_timestamp last_update_timestamp",
        ("a", None, "VOICE", "INBOUND", _NUMBER, None, _CARE, _UMA, None,
         "2026-05-01T09:00:00.000Z", "2026-05-01T09:10:00.000Z", "2026-05-01T09:11:00.000Z"),
        # Handed over.
        ("b", "a", "VOICE", "TRANSFER", _NUMBER, None, _MONEY, _VIC, None,
         "2026-05-01T09:10:00.000Z", "2026-05-01T09:20:00.000Z", "2026-05-01T09:21:00.000Z"),
        # Left a voicemail the day before.
        ("c", None, "VOICE", "INBOUND", _NUMBER, None, _CARE, None, {"NumberOfVoicemails": 1},
         "2026-04-30T09:00:00.000Z", "2026-04-30T09:10:00.000Z", "2026-04-30T09:11:00.000Z"),
        ("d", None, "CHAT", "INBOUND", None, "ann", _CARE, _UMA, None,
         "2026-05-01T09:00:00.000Z", "2026-05-01T09:10:00.000Z", "2026-05-01T09:11:00.000Z"),
    ),
    "transcripts": rows(
        "contact_id segments updated_at",
        ("a", _WORDS, "2026-05-01T10:00:00.000Z"),
        ("b", _WORDS, "2026-05-01T10:00:00.000Z"),
        ("d", _WORDS, "2026-05-01T10:00:00.000Z"),
    ),
    "users": rows("id username identity_info", ("u1", "uma", {"FirstName": "Uma"})),
    "queues": rows("id name", ("q1", "Care"), ("q2", "Billing")),
}  # fmt: skip

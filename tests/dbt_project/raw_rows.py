"""A few raw rows of every source, joined in every way that staging joins them.

Every row is as old as the others; columns that a test does not look at are missing (null).
"""

import json
from typing import Any

from tests.dbt_project.drop import COLUMNS

Row = dict[str, Any]
MAY = 1_777_593_600  # 2026-05-01T00:00:00Z


def _rows(columns: str, *rows: tuple[Any, ...]) -> list[Row]:
    names = columns.split()
    return [
        {
            name: json.dumps(value) if isinstance(value, dict | list) else value
            for name, value in zip(names, row, strict=True)
        }
        for row in rows
    ]


def _comment(number: int, author: int, text: str, **more: Any) -> Row:
    told = {"id": number, "event_type": "Comment", "author_id": author, "public": True}
    return {**told, "body": text, **more}


def _merge(number: int, ticket: int) -> Row:
    via = {"source": {"rel": "merge", "from": {"ticket_ids": [ticket]}}}
    return _comment(number, 12, "merged", via=via)


ZENDESK = {
    "groups": _rows("id name", (1, "Care"), (2, "Billing")),
    "brands": _rows("id name", (1, "Acme")),
    "organizations": _rows("id name domain_names", (1, "Acme Ltd", ["acme.example"])),
    "users": _rows(
        "id role name organization_id default_group_id active tags",
        (11, "end-user", "Ann", 1, None, True, []),
        (12, "agent", "Bob", None, 1, True, []),
        (13, "agent", "Robot", None, None, True, ["bot"]),
    ),
    "tickets": _rows(
        "id status requester_id assignee_id group_id brand_id created_at updated_at via tags",
        (100, "open", 11, 12, 1, 1, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", {}, []),
        (101, "closed", 11, 12, 2, 1, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", {}, []),
        # Staff that ask for help; deleted since.
        (102, "deleted", 12, 13, 1, 1, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", {}, []),
    ),
    "ticket_events": _rows(
        "id ticket_id updater_id created_at child_events",
        (1, 100, 11, "2026-05-01T09:00:00Z", [_comment(1001, 11, "help")]),
        (2, 100, 13, "2026-05-01T09:01:00Z", [_comment(1002, 13, "beep")]),
        (3, 100, 12, "2026-05-01T09:30:00Z",
         [{"id": 1003, "event_type": "Change", "group_id": "2", "previous_value": "1"}]),
        (4, 102, 12, "2026-05-01T10:00:00Z", [_comment(1004, 12, "my screen")]),
        (5, 102, 12, "2026-05-01T11:00:00Z",
         [{"id": 1005, "event_type": "Change", "status": "deleted", "previous_value": "open"}]),
        (6, 100, 12, "2026-05-01T12:00:00Z", [_merge(1006, 101)]),
        (7, 102, 12, "2026-05-01T10:30:00Z", [_merge(1007, 101)]),
    ),
    "satisfaction_ratings": _rows(
        "id ticket_id requester_id assignee_id score created_at updated_at",
        (1, 100, 11, 12, "good", "2026-05-03T09:00:00Z", "2026-05-03T10:00:00Z"),
    ),
}  # fmt: skip


def _part(number: int, minute: int, kind: str, by: str = "admin", **more: Any) -> Row:
    author = {"id": f"{by}-1", "type": by, "name": by.title()}
    time = MAY + 60 * minute
    return {"id": str(number), "part_type": kind, "author": author, "created_at": time, **more}


def _to_team(number: int, minute: int, team: str) -> Row:
    return _part(number, minute, "assignment", assigned_to={"type": "team", "id": team})


def _opening(number: int) -> Row:
    return {"id": str(number), "type": "conversation", "author": {"id": "u1", "type": "user"}}


INTERCOM = {
    "teams": _rows("id name", ("1", "Care"), ("2", "Billing")),
    "admins": _rows("id name email team_ids", ("admin-1", "Bob", "bob@acme.example", [1])),
    "contacts": _rows("id name email updated_at", ("u1", "Ann", "ann@x.example", MAY)),
    "conversations": _rows(
        "id created_at updated_at state team_assignee_id source contacts conversation_parts "
        "conversation_rating tags",
        ("1", MAY, MAY + 900, "open", 2, _opening(201), {"contacts": [{"id": "u1"}]},
         {"conversation_parts": [
             _part(301, 1, "comment", body="hello"), _to_team(302, 2, "1"), _to_team(303, 3, "2"),
             _part(304, 4, "close"), _part(305, 5, "comment", "bot", body="beep")]},
         {"rating": 5, "created_at": MAY + 900, "contact": {"id": "u1"}}, {"tags": []}),
        # Its first message has the number of the other's part.
        ("2", MAY, MAY + 900, "closed", 1, _opening(301), {"contacts": [{"id": "u1"}]},
         {"conversation_parts": [_part(306, 6, "snoozed"), _part(307, 9, "open")]},
         None, {"tags": [{"name": "vip"}]}),
    ),
}  # fmt: skip

_LEG = (
    "sid parent_call_sid from_party to_party direction status duration start_time_iso end_time_iso"
)
TWILIO = {
    "calls": _rows(
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
    "recordings": _rows(
        "sid call_sid source start_time_iso",
        ("RE1", "CA1", "RecordVerb", "2026-05-01T09:00:45Z"),
        ("RE2", "CA1", "RecordVerb", "2026-05-01T09:00:55Z"),
        ("RE3", "CA5", "RecordVerb", "2026-05-02T10:00:20Z"),
    ),
    "transcriptions": _rows(
        "sid recording_sid status transcription_text",
        ("TR1", "RE1", "completed", "call me"),
        ("TR2", "RE2", "completed", "please"),
    ),
}  # fmt: skip

_MAIL = (
    "message_id sent_at from_address counterpart_address subject_key is_reply_subject is_own "
    "thread_root"
)
EMAIL = {
    "messages": [
        {"is_automatic": False, "is_spam": False, "subject": mail["subject_key"], **mail}
        for mail in _rows(
            _MAIL,
            # A chain in which every mail only names the one before it.
            ("a", "2026-05-01T09:00:00Z", "ann@x.org", "ann@x.org", "bill", False, False, "a"),
            ("b", "2026-05-01T10:00:00Z", "us@acme.org", "ann@x.org", "bill", True, True, "a"),
            ("c", "2026-05-01T11:00:00Z", "ann@x.org", "ann@x.org", "bill", True, False, "b"),
            ("d", "2026-05-01T12:00:00Z", "us@acme.org", "ann@x.org", "bill", True, True, "c"),
            # Without thread headers: the answer goes to the nearest of the same subject.
            ("m", "2026-05-03T09:00:00Z", "joe@x.org", "joe@x.org", "lamp", False, False, "m"),
            ("n", "2026-05-09T09:00:00Z", "joe@x.org", "joe@x.org", "lamp", False, False, "n"),
            ("o", "2026-05-10T09:00:00Z", "us@acme.org", "joe@x.org", "lamp", True, True, "o"),
        )
    ]
}  # fmt: skip

SURVEY = {
    "responses": _rows(
        "token response_type landed_at submitted_at declared_survey_type declared_score hidden",
        ("t1", "completed", "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z", "nps", 9.0,
         {"email": "ann@x.example", "conversation_source": "zendesk", "conversation_id": "100"}),
        ("t2", "completed", "2026-05-02T09:00:00Z", "2026-05-02T09:01:00Z", "nps", 2.0,
         {"email": "ann@x.example", "name": "Ann"}),
    )
}  # fmt: skip

SALESFORCE = {
    "account": _rows("id name website", ("A1", "Acme Ltd", "www.acme.example")),
    "contact": _rows("id account_id name", ("C1", "A1", "Ann"), ("C2", None, "Joe")),
}

_ITEM = {"price": {"id": "pro", "unit_amount": 900, "recurring": {"interval": "month"}}}
STRIPE = {
    "customers": _rows("id created name", ("cus_1", MAY, "Ann")),
    "charges": _rows(
        "id created customer status amount currency",
        ("ch_1", MAY, "cus_1", "succeeded", 900, "eur"),
    ),
    "subscriptions": _rows(
        "id created customer status currency items",
        ("sub_1", MAY, "cus_1", "active", "eur", {"data": [_ITEM]}),
    ),
}

_EVENT = "event_key event_type event_date user_email properties declared_event_type declared_query"
GURU = {
    "cards": _rows(
        "id preferred_phrase slug date_created last_modified archived verification_state",
        ("G1", "Watering", "abc", "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", False, "TRUSTED"),
    ),
    "events": _rows(
        _EVENT,
        ("e1", "card-viewed", "2026-05-01T09:00:00Z", "ann@x.example", {"cardId": "G1"}, "view",
         None),
        ("e2", "searched", "2026-05-01T09:01:00Z", "ann@x.example", {"q": "pump"}, "search",
         "pump"),
    ),
}  # fmt: skip

HELPJUICE = {
    "articles": _rows(
        "id name url published created_at updated_at views",
        (1, "Watering", "https://x.example/1", True, "2026-05-01T09:00:00Z",
         "2026-05-02T09:00:00Z", 5),
    ),
    "article_views": _rows(
        "article_id views views_before read_at",
        (1, 3, None, "2026-05-01T09:00:00Z"),
        (1, 5, 3, "2026-05-02T09:00:00Z"),
    ),
    "searches": _rows(
        "id query created_at updated_at found_answers user_id declared_session",
        (1, "pump", "2026-05-01T09:00:00Z", "2026-05-01T09:05:00Z", 0, 7, "s1"),
    ),
}  # fmt: skip


def _dropped() -> dict[str, list[Row]]:
    """One row of every entity, and rows about a ticket that Zendesk delivers as well."""
    at, newer = "2026-05-01T09:00:00Z", "2026-05-09T09:00:00Z"
    plain = {"opened_at": at, "sent_at": at, "occurred_at": at, "ring_at": at, "ordered_at": at}
    plain |= {"started_at": at, "conversation_id": "1", "updated_at": newer}
    rows = {
        entity: [
            {"source_system": "acme", "drop_folder": "acme"}
            | {name: plain.get(name, name) for name in columns.split()}
        ]
        for entity, columns in COLUMNS.items()
    }
    rows["conversations"] += [
        {"conversation_id": "2", "channel": "chat", "opened_at": at, "source_system": "acme"},
        {"conversation_id": "100", "channel": "phone", "opened_at": at, "updated_at": newer}
        | {"source_system": "zendesk"},
    ]
    return rows


RAW: dict[str, dict[str, list[Row]]] = {
    "zendesk": ZENDESK,
    "intercom": INTERCOM,
    "twilio": TWILIO,
    "email": EMAIL,
    "survey": SURVEY,
    "salesforce": SALESFORCE,
    "stripe": STRIPE,
    "guru": GURU,
    "helpjuice": HELPJUICE,
    "file_drop": _dropped(),
}

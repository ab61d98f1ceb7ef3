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
        # Repeats what the survey response says.
        (2, 101, 11, 12, "bad", "2026-05-03T09:00:00Z", "2026-05-03T10:00:01Z"),
    ),
    "survey_responses": _rows(
        "id ticket_id first_told_at responder_id answers",
        ("S1", 101, "2026-05-03T09:00:00Z", 11,
         [{"type": "rating_scale", "rating": 2, "updated_at": "2026-05-03T10:00:00Z"}]),
    ),
    "articles": _rows(
        "id title html_url locale created_at updated_at",
        (1, "Returns", "https://a.example/1", "en", "2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z"),
    ),
    "calls": _rows(
        "id ticket_id direction completion_status created_at duration time_to_answer voicemail",
        (1, 100, "inbound", "completed", "2026-05-01T09:00:00Z", 90, 10, False),
        (2, None, "inbound", "abandoned_in_queue", "2026-05-01T09:00:00Z", 20, None, False),
    ),
    "call_legs": _rows(
        "id call_id type talk_time hold_time wrap_up_time", (1, 1, "agent", 80, 5, 3),
        (2, 1, "customer", 90, 0, 0),
    ),
    "article_votes": _rows(
        "id item_id user_id value created_at taken_back",
        (1, 1, 11, 1, "2026-05-01T09:00:00Z", False), (2, 1, 12, -1, "2026-05-01T09:00:00Z", True),
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

SURVEYMONKEY = {
    "responses": _rows(
        "id response_status date_created date_modified declared_survey_type declared_score "
        "email_address first_name custom_variables",
        ("r1", "completed", "2026-05-01T09:00:00+00:00", "2026-05-01T09:01:00+00:00", "nps", 9.0,
         "ann@x.example", "Ann", {"conversation_source": "zendesk", "conversation_id": "100"}),
        ("r2", "partial", "2026-05-02T09:00:00+00:00", "2026-05-02T09:01:00+00:00", "nps", 2.0,
         None, None, {"email": "ann@x.example", "name": "Ann Lee"}),
    )
}  # fmt: skip

QUALTRICS = {
    "responses": _rows(
        "response_id finished start_date recorded_date declared_survey_type declared_score "
        "recipient_email recipient_first_name values",
        ("R_1", 1, "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z", "csat", 4.0,
         "ann@x.example", "Ann", {"conversation_source": "zendesk", "conversation_id": "100"}),
        ("R_2", 0, "2026-05-02T09:00:00Z", "2026-05-02T09:01:00Z", "csat", 2.0,
         None, None, {"email": "ann@x.example", "name": "Ann Lee"}),
    )
}  # fmt: skip

DELIGHTED = {
    "responses": _rows(
        "id name email phone declared_created_at declared_updated_at declared_survey_type "
        "declared_score declared_comment properties",
        ("1", "Ann", "ann@x.example", None, "2026-05-01T09:00:00Z", "2026-05-01T09:01:00Z", "nps",
         9.0, "good", {"conversation_source": "zendesk", "conversation_id": "100"}),
        ("2", None, None, "+15550001", "2026-05-02T09:00:00Z", "2026-05-02T09:01:00Z", "nps",
         2.0, None, {}),
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

_MAY_1, _MAY_2, _MAY_3 = (f"2026-05-0{day}T09:00:00Z" for day in (1, 2, 3))


def _noted(number: int, author: int, text: str, incoming: bool = False) -> Row:
    told = {"id": number, "user_id": author, "incoming": incoming, "private": False}
    return {**told, "body_text": text, "created_at": _MAY_2}


FRESHDESK = {
    "groups": _rows("id name agent_ids", (1, "Care", [7]), (2, "Billing", [7])),
    "agents": _rows(
        "id type deactivated contact updated_at",
        (7, "support_agent", False, {"name": "Uma", "email": "uma@us.example"}, _MAY_1),
    ),
    "companies": _rows("id name domains account_tier", (5, "Acme", ["acme.example"], "Gold")),
    "contacts": _rows("id name company_id updated_at", (11, "Ann", 5, _MAY_1)),
    "ticket_fields": _rows(
        "id name choices", (1, "status", {"9": ["On hold", "Wait"]}), (2, "source", {"SMS": 20})
    ),
    "tickets": _rows(
        "id status source requester_id responder_id group_id description_text created_at "
        "updated_at deleted requester conversations",
        (100, 9, 20, 11, 7, 1, "help", _MAY_1, _MAY_3, None, {"name": "Ann"},
         [_noted(1001, 7, "hello"), _noted(1002, 11, "thanks", True)]),
        (101, 5, 1, 11, 7, 2, "help too", _MAY_1, _MAY_2, None, {"name": "Ann"},
         [_noted(1003, 7, "This ticket is closed and merged into ticket 100")]),
        # Its requester is in no list of contacts; 1001 came from it.
        (102, 2, 3, 12, None, 1, "call me", _MAY_1, _MAY_2, True, {"name": "Joe"},
         [_noted(1001, 7, "hello")]),
    ),
    "ticket_states": _rows(
        "ticket_id updated_at created_at status group_id responder_id priority resolved_at "
        "status_updated_at",
        (100, _MAY_1, _MAY_1, 2, 2, None, 1, None, _MAY_1),
        (100, _MAY_2, _MAY_1, 4, 1, 7, 1, _MAY_2, _MAY_2),
        (100, _MAY_3, _MAY_1, 9, 1, 7, 3, _MAY_2, _MAY_3),
    ),
    "surveys": _rows(
        "id questions", (1, [{"id": "default_question", "accepted_ratings": [103, 100, -103]}])
    ),
    "satisfaction_ratings": _rows(
        "id survey_id ticket_id user_id agent_id created_at ratings",
        (1, 1, 100, 11, 7, _MAY_3, {"default_question": 103}),
    ),
    "articles": _rows("id title status updated_at", (50, "How to", 2, _MAY_1)),
    "deletions": _rows(
        "kind id gone", ("companies", 5, True), ("agents", 7, False), ("articles", 50, True)
    ),
}  # fmt: skip

_BOB = {"id": 7, "name": "Bob"}
AIRCALL = {
    "users": _rows("id name email", (7, "Bob", "bob@acme.example")),
    "teams": _rows("id name users", (1, "Care", [_BOB]), (2, "Sales", [_BOB])),
    "numbers": _rows("id name digits", (1, "Main", "+1800")),
    "contacts": _rows(
        "id first_name emails phone_numbers created_at",
        (5, "Ann", [{"value": "ann@x.example"}], [{"value": "+15550000001"}], MAY),
    ),
    "calls": _rows(
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
    "transcriptions": _rows(
        "id call_id content",
        (1, 2, {"utterances": [{"text": "hi", "participant_type": "internal"},
                               {"text": "hello", "participant_type": "external"}]}),
    ),
}  # fmt: skip


def _item(number: int, minute: int, actor: str, kind: str = "MESSAGE", **more: Any) -> Row:
    made = {"id": f"m{number}", "type": kind, "createdAt": f"2026-05-01T09:{minute:02d}:00Z"}
    return {**made, "senders": [{"actorId": actor}], **more}


def _was(value: str, minute: int, **more: Any) -> Row:
    return {"value": value, "timestamp": f"2026-05-01T09:{minute:02d}:00.000Z", **more}


def _stage(number: int, label: str, state: str = "OPEN") -> Row:
    return {"id": str(number), "label": label, "metadata": {"ticketState": state}}


_TICKET = "id created_at changed_ms archived archived_at subject content source_type "
HUBSPOT = {
    "companies": _rows(
        "id created_at changed_ms name website hubspot_owner_id hs_merged_object_ids",
        ("1", "2026-05-01T09:00:00Z", MAY * 1000, "Acme Ltd", "www.acme.example", "5", "2"),
        ("2", "2026-05-01T09:00:00Z", MAY * 1000, "Acme", None, None, None),
    ),
    "contacts": _rows(
        "id created_at changed_ms firstname phone associatedcompanyid hs_merged_object_ids",
        # One whom it took over was never seen here.
        ("11", "2026-05-01T09:00:00Z", MAY * 1000, "Ann", "+15550001", "1", "12;13"),
        ("12", "2026-05-01T09:00:00Z", MAY * 1000, "Anna", None, None, None),
    ),
    "owners": _rows(
        "id email first_name user_id created_at updated_at archived teams",
        ("5", "bob@acme.example", "Bob", 55, "2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z", False,
         [{"id": "9", "name": "Care", "primary": True}]),
    ),
    "pipelines": _rows(
        "id label stages",
        ("0", "Support", [_stage(1, "New"), _stage(2, "Waiting on contact"),
                          _stage(4, "Closed", "CLOSED")]),
    ),
    "channels": _rows("id name", ("1000", "LIVE_CHAT")),
    "tickets": _rows(
        _TICKET + "hs_pipeline_stage hs_ticket_priority hs_ticket_category hubspot_owner_id "
        "hubspot_team_id hs_merged_object_ids properties_with_history contact_ids",
        ("100", "2026-05-01T09:00:00Z", MAY * 1000, False, None, "Lamp", "is broken", "FORM", "4",
         "MEDIUM", "BILLING", "5", "9", "101",
         {"hs_pipeline_stage": [_was("4", 9, updatedByUserId=55), _was("2", 5), _was("1", 0)],
          "hubspot_owner_id": [_was("5", 1)]}, ["11"]),
        ("101", "2026-05-01T09:00:00Z", MAY * 1000, False, None, "Lamp", "is broken", "FORM", "1",
         None, None, None, None, None, {}, []),
        ("102", "2026-05-01T09:00:00Z", MAY * 1000, False, None, "Chat", "hello", "CHAT", "1",
         None, None, None, None, None, {}, ["11"]),
        ("103", "2026-05-01T09:00:00Z", MAY * 1000, True, "2026-05-02T09:00:00Z", None, None,
         "CHAT", "1", None, None, None, None, None, None, None),
    ),
    "feedback_submissions": _rows(
        "id created_at changed_ms hs_submission_timestamp hs_value hs_content hs_contact_id "
        "contact_ids ticket_ids declared_survey_type declared_scale_min declared_scale_max",
        ("1", "2026-05-03T09:00:00Z", MAY * 1000, str(MAY * 1000), "9", "good", "11", ["11"],
         ["100"], "nps", 0.0, 10.0),
    ),
    "threads": _rows(
        "id created_at changed_ms status original_channel_id associated_contact_id assigned_to "
        "spam archived thread_associations messages",
        ("7", "2026-05-01T09:00:00Z", MAY * 1000, "OPEN", "1000", "11", "A-55", False, False,
         {"associatedTicketId": "102"}, [_item(1, 0, "V-11", text="hello")]),
        ("8", "2026-05-01T09:00:00Z", MAY * 1000, "CLOSED", "1000", "11", "A-55", False, False,
         None,
         [_item(2, 0, "V-11", text="hello"), _item(3, 1, "B-1", text="beep"),
          _item(4, 2, "S-hubspot", "ASSIGNMENT", assignedTo="A-55"),
          _item(5, 3, "A-55", text="hi"), _item(6, 4, "A-55", "COMMENT", text="hm"),
          _item(7, 5, "A-55", "THREAD_STATUS_CHANGE", newStatus="CLOSED")]),
    ),
}  # fmt: skip


_BY_ANN, _BY_BOB = {"id": 11, "type": "contact"}, {"id": 5, "type": "user", "bot": False}
DRIFT = {
    "contacts": _rows("id created_at attribute_name", ("11", MAY * 1000, "Ann")),
    "users": _rows("id name bot created_at", ("5", "Bob", False, MAY * 1000)),
    "conversations": _rows(
        "id contact_id status created_at updated_at conversation_tags",
        ("1", "11", "closed", MAY * 1000, MAY * 1000, [{"name": "vip"}]),
        ("2", "11", "open", MAY * 1000, MAY * 1000, []),
    ),
    "messages": _rows(
        "id conversation_id type body_text author created_at",
        ("1", "1", "chat", "hello", _BY_ANN, MAY * 1000),
        ("2", "1", "chat", "hi", _BY_BOB, MAY * 1000 + 1),
        ("3", "2", "chat", "beep", {"id": 6, "type": "user", "bot": True}, MAY * 1000),
    ),
}  # fmt: skip
_POST = (
    "id first_id author_id conversation_id in_reply_to_user_id posted_at created_at text author "
    "referenced_tweets"
)
X = {
    "accounts": _rows("id username name", ("9", "acme", "Acme")),
    "posts": _rows(
        _POST,
        ("11", "11", "1", "11", None, "2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z",
         "@acme help", {"name": "Ann", "username": "ann"}, []),
        ("12", "12", "9", "11", "1", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z",
         "@ann we look", {"username": "acme"}, [{"type": "replied_to", "id": "11"}]),
        # Our answer goes on; the customer's post in a newer version.
        ("13", "13", "9", "11", "9", "2026-05-01T10:01:00Z", "2026-05-01T10:01:00Z",
         "and call you", {"username": "acme"}, [{"type": "replied_to", "id": "12"}]),
        ("14", "11", "1", "11", None, "2026-05-01T09:00:00Z", "2026-05-01T09:20:00Z",
         "@acme help me", {"name": "Ann", "username": "ann"}, []),
    ),
}  # fmt: skip

_ANSWER = {"id": "r1", "responseBody": "thanks", "lastModifiedDate": "2026-05-02T09:00:00Z"}
APP_STORE = {
    "reviews": _rows(
        "id app_id rating title body reviewer_nickname created_date response",
        ("a1", "77", 2, "Slow", "so slow", "ann", "2026-05-01T09:00:00Z", _ANSWER),
        ("a2", "77", 5, "Good", "so good", "joe", "2026-05-03T09:00:00Z", None),
    )
}
GOOGLE_PLAY = {
    "reviews": _rows(
        "review_id package_name author_name star_rating text user_modified_at reply "
        "reply_modified_at opened_at",
        ("g1", "acme.app", "Ann", 2, "Slow\tso slow", "2026-05-01T09:00:00Z", "thanks",
         "2026-05-02T09:00:00Z", "2026-05-01T09:00:00Z"),
        ("g2", "acme.app", "Joe", 5, "good", "2026-05-04T09:00:00Z", None, None,
         "2026-05-03T09:00:00Z"),
    )
}  # fmt: skip

REDDIT = {
    "accounts": _rows("fullname name", ("t2_9", "AcmeCare")),
    "things": _rows(
        "name link_id parent_id author_fullname author title selftext body subreddit posted_at",
        ("t3_1", "t3_1", None, "t2_1", "ann", "Help", "please", None, "acme",
         "2026-05-01T09:00:00Z"),
        ("t1_2", "t3_1", "t3_1", "t2_9", "AcmeCare", None, None, "we look", "acme",
         "2026-05-01T10:00:00Z"),
        ("t1_3", "t3_1", "t1_2", "t2_9", "AcmeCare", None, None, "and call", "acme",
         "2026-05-01T10:01:00Z"),
        # To each other, until one of them names us.
        ("t1_4", "t3_1", "t3_1", "t2_2", "joe", None, None, "same here", "acme",
         "2026-05-01T11:00:00Z"),
        ("t1_5", "t3_1", "t1_4", "t2_2", "joe", None, None, "u/acmecare too", "acme",
         "2026-05-01T12:00:00Z"),
    ),
}  # fmt: skip

META = {
    "accounts": _rows("id name platform", ("9", "Acme", "facebook")),
    "comments": _rows(
        "id platform post_id parent_id author_id author_name message posted_at",
        ("9_1", "facebook", "9_0", None, "1", "Ann", "help", "2026-05-01T09:00:00Z"),
        ("9_2", "facebook", "9_0", "9_1", "9", "Acme", "we look", "2026-05-01T10:00:00Z"),
        ("9_3", "facebook", "9_0", "9_2", "2", "Joe", "me too", "2026-05-01T11:00:00Z"),
    ),
    "messages": _rows(
        "id platform conversation_id author_id author_name message posted_at",
        ("m1", "facebook", "t_1", "1", "Ann", "hello", "2026-05-02T09:00:00Z"),
        ("m2", "facebook", "t_1", "9", "Acme", "hi", "2026-05-02T09:30:00Z"),
    ),
}

_GIVEN_BACK = {"kind": "refund", "status": "success", "amount": "5.00", "currency": "EUR"}
SHOPIFY = {
    "customers": _rows("id first_name updated_at_iso", (1, "Ann", "2026-05-01T09:00:00Z")),
    "orders": _rows(
        "id customer created_at updated_at_iso total_price currency financial_status refunds",
        (11, {"id": 1}, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", "9.00", "EUR",
         "partially_refunded", [{"id": 5, "transactions": [_GIVEN_BACK]}]),
        (12, {"id": 1}, "2026-05-03T09:00:00Z", "2026-05-03T09:00:00Z", "9.00", "EUR", "paid", []),
    ),
    "events": _rows(
        "id subject_id subject_type verb created_at_iso",
        (91, 12, "Order", "destroy", "2026-05-04T09:00:00Z"),
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
    "contacts": _rows(
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
    "transcripts": _rows(
        "contact_id segments updated_at",
        ("a", _WORDS, "2026-05-01T10:00:00.000Z"),
        ("b", _WORDS, "2026-05-01T10:00:00.000Z"),
        ("d", _WORDS, "2026-05-01T10:00:00.000Z"),
    ),
    "users": _rows("id username identity_info", ("u1", "uma", {"FirstName": "Uma"})),
    "queues": _rows("id name", ("q1", "Care"), ("q2", "Billing")),
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
    "surveymonkey": SURVEYMONKEY,
    "qualtrics": QUALTRICS,
    "delighted": DELIGHTED,
    "salesforce": SALESFORCE,
    "stripe": STRIPE,
    "hubspot": HUBSPOT,
    "drift": DRIFT,
    "freshdesk": FRESHDESK,
    "aircall": AIRCALL,
    "x": X,
    "app_store": APP_STORE,
    "google_play": GOOGLE_PLAY,
    "reddit": REDDIT,
    "meta": META,
    "shopify": SHOPIFY,
    "amazon_connect": AMAZON_CONNECT,
    "guru": GURU,
    "helpjuice": HELPJUICE,
    "file_drop": _dropped(),
}

"""Help desks: Zendesk, Intercom, Freshdesk, HubSpot."""

from typing import Any

from tests.dbt_project.raw.rows import MAY, Row, rows


def _comment(number: int, author: int, text: str, **more: Any) -> Row:
    told = {"id": number, "event_type": "Comment", "author_id": author, "public": True}
    return {**told, "body": text, **more}


def _merge(number: int, ticket: int) -> Row:
    via = {"source": {"rel": "merge", "from": {"ticket_ids": [ticket]}}}
    return _comment(number, 12, "merged", via=via)


def _said(nick: str, words: str) -> Row:
    return {"type": "chat.msg", "nick": nick, "msg": words, "timestamp": "2026-05-01T08:55:00Z"}


ZENDESK = {
    "groups": rows("id name", (1, "Care"), (2, "Billing")),
    "brands": rows("id name", (1, "Acme")),
    "organizations": rows("id name domain_names", (1, "Acme Ltd", ["acme.example"])),
    "users": rows(
        "id role name organization_id default_group_id active tags",
        (11, "end-user", "Ann", 1, None, True, []),
        (12, "agent", "Bob", None, 1, True, []),
        (13, "agent", "Robot", None, None, True, ["bot"]),
    ),
    "tickets": rows(
        "id status requester_id assignee_id group_id brand_id created_at updated_at via tags",
        (100, "open", 11, 12, 1, 1, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", {}, []),
        (101, "closed", 11, 12, 2, 1, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", {}, []),
        # Staff that ask for help; deleted since.
        (102, "deleted", 12, 13, 1, 1, "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", {}, []),
    ),
    "ticket_events": rows(
        "id ticket_id updater_id created_at child_events",
        (1, 100, 11, "2026-05-01T09:00:00Z",
         [_comment(1001, 11, "help"), _comment(1008, 11, "hi", via={"channel": "chat"})]),
        (2, 100, 13, "2026-05-01T09:01:00Z", [_comment(1002, 13, "beep")]),
        (3, 100, 12, "2026-05-01T09:30:00Z",
         [{"id": 1003, "event_type": "Change", "group_id": "2", "previous_value": "1"}]),
        (4, 102, 12, "2026-05-01T10:00:00Z", [_comment(1004, 12, "my screen")]),
        (5, 102, 12, "2026-05-01T11:00:00Z",
         [{"id": 1005, "event_type": "Change", "status": "deleted", "previous_value": "open"}]),
        (6, 100, 12, "2026-05-01T12:00:00Z", [_merge(1006, 101)]),
        (7, 102, 12, "2026-05-01T10:30:00Z", [_merge(1007, 101)]),
    ),
    "satisfaction_ratings": rows(
        "id ticket_id requester_id assignee_id score created_at updated_at",
        (1, 100, 11, 12, "good", "2026-05-03T09:00:00Z", "2026-05-03T10:00:00Z"),
        # Repeats what the survey response says.
        (2, 101, 11, 12, "bad", "2026-05-03T09:00:00Z", "2026-05-03T10:00:01Z"),
    ),
    "survey_responses": rows(
        "id ticket_id first_told_at responder_id answers",
        ("S1", 101, "2026-05-03T09:00:00Z", 11,
         [{"type": "rating_scale", "rating": 2, "updated_at": "2026-05-03T10:00:00Z"}]),
    ),
    "articles": rows(
        "id title html_url locale created_at updated_at",
        (1, "Returns", "https://a.example/1", "en", "2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z"),
    ),
    "calls": rows(
        "id ticket_id direction completion_status created_at duration time_to_answer voicemail",
        (1, 100, "inbound", "completed", "2026-05-01T09:00:00Z", 90, 10, False),
        (2, None, "inbound", "abandoned_in_queue", "2026-05-01T09:00:00Z", 20, None, False),
    ),
    "call_legs": rows(
        "id call_id type talk_time hold_time wrap_up_time", (1, 1, "agent", 80, 5, 3),
        (2, 1, "customer", 90, 0, 0),
    ),
    "chat_agents": rows(
        "id display_name email create_date", (12, "Bob", "b@us.example", "2026-01-01T00:00:00Z"),
        (70, "Gus", "gus@us.example", "2026-01-01T00:00:00Z"),
    ),
    "chats": rows(
        "id type timestamp update_timestamp duration visitor department_id history deleted "
        "zendesk_ticket_id rating tags",
        ("c1", "chat", "2026-05-01T08:50:00Z", "2026-05-01T09:20:00Z", 600, {"id": "v1"}, 1,
         [_said("visitor", "hi"), _said("agent:12", "yes")], False, 100, "good", []),
        ("c2", "chat", "2026-05-02T08:50:00Z", "2026-05-02T09:20:00Z", 600,
         {"id": "v2", "name": "Zoe", "email": "zoe@x.example"}, 2,
         [_said("visitor", "hello"), _said("agent:70", "sure")], False, None, "bad", ["vip"]),
    ),
    "article_votes": rows(
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
    "teams": rows("id name", ("1", "Care"), ("2", "Billing")),
    "admins": rows("id name email team_ids", ("admin-1", "Bob", "bob@acme.example", [1])),
    "contacts": rows(
        "id name email updated_at companies",
        ("u1", "Ann", "ann@x.example", MAY, {"data": [{"id": "co1"}]}),
    ),
    "companies": rows("id name website updated_at", ("co1", "Acme", "acme.example", MAY)),
    "articles": rows(
        "id title url created_at updated_at", ("31", "Returns", "https://a.example/31", MAY, MAY)
    ),
    "conversations": rows(
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


_MAY_1, _MAY_2, _MAY_3 = (f"2026-05-0{day}T09:00:00Z" for day in (1, 2, 3))


def _noted(number: int, author: int, text: str, incoming: bool = False) -> Row:
    told = {"id": number, "user_id": author, "incoming": incoming, "private": False}
    return {**told, "body_text": text, "created_at": _MAY_2}


FRESHDESK = {
    "groups": rows("id name agent_ids", (1, "Care", [7]), (2, "Billing", [7])),
    "agents": rows(
        "id type deactivated contact updated_at",
        (7, "support_agent", False, {"name": "Uma", "email": "uma@us.example"}, _MAY_1),
    ),
    "companies": rows("id name domains account_tier", (5, "Acme", ["acme.example"], "Gold")),
    "contacts": rows("id name company_id updated_at", (11, "Ann", 5, _MAY_1)),
    "ticket_fields": rows(
        "id name choices", (1, "status", {"9": ["On hold", "Wait"]}), (2, "source", {"SMS": 20})
    ),
    "tickets": rows(
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
    "ticket_states": rows(
        "ticket_id updated_at created_at status group_id responder_id priority resolved_at "
        "status_updated_at",
        (100, _MAY_1, _MAY_1, 2, 2, None, 1, None, _MAY_1),
        (100, _MAY_2, _MAY_1, 4, 1, 7, 1, _MAY_2, _MAY_2),
        (100, _MAY_3, _MAY_1, 9, 1, 7, 3, _MAY_2, _MAY_3),
    ),
    "surveys": rows(
        "id questions", (1, [{"id": "default_question", "accepted_ratings": [103, 100, -103]}])
    ),
    "satisfaction_ratings": rows(
        "id survey_id ticket_id user_id agent_id created_at ratings",
        (1, 1, 100, 11, 7, _MAY_3, {"default_question": 103}),
    ),
    "articles": rows("id title status updated_at", (50, "How to", 2, _MAY_1)),
    "deletions": rows(
        "kind id gone", ("companies", 5, True), ("agents", 7, False), ("articles", 50, True)
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
    "companies": rows(
        "id created_at changed_ms name website hubspot_owner_id hs_merged_object_ids",
        ("1", "2026-05-01T09:00:00Z", MAY * 1000, "Acme Ltd", "www.acme.example", "5", "2"),
        ("2", "2026-05-01T09:00:00Z", MAY * 1000, "Acme", None, None, None),
    ),
    "contacts": rows(
        "id created_at changed_ms firstname phone associatedcompanyid hs_merged_object_ids",
        # One whom it took over was never seen here.
        ("11", "2026-05-01T09:00:00Z", MAY * 1000, "Ann", "+15550001", "1", "12;13"),
        ("12", "2026-05-01T09:00:00Z", MAY * 1000, "Anna", None, None, None),
    ),
    "owners": rows(
        "id email first_name user_id created_at updated_at archived teams",
        ("5", "bob@acme.example", "Bob", 55, "2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z", False,
         [{"id": "9", "name": "Care", "primary": True}]),
    ),
    "pipelines": rows(
        "id label stages",
        ("0", "Support", [_stage(1, "New"), _stage(2, "Waiting on contact"),
                          _stage(4, "Closed", "CLOSED")]),
    ),
    "channels": rows("id name", ("1000", "LIVE_CHAT")),
    "tickets": rows(
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
    "feedback_submissions": rows(
        "id created_at changed_ms hs_submission_timestamp hs_value hs_content hs_contact_id "
        "contact_ids ticket_ids declared_survey_type declared_scale_min declared_scale_max",
        ("1", "2026-05-03T09:00:00Z", MAY * 1000, str(MAY * 1000), "9", "good", "11", ["11"],
         ["100"], "nps", 0.0, 10.0),
    ),
    "threads": rows(
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

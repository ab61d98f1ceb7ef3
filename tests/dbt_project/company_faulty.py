"""A company in which everything is wrong once, and its twin in which nothing is.

Each fault has a record of its own, named for it; the twin has the same records as they should be.
"""

from tests.dbt_project.drop import Company

DAY = "2026-06-01"
# Rule, entity and record → what is said to have been found.
FOUND = {
    ("status_word_unknown", "conversations", "word"): "zzz limbo",
    ("status_word_unknown", "conversation_events", "conversation_events-1"): "pondering",
    ("status_before_opening", "conversation_events", "conversation_events-2"): (
        "solved 30 minutes before it was opened"
    ),
    ("status_before_opening", "conversations", "early_row"): (
        "solved 60 minutes before it was opened"
    ),
    ("message_before_opening", "messages", "early-message"): (
        "said_early 10 minutes before it was opened"
    ),
    ("message_without_conversation", "messages", "lost-message"): "nowhere",
    ("event_without_conversation", "conversation_events", "lost-event"): "nowhere",
    ("agent_unknown", "agents", "ghost"): None,
    ("merged_into_itself", "conversations", "self"): "self",
    ("merged_into_unknown", "conversations", "stray"): "gone",
    ("merged_in_circle", "conversations", "round_a"): "round_b",
    ("merged_in_circle", "conversations", "round_b"): "round_a",
    ("merge_chain_too_long", "conversations", "chain-0"): "chain-1",
    ("call_answered_before_ring", "calls", "answer_first"): "answered 2 minutes before it rang",
    ("call_ended_before_answer", "calls", "end_first"): "ended 2 minutes before it was answered",
    ("call_talk_missing", "calls", "end_first"): None,
    ("call_talk_missing", "calls", "no_talk"): None,
    ("call_without_answer_time", "calls", "unanswered"): None,
    ("call_duration_negative", "calls", "negative"): "talk -5 s, wrap -1 s",
    ("call_without_conversation", "calls", "homeless"): "nobody",
    ("survey_score_outside_scale", "survey_responses", "seven"): "CSAT 7 on 1–5",
    ("survey_score_outside_scale", "survey_responses", "eleven"): "NPS 11 on 0–10",
    ("survey_without_conversation", "survey_responses", "about_none"): "unheard_of",
    ("time_zone_unknown", "schedules", "atlantis"): "Nowhere/Atlantis",
    ("weekday_unknown", "schedules", "eighth_day"): "8",
    ("time_of_day_unreadable", "schedules", "clockless"): "1 09:00-12:75",
    ("time_of_day_unreadable", "holidays", "office"): "2026-05-26 noon-24:00",
    ("hours_overlap", "schedules", "twice"): "1 11:00-13:00; 7 22:00-09:30",
    ("schedule_without_hours", "conversations", "odd_schedule"): "no-such",
    ("schedule_without_hours", "schedule_assignments", "atlantis"): "atlantis",
    ("schedule_without_hours", "schedule_assignments", "eighth_day"): "eighth_day",
    ("schedule_without_hours", "schedule_assignments", "clockless"): "clockless",
    ("schedule_without_hours", "schedule_assignments", "backwards"): "backwards",
    ("schedule_without_hours", "schedule_assignments", "phantom"): "phantom",
    ("schedule_without_hours", "holidays", "phantom"): "phantom",
    ("scope_unknown", "schedule_assignments", "office"): "planet",
    ("validity_reversed", "schedules", "backwards"): "2026-05-01 to 2026-04-01",
    ("validity_reversed", "holidays", "office"): "2026-05-29 to 2026-05-28",
    ("validity_reversed", "sla_policies", "past"): "2026-05-01 to 2026-04-01",
    ("sla_metric_unknown", "sla_policies", "by_mood"): "mood",
    ("sla_clock_unknown", "sla_policies", "by_moon"): "lunar",
    ("sla_target_not_positive", "sla_policies", "at_once"): "0",
}


def at(clock: str) -> str:
    return f"{DAY}T{clock}:00Z"


def faulty() -> Company:
    return _company(wrong=True)


def clean() -> Company:
    return _company(wrong=False)


def _company(*, wrong: bool) -> Company:
    company = Company()
    company.add("agents", agent_id="ida", name="Ida")
    company.add("contacts", contact_id="c1", name="Cleo")
    company.office("office", "Europe/Berlin", "09:00-17:00")
    company.add("schedule_assignments", schedule_id="office", scope="default")
    for part in (_statuses, _merges, _calls, _surveys, _hours):
        part(company, wrong=wrong)
    return company


def _statuses(company: Company, *, wrong: bool) -> None:
    word = "Zzz Limbo" if wrong else "Resolved"
    company.conversation("word", at("08:00"), status=word, updated_at=at("09:00"))
    company.conversation("event_word", at("08:00"))
    company.status("event_word", at("09:00"), "pondering" if wrong else "pending", "open")
    company.conversation("early", at("08:00"))
    company.status("early", at("07:30") if wrong else at("08:00"), "solved", "open")
    company.conversation(
        "early_row", at("08:00"), status="solved", updated_at=at("07:00" if wrong else "08:00")
    )
    company.conversation("said_early", at("08:00"), status="solved", updated_at=at("10:00"))
    company.said(
        "said_early", at("07:50") if wrong else at("08:00"), "customer", message_id="early-message"
    )
    company.said("said_early", at("08:10"), "agent", author_id="ghost" if wrong else "ida")
    lost = "nowhere" if wrong else "word"
    company.said(lost, at("08:05"), "customer", message_id="lost-message")
    company.add(
        "conversation_events", event_id="lost-event", conversation_id=lost,
        occurred_at=at("08:05"), event_type="priority", new_value="high",
    )  # fmt: skip
    schedule = "no-such" if wrong else "office"
    company.conversation("odd_schedule", at("08:00"), schedule_id=schedule, status="solved",
                         updated_at=at("09:00"))  # fmt: skip


def _merges(company: Company, *, wrong: bool) -> None:
    into = {"self": "self", "stray": "gone", "round_a": "round_b", "round_b": "round_a"}
    for number, name in enumerate(into):
        company.conversation(
            name, at(f"1{number}:00"), status="solved", updated_at=at(f"1{number}:30"),
            merged_into_conversation_id=into[name] if wrong else None,
        )  # fmt: skip
        company.said(name, at(f"1{number}:00"), "customer", message_id=f"in-{name}")
    for link in range(10):
        company.conversation(
            f"chain-{link}", at("08:00"), status="solved", updated_at=at("09:00"),
            merged_into_conversation_id=f"chain-{link + 1}" if wrong and link < 9 else None,
        )  # fmt: skip


def _calls(company: Company, *, wrong: bool) -> None:
    right = {"ring_at": at("08:00"), "answered_at": at("08:01"), "ended_at": at("08:05"),
             "talk_seconds": "240", "hold_seconds": "0", "wrap_seconds": "60"}  # fmt: skip
    faults: dict[str, dict[str, str | None]] = {
        "answer_first": {"answered_at": at("07:58")},
        "end_first": {"ended_at": at("07:59"), "talk_seconds": None},
        "unanswered": {"answered_at": None, "talk_seconds": "0"},
        "negative": {"talk_seconds": "-5", "wrap_seconds": "-1", "hold_seconds": "30"},
        "no_talk": {"talk_seconds": None, "hold_seconds": "40"},
        "homeless": {},
    }
    for name, fault in faults.items():
        home = "nobody" if wrong and name == "homeless" else name
        company.conversation(name, at("08:00"), channel="phone", status="solved",
                             updated_at=at("08:05"))  # fmt: skip
        company.add(
            "calls", call_id=name, conversation_id=home, direction="inbound", outcome="answered",
            **{**right, **(fault if wrong else {})},
        )  # fmt: skip


def _surveys(company: Company, *, wrong: bool) -> None:
    company.conversation("rated", at("08:00"), status="solved", updated_at=at("09:00"))
    answers = {
        "four": ("csat", "4", "4"),
        "seven": ("csat", "7", "5"),
        "eleven": ("nps", "11", "9"),
        "about_none": ("ces", "6", "6"),
    }
    for number, (name, (kind, bad, good)) in enumerate(answers.items()):
        company.add(
            "survey_responses", response_id=name, survey_type=kind, score=bad if wrong else good,
            sent_at=at("10:00"), responded_at=at(f"1{number}:30"),
            conversation_id="unheard_of" if wrong and name == "about_none" else "rated",
        )  # fmt: skip


def _hours(company: Company, *, wrong: bool) -> None:
    """Further schedules, each for a brand of its own."""
    hours = {"weekday": "1", "start_local": "09:00", "end_local": "12:00", "time_zone": "UTC"}
    faults = {
        "atlantis": {"time_zone": "Nowhere/Atlantis"},
        "eighth_day": {"weekday": "8"},
        "clockless": {"end_local": "12:75"},
        "backwards": {"valid_from": "2026-05-01", "valid_to": "2026-04-01"},
    }
    for name, fault in faults.items():
        company.add("schedules", schedule_id=name, **{**hours, **(fault if wrong else {})})
        company.add("schedule_assignments", schedule_id=name, scope="brand", value=name)
        company.conversation(name, at("08:00"), brand=name, status="solved", updated_at=at("13:00"))
    # 09:00–12:00 twice over 11:00–13:00, and a Sunday night into Monday morning.
    company.add("schedules", schedule_id="twice", **hours)
    company.add(
        "schedules", schedule_id="twice",
        **{**hours, "start_local": "11:00" if wrong else "12:00", "end_local": "13:00"},
    )  # fmt: skip
    night = {"weekday": "7", "start_local": "22:00", "end_local": "09:30" if wrong else "09:00"}
    company.add("schedules", schedule_id="twice", **{**hours, **night})
    company.add("schedule_assignments", schedule_id="twice", scope="brand", value="twice")
    company.conversation(
        "twice", at("00:00"), brand="twice", status="solved", updated_at=at("20:00")
    )
    company.add("schedule_assignments", schedule_id="phantom" if wrong else "office",
                scope="brand", value="phantom")  # fmt: skip
    company.add("schedule_assignments", schedule_id="office", value="planet",
                scope="planet" if wrong else "brand")  # fmt: skip
    company.add("holidays", schedule_id="phantom" if wrong else "office", date_from="2026-05-25",
                date_to="2026-05-25")  # fmt: skip
    company.add("holidays", schedule_id="office", date_from="2026-05-26", date_to="2026-05-26",
                start_local="noon" if wrong else "12:00", end_local="24:00")  # fmt: skip
    company.add("holidays", schedule_id="office", date_from="2026-05-29",
                date_to="2026-05-28" if wrong else "2026-05-30")  # fmt: skip
    policy = {"metric": "resolution", "target_minutes": "60", "clock": "calendar"}
    for name, fault in {
        "by_mood": {"metric": "mood"},
        "by_moon": {"clock": "lunar"},
        "at_once": {"target_minutes": "0"},
        "past": {"valid_from": "2026-05-01", "valid_to": "2026-04-01"},
    }.items():
        company.add("sla_policies", policy_id=name, **{**policy, **(fault if wrong else {})})

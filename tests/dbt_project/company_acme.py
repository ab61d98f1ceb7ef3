"""A small company in which every rule of metrics.md has its conversation, named for what it shows.

Every conversation has a contact of its own (named like it) unless recontact is the point.
"""

from tests.dbt_project.drop import Company


def acme() -> Company:
    company = Company()
    _schedules(company)
    _speed(company)
    _business_time(company)
    _life(company)
    _voice_and_bots(company)
    _contacts_again(company)
    _surveys(company)
    _purchases(company)
    return company


def _open(company: Company, name: str, opened_at: str, **values: str) -> Company:
    return company.conversation(name, opened_at, **{"contact_id": f"by-{name}", **values})


def _schedules(company: Company) -> None:
    company.office("office", "Europe/Berlin", "09:00-17:00")
    company.office("sundays", "Europe/Berlin", "00:00-24:00", "7")
    company.office("howe", "Australia/Lord_Howe", "00:00-24:00", "7")
    company.office("night", "America/New_York", "22:00-06:00", "1234567")
    company.office("lost", "Nowhere/Atlantis", "09:00-17:00")
    company.add("schedule_assignments", schedule_id="office", scope="default")
    company.add("schedule_assignments", schedule_id="night", scope="team", value="Night")
    company.add(
        "schedule_assignments",
        schedule_id="howe",
        scope="brand",
        value="Howe",
        valid_from="2026-04-01",
    )
    company.add("schedule_assignments", schedule_id="sundays", scope="channel", value="social")
    company.add("holidays", schedule_id="office", date_from="2026-05-25", date_to="2026-05-25")
    company.add(
        "holidays",
        schedule_id="office",
        date_from="2026-05-29",
        date_to="2026-05-29",
        start_local="12:00",
        end_local="17:00",
    )
    company.add("holidays", schedule_id="night", date_from="2026-06-03", date_to="2026-06-03")


def _speed(company: Company) -> None:
    company.add("agents", agent_id="a1", name="Ida", email="Ida@acme.example", team="Care")
    company.add("agents", agent_id="robo", name="Robo", role="bot")

    _open(company, "turns", "2026-06-01T08:00:00Z", assignee_agent_id="a1", team="Care")
    company.said("turns", "2026-06-01T08:00:00Z", "customer")
    company.said("turns", "2026-06-01T08:01:00Z", "bot")
    company.said("turns", "2026-06-01T08:02:00Z", "agent", author_id="robo")
    company.said("turns", "2026-06-01T08:05:00Z", "agent", author_id="a1", is_public="false")
    company.said("turns", "2026-06-01T09:30:00Z", "agent", author_id="a1")
    company.said("turns", "2026-06-01T10:00:00Z", "customer")
    company.said("turns", "2026-06-01T10:10:00Z", "customer")
    company.said("turns", "2026-06-01T10:30:00Z", "agent", author_id="a1")
    company.status("turns", "2026-06-01T08:10:00Z", "open", "new")
    company.status("turns", "2026-06-01T09:30:00Z", "pending")
    company.status("turns", "2026-06-01T10:00:00Z", "open")
    company.status("turns", "2026-06-01T11:00:00Z", "solved")

    _open(company, "agent_opened", "2026-06-02T08:00:00Z")
    company.said("agent_opened", "2026-06-02T08:00:00Z", "agent")
    company.said("agent_opened", "2026-06-02T09:00:00Z", "customer")
    company.said("agent_opened", "2026-06-02T09:20:00Z", "agent")

    _open(company, "unanswered", "2026-06-02T08:00:00Z", status="open")
    company.said("unanswered", "2026-06-02T08:00:00Z", "customer")
    company.said("unanswered", "2026-06-02T08:01:00Z", "bot")


def _business_time(company: Company) -> None:
    spans = {
        # Friday 16:00 → Tuesday 10:00 in Berlin, Monday is a holiday: 1 h + 1 h.
        "holiday": ("2026-05-22T14:00:00Z", "2026-05-26T08:00:00Z", {}),
        # Friday 09:00 → Monday 09:00, Friday afternoon off: 3 h.
        "half_holiday": ("2026-05-29T07:00:00Z", "2026-06-01T07:00:00Z", {}),
        # The Sunday that loses an hour, the one that gains half of one.
        "short_sunday": ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", {"channel": "social"}),
        "long_sunday": ("2026-04-03T00:00:00Z", "2026-04-06T12:00:00Z", {"brand": "Howe"}),
        # Before the brand's assignment is valid: the office. Monday 09:00 → 10:00.
        "before_validity": ("2026-03-30T07:00:00Z", "2026-03-30T08:00:00Z", {"brand": "Howe"}),
        # 21:00 → 08:00 in New York.
        "overnight": ("2026-06-02T01:00:00Z", "2026-06-02T12:00:00Z", {"team": "night"}),
        # Two nights around a holiday: 22:00–24:00 before it, 00:00–06:00 after it.
        "holiday_night": ("2026-06-02T20:00:00Z", "2026-06-04T20:00:00Z", {"team": "night"}),
        "unknown_zone": ("2026-06-02T07:00:00Z", "2026-06-02T08:00:00Z", {"schedule_id": "lost"}),
    }
    for name, (opened_at, solved_at, values) in spans.items():
        _open(company, name, opened_at, status="solved", updated_at=solved_at, **values)


def _life(company: Company) -> None:
    _open(company, "reopened", "2026-06-01T00:00:00Z", updated_at="2026-06-09T00:00:00Z")
    for at, status in [
        ("01:00", "solved"),
        ("02:00", "open"),
        ("03:00", "solved"),
        ("09:00", "closed"),
    ]:
        company.status("reopened", f"2026-06-01T{at}:00Z", status)

    _open(company, "open_again", "2026-06-01T00:00:00Z")
    company.status("open_again", "2026-06-01T01:00:00Z", "solved")
    company.status("open_again", "2026-06-01T02:00:00Z", "open")

    _open(company, "solved_early", "2026-06-01T10:00:00Z")
    company.status("solved_early", "2026-06-01T09:00:00Z", "Resolved", "In Progress")

    _open(company, "merged", "2026-06-03T08:00:00Z", merged_into_conversation_id="survivor")
    company.said("merged", "2026-06-03T08:00:00Z", "customer")
    _open(
        company,
        "survivor",
        "2026-06-03T08:30:00Z",
        status="solved",
        updated_at="2026-06-03T10:00:00Z",
    )
    company.said("survivor", "2026-06-03T09:00:00Z", "agent")
    _open(company, "deleted", "2026-06-03T08:00:00Z", deleted_at="2026-06-04T00:00:00Z")
    _open(company, "spam", "2026-06-03T08:00:00Z", is_spam="true")

    _open(
        company,
        "transferred",
        "2026-06-05T08:00:00Z",
        status="solved",
        updated_at="2026-06-05T09:00:00Z",
    )
    for at, old, new in [("08:10", None, "Care"), ("08:20", "Care", "Billing")]:
        company.add(
            "conversation_events",
            conversation_id="transferred",
            occurred_at=f"2026-06-05T{at}:00Z",
            event_type="team",
            old_value=old,
            new_value=new,
        )


def _voice_and_bots(company: Company) -> None:
    _open(
        company,
        "answered_call",
        "2026-06-08T08:00:00Z",
        channel="phone",
        status="solved",
        updated_at="2026-06-08T08:10:00Z",
    )
    company.add(
        "calls",
        conversation_id="answered_call",
        direction="inbound",
        ring_at="2026-06-08T08:00:00Z",
        answered_at="2026-06-08T08:00:30Z",
        ended_at="2026-06-08T08:10:00Z",
        outcome="answered",
        talk_seconds="480",
        hold_seconds="60",
        wrap_seconds="60",
    )
    _open(
        company,
        "abandoned_call",
        "2026-06-08T09:00:00Z",
        channel="phone",
        status="closed",
        updated_at="2026-06-08T09:02:00Z",
    )
    company.add(
        "calls",
        conversation_id="abandoned_call",
        direction="inbound",
        ring_at="2026-06-08T09:00:00Z",
        ended_at="2026-06-08T09:02:00Z",
        outcome="abandoned",
    )

    for name, day in [("contained", "08"), ("came_back", "08"), ("too_young", "28")]:
        _open(company, name, f"2026-06-{day}T08:00:00Z", channel="chatbot")
        company.said(name, f"2026-06-{day}T08:00:00Z", "customer")
        company.said(name, f"2026-06-{day}T08:00:05Z", "bot")
    _open(company, "after_bot", "2026-06-10T08:00:00Z", contact_id="by-came_back")
    company.said("after_bot", "2026-06-10T08:00:00Z", "customer")
    company.said("after_bot", "2026-06-10T09:00:00Z", "agent")
    _open(company, "handed_over", "2026-06-08T08:00:00Z", channel="chatbot")
    company.said("handed_over", "2026-06-08T08:00:00Z", "bot")
    company.said("handed_over", "2026-06-08T08:01:00Z", "customer")
    company.said("handed_over", "2026-06-08T08:03:00Z", "agent")


def _contacts_again(company: Company) -> None:
    """Two systems' records of one person are one customer (linked in the test's tables)."""
    _open(
        company,
        "repeated",
        "2026-06-10T08:00:00Z",
        status="solved",
        updated_at="2026-06-10T09:00:00Z",
    )
    company.said("repeated", "2026-06-10T08:00:00Z", "customer", body="the invoice is wrong")
    _open(
        company,
        "repeat",
        "2026-06-16T08:00:00Z",
        channel="chat",
        contact_id="by-repeated-too",
        status="solved",
        updated_at="2026-06-16T09:00:00Z",
    )
    company.said("repeat", "2026-06-16T08:00:00Z", "customer", body="invoice still wrong")
    _open(
        company,
        "other_topic",
        "2026-06-12T08:00:00Z",
        contact_id="by-repeated",
        status="solved",
        updated_at="2026-06-12T09:00:00Z",
    )
    company.said("other_topic", "2026-06-12T08:00:00Z", "customer", body="where is my parcel")
    _open(
        company, "young", "2026-06-28T08:00:00Z", status="solved", updated_at="2026-06-28T09:00:00Z"
    )


def _surveys(company: Company) -> None:
    answers = [
        # Two answers about one conversation: the later one counts. 4 of 5 satisfies.
        ("s1", "csat", "2", "1", "5", "turns", "2026-06-02T00:00:00Z"),
        ("s2", "csat", "4", "1", "5", "turns", "2026-06-03T00:00:00Z"),
        # Good of good/bad; 6 of 1–10 is not in the top 40 %; 7 is; no scale means 1–5.
        ("s3", "csat", "1", "0", "1", "reopened", "2026-06-04T00:00:00Z"),
        ("s4", "csat", "6", "1", "10", "holiday", "2026-06-04T00:00:00Z"),
        ("s5", "csat", "7", "1", "10", "overnight", "2026-06-04T00:00:00Z"),
        ("s6", "csat", "3", None, None, "survivor", "2026-06-04T00:00:00Z"),
        ("s7", "csat", None, "1", "5", "repeat", None),
        ("s8", "csat", "1", "1", "5", "spam", "2026-06-04T00:00:00Z"),
        # One promoter who was a detractor before, one passive, one detractor.
        ("n1", "nps", "2", None, None, "repeated", "2026-06-11T00:00:00Z"),
        ("n2", "nps", "9", None, None, "repeated", "2026-06-20T00:00:00Z"),
        ("n3", "nps", "8", None, None, "turns", "2026-06-20T00:00:00Z"),
        ("n4", "nps", "6", None, None, "young", "2026-06-29T00:00:00Z"),
        ("e1", "ces", "5", "1", "7", "turns", "2026-06-20T00:00:00Z"),
        ("e2", "ces", "4", "1", "7", "holiday", "2026-06-20T00:00:00Z"),
    ]
    for response_id, kind, score, low, high, about, at in answers:
        company.add(
            "survey_responses",
            response_id=response_id,
            survey_type=kind,
            score=score,
            scale_min=low,
            scale_max=high,
            sent_at="2026-06-02T00:00:00Z",
            responded_at=at,
            conversation_id=about,
        )


def _purchases(company: Company) -> None:
    company.add(
        "contacts",
        contact_id="by-repeated",
        name="Pia",
        email="pia@pia.example",
        phone="+49 30 901820",
    )
    company.add(
        "subscriptions",
        subscription_id="1",
        contact_id="by-repeated-too",
        started_at="2025-06-01T00:00:00Z",
        amount_per_month="40",
        currency="eur",
        status="active",
    )
    company.add("contacts", contact_id="by-gone", name="Gero")
    company.add(
        "subscriptions",
        subscription_id="2",
        contact_id="by-gone",
        started_at="2025-06-01T00:00:00Z",
        ended_at="2026-06-01T00:00:00Z",
        amount_per_month="900",
        currency="eur",
    )


# What ml/ would have written before the marts: one person behind two contacts, topics of three texts.
LEARNED = """
insert into ml.identity_clusters values ('acme', 'by-repeated', 'p1'), ('acme', 'by-repeated-too', 'p1');
insert into ml.message_tags
select md5(body), version, mood, score, topic, '[]', 0, 0, 0, 0, 'normal', 'en', true, 0.9
from (values
    ('the invoice is wrong', '1', 'positive', 0.9, 'shipping'),
    ('the invoice is wrong', '2', 'negative', -0.8, 'billing_payment'),
    ('invoice still wrong', '2', 'negative', -0.9, 'billing_payment'),
    ('where is my parcel', '2', 'neutral', 0.0, 'delivery')
) as tags(body, version, mood, score, topic);
insert into ml.customer_risk values
    ('p1', timestamptz '2026-06-30 00:00:00+00', '1', 0.9, 'red', '[{"feature":"x","reason":"old model","contribution":1}]'),
    ('p1', timestamptz '2026-06-30 00:00:00+00', '2', 0.8, 'red', '[{"feature":"x","reason":"invoice wrong twice","contribution":1}]'),
    (md5('acme:by-turns'), timestamptz '2026-06-30 00:00:00+00', '2', 0.1, 'green', '[]'),
    (md5('acme:by-gone'), timestamptz '2026-06-30 00:00:00+00', '2', 0.9, 'red', '[]');
"""

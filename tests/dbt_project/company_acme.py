"""A small company in which every rule of metrics.md has its conversation, named for what it shows.

Every conversation has a contact of its own (named like it) unless recontact is the point.
"""

from tests.dbt_project.acme_voices import add_voices, opened
from tests.dbt_project.drop import Company


def acme() -> Company:
    company = Company()
    _schedules(company)
    _speed(company)
    _business_time(company)
    _life(company)
    add_voices(company)
    return company


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
    for metric in (
        *("first_response", "next_response", "periodic_update"),
        *("requester_wait", "agent_work", "resolution"),
    ):
        company.add("sla_policies", policy_id="acme", metric=metric, target_minutes="60")


def _speed(company: Company) -> None:
    company.add("agents", agent_id="a1", name="Ida", email="Ida@acme.example", team="Care")
    company.add("agents", agent_id="robo", name="Robo", role="bot")

    opened(company, "turns", "2026-06-01T08:00:00Z", assignee_agent_id="a1", team="Care")
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

    opened(company, "agent_opened", "2026-06-02T08:00:00Z")
    company.said("agent_opened", "2026-06-02T08:00:00Z", "agent")
    company.said("agent_opened", "2026-06-02T09:00:00Z", "customer")
    company.said("agent_opened", "2026-06-02T09:20:00Z", "agent")

    opened(company, "unanswered", "2026-06-02T08:00:00Z", status="open")
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
        opened(company, name, opened_at, status="solved", updated_at=solved_at, **values)


def _life(company: Company) -> None:
    opened(company, "reopened", "2026-06-01T00:00:00Z", updated_at="2026-06-09T00:00:00Z")
    for at, status in [
        ("01:00", "solved"),
        ("02:00", "open"),
        ("03:00", "solved"),
        ("09:00", "closed"),
    ]:
        company.status("reopened", f"2026-06-01T{at}:00Z", status)

    opened(company, "open_again", "2026-06-01T00:00:00Z")
    company.status("open_again", "2026-06-01T01:00:00Z", "solved")
    company.status("open_again", "2026-06-01T02:00:00Z", "open")

    opened(company, "solved_early", "2026-06-01T10:00:00Z")
    company.status("solved_early", "2026-06-01T09:00:00Z", "Resolved", "In Progress")

    opened(company, "merged", "2026-06-03T08:00:00Z", merged_into_conversation_id="survivor")
    company.said("merged", "2026-06-03T08:00:00Z", "customer")
    opened(
        company,
        "survivor",
        "2026-06-03T08:30:00Z",
        status="solved",
        updated_at="2026-06-03T10:00:00Z",
    )
    company.said("survivor", "2026-06-03T09:00:00Z", "agent")
    opened(company, "deleted", "2026-06-03T08:00:00Z", deleted_at="2026-06-04T00:00:00Z")
    opened(company, "spam", "2026-06-03T08:00:00Z", is_spam="true")

    opened(
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

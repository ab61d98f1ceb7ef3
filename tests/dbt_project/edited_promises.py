"""Promises that are due about where working hours end to be laid out: 93 days after a build."""

from datetime import datetime, timedelta

from tests.dbt_project.edited_company import Edited, iso


def promise(edited: Edited, first: datetime) -> None:
    """Before the first build: kept long before they are due, on two schedules."""
    company = edited.company
    company.add(
        "sla_policies", policy_id="long", metric="requester_wait", target_minutes=41_500,
        clock="business", channel="email",
    )  # fmt: skip
    # The last night that is laid out goes on into a holiday, of which the due time is.
    opened, last = first - timedelta(days=15), first + timedelta(days=94)
    company.office("nights", "UTC", "22:00-06:00", days="1234567")
    company.add("holidays", schedule_id="nights", date_from=f"{last + timedelta(days=1):%Y-%m-%d}")
    company.add(
        "sla_policies", policy_id="nights", metric="resolution", clock="business",
        priority="night", target_minutes=8 * 60 * (last - opened).days + 240,
    )  # fmt: skip
    company.add(
        "conversations", conversation_id="by night", opened_at=iso(opened + timedelta(hours=22)),
        channel="ticket", priority="night", schedule_id="nights", contact_id="p0",
        updated_at=iso(opened),
    )  # fmt: skip
    company.status(
        "by night", iso(opened + timedelta(hours=23)), "solved", event_id="by night solved"
    )

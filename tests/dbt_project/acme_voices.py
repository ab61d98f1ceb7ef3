"""The second half of the company acme: calls, bots, people who come back, surveys and purchases."""

from tests.dbt_project.drop import Company


def add_voices(company: Company) -> None:
    _voice_and_bots(company)
    _contacts_again(company)
    _surveys(company)
    _purchases(company)


def opened(company: Company, name: str, opened_at: str, **values: str) -> Company:
    return company.conversation(name, opened_at, **{"contact_id": f"by-{name}", **values})


def _voice_and_bots(company: Company) -> None:
    opened(
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
    opened(
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
        opened(company, name, f"2026-06-{day}T08:00:00Z", channel="chatbot")
        company.said(name, f"2026-06-{day}T08:00:00Z", "customer")
        company.said(name, f"2026-06-{day}T08:00:05Z", "bot")
    opened(company, "after_bot", "2026-06-10T08:00:00Z", contact_id="by-came_back")
    company.said("after_bot", "2026-06-10T08:00:00Z", "customer")
    company.said("after_bot", "2026-06-10T09:00:00Z", "agent")
    opened(company, "handed_over", "2026-06-08T08:00:00Z", channel="chatbot")
    company.said("handed_over", "2026-06-08T08:00:00Z", "bot")
    company.said("handed_over", "2026-06-08T08:01:00Z", "customer")
    company.said("handed_over", "2026-06-08T08:03:00Z", "agent")


def _contacts_again(company: Company) -> None:
    """Two systems' records of one person are one customer (linked in the test's tables)."""
    opened(
        company,
        "repeated",
        "2026-06-10T08:00:00Z",
        status="solved",
        updated_at="2026-06-10T09:00:00Z",
    )
    company.said("repeated", "2026-06-10T08:00:00Z", "customer", body="the invoice is wrong")
    opened(
        company,
        "repeat",
        "2026-06-16T08:00:00Z",
        channel="chat",
        contact_id="by-repeated-too",
        status="solved",
        updated_at="2026-06-16T09:00:00Z",
    )
    company.said("repeat", "2026-06-16T08:00:00Z", "customer", body="invoice still wrong")
    opened(
        company,
        "other_topic",
        "2026-06-12T08:00:00Z",
        contact_id="by-repeated",
        status="solved",
        updated_at="2026-06-12T09:00:00Z",
    )
    company.said("other_topic", "2026-06-12T08:00:00Z", "customer", body="where is my parcel")
    opened(
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

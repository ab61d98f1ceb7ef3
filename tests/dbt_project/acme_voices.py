"""The second half of the company acme: calls, bots, people who come back, surveys and purchases."""

from tests.dbt_project.drop import Company


def add_voices(company: Company) -> None:
    _voice_and_bots(company)
    _contacts_again(company)
    _surveys(company)
    _purchases(company)


def opened(company: Company, name: str, opened_at: str, **values: str) -> Company:
    return company.conversation(name, opened_at, **{"contact_id": f"by-{name}", **values})


def solved(company: Company, name: str, day: str, words: str = "", **values: str) -> None:
    """A conversation on a day of June, 8:00 to 9:00; with the customer's words, if any."""
    opened(
        company,
        name,
        f"2026-06-{day}T08:00:00Z",
        status="solved",
        updated_at=f"2026-06-{day}T09:00:00Z",
        **values,
    )
    if words:
        company.said(name, f"2026-06-{day}T08:00:00Z", "customer", body=words)


def called(
    company: Company, name: str, status: str, ring_at: str, ended_at: str, **values: str
) -> None:
    """A call to us and the conversation it opens."""
    opened(company, name, ring_at, channel="phone", status=status, updated_at=ended_at)
    company.add(
        "calls",
        conversation_id=name,
        direction="inbound",
        ring_at=ring_at,
        ended_at=ended_at,
        **values,
    )


def _voice_and_bots(company: Company) -> None:
    called(
        company,
        "answered_call",
        "solved",
        "2026-06-08T08:00:00Z",
        "2026-06-08T08:10:00Z",
        answered_at="2026-06-08T08:00:30Z",
        outcome="answered",
        talk_seconds="480",
        hold_seconds="60",
        wrap_seconds="60",
    )
    called(
        company,
        "abandoned_call",
        "closed",
        "2026-06-08T09:00:00Z",
        "2026-06-08T09:02:00Z",
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
    solved(company, "repeated", "10", "the invoice is wrong")
    again = {"channel": "chat", "contact_id": "by-repeated-too"}
    solved(company, "repeat", "16", "invoice still wrong", **again)
    solved(company, "other_topic", "12", "where is my parcel", contact_id="by-repeated")
    solved(company, "young", "28")


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
        # Sent and never answered: no passive.
        ("n5", "nps", None, None, None, "holiday", None),
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
    company.add("contacts", contact_id="by-gone", name="Gero")
    subscription = {"started_at": "2025-06-01T00:00:00Z", "currency": "eur"}
    company.add(
        "subscriptions",
        **subscription,
        subscription_id="1",
        contact_id="by-repeated-too",
        amount_per_month="40",
        status="active",
    )
    company.add(
        "subscriptions",
        **subscription,
        subscription_id="2",
        contact_id="by-gone",
        ended_at="2026-06-01T00:00:00Z",
        amount_per_month="900",
    )

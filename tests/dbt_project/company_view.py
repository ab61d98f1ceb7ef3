"""A small company in which one customer, Anna, is known twice and came by every way there is."""

from tests.dbt_project.drop import Company

ANNA, OLD = "p-anna", "p-old"
BILL, PARCEL = "the bill is wrong", "my parcel is lost"

# What ml/ would have written before the marts.
LEARNED = f"""
insert into ml.identity_clusters (source_system, remote_id, customer_id, confidence) values
    ('acme', 'c-anna', '{ANNA}', 0.99), ('acme', 'c-anna-2', '{ANNA}', 0.97),
    ('acme', 'c-ben', 'p-ben', 1);
insert into ml.identity_links (
    left_source_system, left_remote_id, right_source_system, right_remote_id, status,
    match_probability, reasons, model_version
) values
    ('acme', 'c-anna', 'acme', 'c-anna-2', 'linked', 0.99, '[]', '1'),
    ('acme', 'c-anna', 'acme', 'c-ben', 'review', 0.6, '[]', '1'),
    ('acme', 'c-anna', 'acme', 'k1', 'decided', 0.9, '[]', '1'),
    ('acme', 'c-anna', 'acme', 'k2', 'cut', 0.9, '[]', '1');
insert into ml.customer_changes values
    ('merge', '{OLD}', 'p-mid', 1, 'same address', timestamptz '2026-03-01 00:00:00+00'),
    ('merge', 'p-mid', '{ANNA}', 2, 'same phone', timestamptz '2026-04-01 00:00:00+00'),
    ('unmerge', '{ANNA}', 'p-ben', 1, 'decided', timestamptz '2026-05-01 00:00:00+00');
insert into ml.message_tags
select md5(body), '1', mood, score, topic, '[]', 0, 0, 0, 0, 'normal', 'en', true, 0.9
from (values ('{BILL}', 'negative', -0.8, 'bill'), ('{PARCEL}', 'neutral', 0.0, 'parcel'))
    as tags(body, mood, score, topic);
insert into ml.customer_risk (customer_id, as_of, model_version, score, band, reasons) values
    ('{ANNA}', timestamptz '2026-06-30 00:00:00+00', '1', 0.8, 'red', '[]'),
    ('p-ben', timestamptz '2026-06-30 00:00:00+00', '1', 0.9, 'red', '[]');
"""


def company() -> Company:
    made = Company()
    _people(made)
    _issues(made)
    _dealings(made)
    return made


def _people(made: Company) -> None:
    made.add("agents", agent_id="ida", name="Ida", email="ida@house.example", team="Care")
    made.add(
        "accounts", account_id="A1", name="Kestrel Legal", domain="kestrel.example",
        segment="mid", owner="Olga",
    )  # fmt: skip
    made.add("accounts", account_id="A2", name="Second", domain="gmail.com")
    made.add("accounts", account_id="A3", name="Third", domain="gmail.com")
    made.add(
        "contacts", contact_id="c-anna", name="Anna Kern", email="Anna@kestrel.example",
        phone="+49 30 1234567", account_id="A1", language="de-DE", time_zone="Europe/Berlin",
        created_at="2026-01-05T00:00:00Z",
        consent='{"Marketing": "2026-01-10", "sms": "2026-02-01", "newsletter": "2026-07-15"}',
    )  # fmt: skip
    # Changed last, and at a mail domain that several accounts' people use.
    made.add(
        "contacts", contact_id="c-anna-2", name="A. Kern", email="anna@webmail.example",
        phone="030 1234567", time_zone="Mars/Base", created_at="2026-01-10T12:00:00Z",
        do_not_contact="yes", consent='{"marketing": "refused", "sms": "maybe"}',
    )  # fmt: skip
    made.add(
        "contacts", contact_id="c-ben", email="ben@kestrel.example", do_not_contact="no",
        consent='{"do_not_contact": "no"}',
    )  # fmt: skip
    for number in range(10):
        made.add("contacts", contact_id=f"k{number}", email=f"k{number}@kestrel.example")
    for number in (1, 2, 3):
        made.add(
            "contacts", contact_id=f"w{number}", email=f"w{number}@webmail.example",
            account_id=f"A{number}",
        )  # fmt: skip
    for name, domain in {
        "c-web": "webmail.example",
        "c-free": "gmail.com",
        "c-slip": "kestrle.example",
        "c-staff": "house.example",
        "c-new": "newfirm.example",
        "c-new-2": "newfirm.example",
        "c-alone": "my-own-name.example",
        "c-named": "papermill.example",
    }.items():
        said = "Paper Mill Ltd" if name == "c-named" else None
        made.add("contacts", contact_id=name, email=f"x@{domain}", company=said)


def _issues(made: Company) -> None:
    """Chat, a call without words, mail: one issue; a parcel: another."""
    made.conversation("i1", "2026-06-01T08:00:00Z", channel="chatbot", contact_id="c-anna")
    made.said("i1", "2026-06-01T08:00:00Z", "customer", body=BILL)
    made.status("i1", "2026-06-01T09:00:00Z", "solved")
    made.conversation(
        "i2", "2026-06-03T10:00:00Z", channel="phone", contact_id="c-anna-2",
        assignee_agent_id="ida", status="solved", updated_at="2026-06-03T10:05:00Z",
    )  # fmt: skip
    made.add(
        "calls", conversation_id="i2", direction="inbound", ring_at="2026-06-03T10:00:00Z",
        answered_at="2026-06-03T10:00:30Z", ended_at="2026-06-03T10:05:00Z",
        talk_seconds="270", outcome="answered",
    )  # fmt: skip
    made.conversation("i3", "2026-06-05T09:00:00Z", contact_id="c-anna", team="Care")
    made.said("i3", "2026-06-05T09:00:00Z", "customer", body=BILL)
    made.said("i3", "2026-06-05T10:00:00Z", "agent", author_id="ida")
    made.said("i3", "2026-06-05T10:01:00Z", "agent", author_id="ida", is_public="false")
    made.status("i3", "2026-06-05T12:00:00Z", "solved")
    made.conversation(
        "merged", "2026-06-05T09:10:00Z", contact_id="c-anna", merged_into_conversation_id="i3"
    )
    made.conversation("spam", "2026-06-05T09:20:00Z", contact_id="c-anna", is_spam="true")
    made.conversation("i4", "2026-06-20T09:00:00Z", contact_id="c-anna", status="open")
    made.said("i4", "2026-06-20T09:00:00Z", "customer", body=PARCEL)


def _dealings(made: Company) -> None:
    made.add(
        "survey_responses", response_id="s1", survey_type="csat", score="2",
        responded_at="2026-06-06T00:00:00Z", conversation_id="i3", contact_id="c-anna",
        comment="never again",
    )  # fmt: skip
    for number, (amount, currency, status) in enumerate(
        [(10, "EUR", None), (20, "EUR", "refunded"), (7, "EUR", "failed"), (5, "usd", "paid")]
    ):
        made.add(
            "orders", order_id=f"o{number}", contact_id="c-anna", amount=amount, status=status,
            currency=currency, ordered_at=f"2026-05-0{number + 1}T00:00:00Z",
        )  # fmt: skip
    # Three months begin; the fourth would at the very end.
    made.add(
        "subscriptions", subscription_id="sub1", contact_id="c-anna", plan="Box", currency="EUR",
        amount_per_month="30", started_at="2026-01-15T00:00:00Z", ended_at="2026-04-15T00:00:00Z",
    )  # fmt: skip
    made.add(
        "subscriptions", subscription_id="sub2", contact_id="c-anna-2", plan="Box", currency="USD",
        amount_per_month="20", started_at="2026-06-15T00:00:00Z",
    )  # fmt: skip
    # Charges of this system are orders already; a trial is not paid.
    made.add(
        "subscriptions", subscription_id="sub3", contact_id="pays", amount_per_month="99",
        currency="EUR", started_at="2026-01-01T00:00:00Z", source_system="stripe",
    )  # fmt: skip
    made.add(
        "orders", order_id="o9", contact_id="pays", amount="99", currency="EUR",
        ordered_at="2026-01-01T00:00:00Z", source_system="stripe",
    )  # fmt: skip
    made.add(
        "subscriptions", subscription_id="sub4", contact_id="c-free", amount_per_month="50",
        currency="EUR", started_at="2026-01-01T00:00:00Z", status="trialing",
    )  # fmt: skip
    made.add("articles", article_id="a1", title="How to pay", source_system="helpcentre")
    for event, at in {"view": "07:00", "helpful": "07:01", "search": "07:02"}.items():
        made.add(
            "article_events", event_id=event, event_type=event, contact_id="c-anna",
            occurred_at=f"2026-06-01T{at}:00Z",
            **(
                {"query": "my secret words", "results_count": "3"}
                if event == "search"
                else {"article_id": "a1"}
            ),
        )  # fmt: skip

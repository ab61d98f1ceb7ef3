"""Every reason for leaving somebody alone, and that each one that applies is kept."""

from datetime import timedelta
from typing import Any

import pytest

from tests.outreach.company import AS_OF, Company
from warehouse.clock import iso

TALK = "insert into marts.fct_conversations values (?, ?, ?, ?, ?, ?, ?)"


def ago(days: float) -> str:
    return iso(AS_OF - timedelta(days=days))


def hand_over(
    company: Company, customer: str, at: str, *, list_: str = "at_risk", since: str = "",
    status: str = "sent",
) -> None:  # fmt: skip
    company.run(
        "insert into outreach.outbox values "
        "(?, 'crm', ?, ?, ?, ?, ?, 1, null, null, null, null, ?, '')",
        [f"{customer} {list_} {at}", list_, customer, since or at, since or at, status, at],
    )


def reasons(company: Company) -> dict[str, Any]:
    return dict(company.left_out())


def test_who_asked_to_be_left_alone_is(company: Company) -> None:
    company.customer("a", do_not_contact=True)
    company.candidates(a=0.9, b=0.8)
    company.prepare()

    assert company.left_out("customer_id, reason, detail") == [
        ("a", "do_not_contact", "asked not to be contacted")
    ]


def test_a_refused_purpose_counts_when_the_list_names_it(company: Company) -> None:
    company.run(
        "insert into marts.customer_consents values (?, ?, ?)",
        ["a", "marketing", "refused"],
        ["b", "marketing", "granted"],
        ["c", "profiling", "refused"],
    )
    company.candidates(a=0.9, b=0.8, c=0.7)
    company.prepare()
    assert company.left_out("customer_id, reason, detail") == [
        ("a", "consent_refused", "no consent to be contacted for marketing")
    ]

    company.rules["lists"]["at_risk"]["consents"] = ["profiling"]
    company.prepare()
    assert reasons(company) == {"c": "consent_refused"}


def test_without_address_and_number_nobody_can_be_contacted(company: Company) -> None:
    company.candidates(
        mail={"score": 0.9}, phone={"score": 0.8, "email": None, "phone": "+4930123456"},
        neither={"score": 0.7, "email": " ", "phone": None},
    )  # fmt: skip
    company.prepare()

    assert reasons(company) == {"neither": "no_contact_details"}


def test_an_open_escalation_is_answered_before_anybody_calls(company: Company) -> None:
    company.run(
        TALK,
        ["1", "open", ago(40), False, True, 0.7, None],
        ["2", "open", ago(50), False, True, 0.5, None],
        ["3", "solved", ago(40), True, True, 0.9, None],
        ["4", "calm", ago(40), False, True, 0.49, None],
        ["5", "spam", ago(40), False, True, 0.9, "spam"],
    )
    company.candidates(open=0.9, solved=0.8, calm=0.7, spam=0.6)
    company.prepare()
    assert company.left_out("customer_id, reason, detail") == [
        ("open", "open_escalation", "waits for an answer to an escalation since 2026-05-11")
    ]

    company.rules["lists"]["at_risk"]["escalation_from"] = None
    company.prepare()
    assert reasons(company) == {}


def test_whom_an_agent_wrote_to_first_waits_out_the_cooldown(company: Company) -> None:
    company.run(
        TALK,
        ["1", "called", ago(29), True, False, 0.0, None],
        ["2", "long_ago", ago(30), True, False, 0.0, None],
        ["3", "wrote_in", ago(2), True, True, 0.0, None],
    )
    company.candidates(called=0.9, long_ago=0.8, wrote_in=0.7)
    company.prepare()

    assert company.left_out("customer_id, reason, detail") == [
        ("called", "contacted_recently", "an agent wrote or called first on 2026-06-01")
    ]


def test_who_was_handed_over_stays_for_the_days_to_act_then_waits_out_the_cooldown(
    company: Company,
) -> None:
    def on_day(day: int) -> list[Any]:
        moment = AS_OF + timedelta(days=day)
        company.candidates(as_of=moment, a=0.9)
        company.prepare(moment)
        return company.entries("state, since") or company.left_out("reason, detail")

    assert on_day(0) == [("new", AS_OF)]
    hand_over(company, "a", iso(AS_OF + timedelta(hours=1)), since=iso(AS_OF))
    for day in (1, 6, 7):
        assert on_day(day) == [("still", AS_OF)]
    for day in (8, 30, 37):
        assert on_day(day) == [("contacted_recently", "handed over on 2026-06-30")]
    # Thirty days after the last list with the customer on it: a new episode, handed over again.
    assert on_day(38) == [("new", AS_OF + timedelta(days=38))]


def test_what_is_only_queued_or_was_handed_over_after_as_of_is_no_contact(company: Company) -> None:
    company.rules["lists"]["growth"] = {"capacity": 9, "chance_to_help": 0.1}
    hand_over(company, "queued", ago(1), list_="growth", status="pending")
    hand_over(company, "later", ago(-1), list_="growth")
    hand_over(company, "told", ago(1), list_="growth")
    company.candidates(queued=0.9, later=0.8, told=0.7)
    company.prepare()

    assert company.left_out("customer_id, reason, detail") == [
        ("told", "contacted_recently", "handed over for the list growth on 2026-06-29")
    ]


def test_a_customer_is_on_the_first_of_two_lists_held_out_or_not(company: Company) -> None:
    company.rules["lists"]["growth"] = {"capacity": 9, "chance_to_help": 0.1}
    company.rules["holdout"]["share"] = 0.5
    scores = {f"c{n}": 0.9 for n in range(6)}
    company.candidates(**scores)
    company.candidates("growth", **scores, only=0.5)
    company.prepare()

    assert 0 < len(company.entries()) < 6
    on_both = [(who, reason) for who, reason in company.left_out(name="growth") if who != "only"]
    assert on_both == [(who, "on_another_list") for who in sorted(scores)]


def test_an_incident_notice_is_held_back_only_by_what_forbids_any_contact(company: Company) -> None:
    company.rules["lists"]["incident"] = {
        "capacity": 9, "chance_to_help": 0.1, "service": True, "consents": [],
    }  # fmt: skip
    company.rules["holdout"]["share"] = 0.99
    company.run(TALK, ["1", "called", ago(1), True, False, 0.0, None])
    company.run("insert into marts.customer_consents values ('refused', 'marketing', 'refused')")
    company.customer("never", do_not_contact=True)
    hand_over(company, "sold", ago(1))
    scores = {"called": 0.9, "refused": 0.8, "sold": 0.7, "never": 0.6}
    company.candidates(**scores)
    company.candidates("incident", **scores)
    company.prepare()

    assert company.entries(name="incident") == [("called",), ("refused",), ("sold",)]
    assert company.left_out(name="incident") == [("never", "do_not_contact")]
    assert not company.read("from outreach.assignments where list = 'incident'")

    # Nor does having been told of an incident keep anybody off another list.
    hand_over(company, "free", ago(1), list_="incident")
    company.rules["holdout"]["share"] = 0.0
    company.candidates(free=0.9)
    company.prepare()
    assert company.entries() == [("free",)]


def test_who_is_not_among_the_customers_any_more_is_left_out(company: Company) -> None:
    company.candidates(a=0.9, b=0.8)
    company.run("delete from marts.dim_customers where customer_id = 'a'")
    company.prepare()

    assert reasons(company) == {"a": "erased"}


def test_every_reason_is_kept_and_the_first_is_the_main_one(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.999
    company.customer("a", do_not_contact=True)
    company.run("insert into marts.customer_consents values ('a', 'outreach', 'refused')")
    company.candidates(a={"score": 0.9, "email": None})
    company.prepare()

    assert company.read("select reason, is_main from outreach.suppressions order by all") == [
        ("consent_refused", False),
        ("do_not_contact", True),
        ("holdout", False),
        ("no_contact_details", False),
    ]


@pytest.mark.parametrize("table", ["list_entries", "suppressions", "recoveries", "assignments"])
def test_no_table_holds_personal_data(company: Company, table: str) -> None:
    company.rules["lists"]["at_risk"]["capacity"] = 1
    company.customer("a", do_not_contact=True)
    company.candidates(a=0.9, b=0.8, c=0.7)
    company.prepare()
    company.candidates(as_of=AS_OF + timedelta(days=1), c=0.7)
    company.prepare(AS_OF + timedelta(days=1))

    text = str(company.read(f"from outreach.{table}"))
    assert "at_risk" in text
    assert "Name of" not in text
    assert "@" not in text

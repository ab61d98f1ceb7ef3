"""New, still or recovered: what a list says of the one before."""

from datetime import datetime, timedelta
from typing import Any

from tests.outreach.company import AS_OF, Company


def day(number: float) -> datetime:
    return AS_OF + timedelta(days=number)


def on(company: Company, number: float, **scores: Any) -> None:
    company.candidates(as_of=day(number), **scores)
    company.prepare(day(number))


def recovered(company: Company) -> list[tuple[Any, ...]]:
    return company.read(
        "select customer_id, since, last_as_of, reason from outreach.recoveries "
        "where as_of = (select max(as_of) from outreach.list_runs) order by customer_id"
    )


STATES = "customer_id, state, since, days_on_list"


def test_an_entry_is_new_and_then_still_since_the_list_that_began_it(company: Company) -> None:
    on(company, 0, a=0.9)
    assert company.entries(STATES) == [("a", "new", AS_OF, 0)]
    [(entry,)] = company.entries("entry_id")

    on(company, 1, a=0.9, b=0.8)
    on(company, 3.5, a=0.9, b=0.8)
    assert company.entries(STATES) == [("a", "still", AS_OF, 3), ("b", "still", day(1), 2)]
    assert company.entries("entry_id")[0] == (entry,)
    assert company.entries("entry_id")[1] != (entry,)


def test_an_absence_within_the_cooldown_is_the_same_episode_and_a_longer_one_another(
    company: Company,
) -> None:
    on(company, 0, a=0.9)
    [first] = company.entries("entry_id")
    on(company, 1)
    on(company, 30, a=0.9)
    assert company.entries("state, since") == [("still", AS_OF)]
    assert company.entries("entry_id") == [first]

    on(company, 60.5, a=0.9)
    assert company.entries("state, since") == [("new", day(60.5))]
    assert company.entries("entry_id") != [first]


def test_who_is_off_the_list_is_told_with_the_reason(company: Company) -> None:
    company.rules["lists"]["at_risk"]["capacity"] = 6
    on(company, 0, fell=0.9, gone=0.8, told=0.75, never=0.7, crowded=0.6, erased=0.5)
    company.run("update marts.dim_customers set do_not_contact = true where customer_id = 'never'")
    company.run(
        "update marts.dim_customers set active_subscriptions = 0 where customer_id = 'gone'"
    )
    company.run("update marts.dim_customers set customer_until = now() where customer_id = 'told'")
    company.run("delete from marts.dim_customers where customer_id = 'erased'")
    company.rules["lists"]["at_risk"]["capacity"] = 1
    on(company, 1, other=0.99, never=0.7, crowded=0.6)

    assert recovered(company) == [
        ("crowded", AS_OF, AS_OF, "over_capacity"),
        ("erased", AS_OF, AS_OF, "erased"),
        ("fell", AS_OF, AS_OF, "score_fell"),
        ("gone", AS_OF, AS_OF, "left"),
        ("never", AS_OF, AS_OF, "do_not_contact"),
        ("told", AS_OF, AS_OF, "left"),
    ]
    on(company, 2, other=0.99)
    assert recovered(company) == []


def test_recovered_is_told_of_the_list_just_before_even_when_nobody_was_on_it(
    company: Company,
) -> None:
    on(company, 0, a=0.9)
    on(company, 1)
    assert [who for who, *_ in recovered(company)] == ["a"]
    on(company, 2)
    assert recovered(company) == []


def test_a_merged_customer_goes_on_with_the_older_episode(company: Company) -> None:
    on(company, 0, old=0.9)
    [entry] = company.entries("entry_id")
    on(company, 1, old=0.9, kept=0.8)
    company.run("insert into marts.customer_merges values ('merge', 'old', 'kept')")
    on(company, 2, kept=0.8)

    assert company.entries(STATES) == [("kept", "still", AS_OF, 2)]
    assert company.entries("entry_id") == [entry]
    assert recovered(company) == []

"""Whatever the customers are like: what must hold of every list, and the list itself by hand."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.outreach.company import AS_OF, Company
from tests.outreach.test_holdout import is_held_out

customers = st.lists(
    st.fixed_dictionaries(
        {
            "score": st.sampled_from([None, 0.1, 0.5, 0.9]),
            "value_per_month": st.sampled_from([None, 0.0, 10.0, 100.0]),
            "owner": st.sampled_from(["Dana", "Kim", None]),
            "email": st.sampled_from(["x@x.example", None]),
            "never": st.booleans(),
            "refused": st.booleans(),
        }
    ),
    max_size=25,
)
rules = st.fixed_dictionaries(
    {
        "capacity": st.integers(1, 12),
        "capacity_per_owner": st.none() | st.integers(1, 5),
        "share": st.sampled_from([0.0, 0.3]),
    }
)
Known = dict[str, dict[str, Any]]


def build(days: list[list[dict[str, Any]]], rule: dict[str, Any]) -> tuple[Company, list[Known]]:
    """A company with as many lists as days, and what it knows of the customers of each day."""
    company = Company()
    company.run("drop schema if exists outreach cascade")
    company.rules["holdout"]["share"] = rule["share"]
    company.rules["lists"]["at_risk"] |= {
        name: rule[name] for name in ("capacity", "capacity_per_owner")
    }
    known = []
    for number, day in enumerate(days):
        known.append({f"c{n}": said for n, said in enumerate(day)})
        write(company, known[-1], number)
        company.prepare(AS_OF + timedelta(days=number))
    return company, known


def write(company: Company, known: Known, day: int) -> None:
    shown = ("score", "value_per_month", "owner", "email")
    company.run("delete from marts.dim_customers; delete from marts.customer_consents")
    company.candidates(
        as_of=AS_OF + timedelta(days=day),
        **{who: {name: said[name] for name in shown} for who, said in known.items()},
    )
    never, refused = (
        ", ".join(f"'{who}'" for who, said in known.items() if said[flag]) or "null"
        for flag in ("never", "refused")
    )
    company.run(
        f"update marts.dim_customers set do_not_contact = true where customer_id in ({never}); "
        "insert into marts.customer_consents select customer_id, 'marketing', 'refused' "
        f"from marts.dim_customers where customer_id in ({refused})"
    )


def by_hand(known: Known, rule: dict[str, Any]) -> tuple[list[str], set[str]]:
    """Entries in order, and who is held out."""

    def worth(who: str) -> float:
        said = known[who]
        return (said["score"] or 0) * (said["value_per_month"] or 0)

    def order(who: str) -> tuple[float, float, int]:
        return -worth(who), -(known[who]["score"] or -1), int(who[1:])

    entries: list[str] = []
    held: set[str] = set()
    taken: Counter[str | None] = Counter()
    for who in sorted(known, key=order):
        said = known[who]
        if said["never"] or said["refused"] or said["email"] is None:
            continue
        if len(entries) >= rule["capacity"]:
            continue
        if taken[said["owner"]] >= (rule["capacity_per_owner"] or 99):
            continue
        if is_held_out(who, rule["share"]):
            held.add(who)
        else:
            entries.append(who)
            taken[said["owner"]] += 1
    return entries, held


@settings(max_examples=15)
@given(customers, rules)
def test_the_list_is_what_walking_down_by_hand_gives(
    day: list[dict[str, Any]], rule: dict[str, Any]
) -> None:
    company, [known] = build([day], rule)
    entries, held = by_hand(known, rule)

    assert [who for (who,) in company.entries()] == entries
    assert {who for who, reason in company.left_out() if reason == "holdout"} == held


@settings(max_examples=8)
@given(st.lists(customers, min_size=1, max_size=3), rules)
def test_everybody_is_listed_or_left_out_once_and_nobody_who_may_not_be_contacted_is_listed(
    days: list[list[dict[str, Any]]], rule: dict[str, Any]
) -> None:
    company, everyday = build(days, rule)

    for number, known in enumerate(everyday):
        here = f"as_of = '{AS_OF + timedelta(days=number)}'"
        listed = company.read(f"select customer_id from outreach.list_entries where {here}")
        main = company.read(
            f"select customer_id from outreach.suppressions where is_main and {here}"
        )
        assert sorted(listed + main) == sorted((who,) for who in known)
        assert not [who for (who,) in listed if known[who]["never"]]
        before = company.read(
            "select customer_id from outreach.list_entries "
            f"where as_of = '{AS_OF + timedelta(days=number - 1)}'"
        )
        recovered = company.read(f"select customer_id from outreach.recoveries where {here}")
        assert sorted(recovered) == sorted(set(before) - set(listed))
    assigned = company.read("select customer_id from outreach.assignments")
    assert len(assigned) == len(set(assigned))


@settings(max_examples=5)
@given(st.lists(customers, min_size=2, max_size=3), rules)
def test_working_out_any_list_again_changes_nothing(
    days: list[list[dict[str, Any]]], rule: dict[str, Any]
) -> None:
    company, everyday = build(days, rule)
    before = everything(company)

    for number, known in enumerate(everyday):
        write(company, known, number)
        company.prepare(AS_OF + timedelta(days=number))
        assert everything(company) == before


def everything(company: Company) -> list[list[tuple[Any, ...]]]:
    tables = ("list_runs", "list_entries", "suppressions", "recoveries", "assignments")
    return [company.read(f"from outreach.{table} order by all") for table in tables]

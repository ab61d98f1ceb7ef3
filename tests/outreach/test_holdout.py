"""Who is held out: a stable, random share, of those who would be on the list."""

import hashlib
from datetime import timedelta

from tests.outreach.company import AS_OF, Company


def is_held_out(customer: str, share: float, salt: str = "test") -> bool:
    """The definition, told once more in another language."""
    digest = hashlib.sha256(f"{salt}\x1f{customer}".encode()).hexdigest()
    return int(digest[:13], 16) / 16**13 < share


def held_out(company: Company) -> set[str]:
    return {who for who, reason in company.left_out() if reason == "holdout"}


def many(count: int, first: int = 0) -> dict[str, float]:
    return {f"c{n}": 0.9 - n / 1e5 for n in range(first, first + count)}


def test_the_share_is_held_out_within_what_chance_allows(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.1
    company.rules["lists"]["at_risk"]["capacity"] = 5000
    company.candidates(**many(4000))
    company.prepare()

    # Five standard deviations of a binomial(4000, 0.1): 400 ± 95.
    assert 305 <= len(held_out(company)) <= 495
    assert held_out(company) == {who for who in many(4000) if is_held_out(who, 0.1)}
    assert company.read(
        "select arm, count(*) from outreach.assignments group by all order by 1"
    ) == [
        ("holdout", len(held_out(company))),
        ("treated", 4000 - len(held_out(company))),
    ]


def test_the_arm_depends_on_nothing_but_salt_and_customer(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.2
    company.candidates(**many(200))
    company.prepare()
    before = held_out(company)
    company.candidates(as_of=AS_OF + timedelta(days=1), **many(400, first=100))
    company.prepare(AS_OF + timedelta(days=1))

    assert {who for who in held_out(company) if who in many(200)} == {
        who for who in before if who in many(100, first=100)
    }
    # A larger share keeps everybody who was held out; another salt draws anew.
    company.rules["holdout"]["share"] = 0.4
    company.prepare(AS_OF + timedelta(days=1))
    larger = held_out(company)
    assert before & set(many(400, first=100)) < larger
    company.rules["holdout"]["salt"] = "another"
    company.prepare(AS_OF + timedelta(days=1))
    assert held_out(company) not in (larger, before)


def test_the_team_gets_its_full_capacity_and_both_arms_stand_above_the_same_line(
    company: Company,
) -> None:
    company.rules["holdout"]["share"] = 0.3
    company.rules["lists"]["at_risk"]["capacity"] = 20
    scores = many(100)
    company.candidates(**scores)
    company.prepare()

    # Walked down by hand: one belongs as long as fewer than 20 treated stand above.
    treated: list[str] = []
    held: list[str] = []
    for who in scores:
        if len(treated) < 20:
            (held if is_held_out(who, 0.3) else treated).append(who)
    assert company.entries() == [(who,) for who in treated]
    assert held_out(company) == set(held)
    below = [who for who in scores if who not in {*treated, *held}]
    cut = [who for who, reason in company.left_out() if reason == "over_capacity"]
    assert sorted(cut) == sorted(below)
    assert company.read("select customer_id from outreach.assignments order by 1") == sorted(
        (who,) for who in [*treated, *held]
    )


def test_an_owners_capacity_counts_the_treated_only(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.5
    company.rules["lists"]["at_risk"]["capacity_per_owner"] = 2
    company.candidates(**many(30))
    company.prepare()

    treated = [who for who in many(30) if not is_held_out(who, 0.5)]
    last = list(many(30)).index(treated[1])
    assert company.entries() == [(who,) for who in treated[:2]]
    assert held_out(company) == {who for who in list(many(30))[:last] if is_held_out(who, 0.5)}


def test_a_customers_first_assignment_stays_with_what_was_known_then(company: Company) -> None:
    company.candidates(a=0.9, b=0.8)
    company.prepare()
    company.run("update outreach.assignments set play = 'call' where customer_id = 'a'")
    before = company.read("from outreach.assignments where customer_id in ('a', 'b') order by all")
    company.candidates(as_of=AS_OF + timedelta(days=1), a=0.5, c=0.7)
    company.prepare(AS_OF + timedelta(days=1))

    after = company.read("from outreach.assignments order by customer_id")
    assert sorted(after[:2]) == sorted(before)
    assert after[2][:4] == ("at_risk", "c", AS_OF + timedelta(days=1), "treated")


def test_a_run_remembers_the_share_that_was_held_out_then(company: Company) -> None:
    company.rules["lists"]["incident"] = {"capacity": 9, "chance_to_help": 0.5, "service": True}
    for day, share in enumerate((0.1, 0.25)):
        company.rules["holdout"]["share"] = share
        for name in ("at_risk", "incident"):
            company.candidates(name, AS_OF + timedelta(days=day), a=0.9)
        company.prepare(AS_OF + timedelta(days=day))

    shares = company.read("select list, holdout_share from outreach.list_runs order by all")
    assert shares == [("at_risk", 0.1), ("at_risk", 0.25), ("incident", 0.0), ("incident", 0.0)]


def test_after_a_merge_the_surviving_customers_arm_holds(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.5
    out = next(who for who in many(50) if is_held_out(who, 0.5))
    free = next(who for who in many(50) if not is_held_out(who, 0.5))
    company.candidates(**{free: 0.9})
    company.prepare()
    company.run(f"insert into marts.customer_merges values ('merge', '{free}', '{out}')")
    company.candidates(as_of=AS_OF + timedelta(days=1), **{out: 0.9})
    company.prepare(AS_OF + timedelta(days=1))

    assert company.left_out() == [(out, "holdout")]
    assert company.read("select customer_id, arm from outreach.assignments order by as_of") == [
        (free, "treated"),
        (out, "holdout"),
    ]

"""Who is called, in what order and by whom, and that a second run says the same."""

from datetime import UTC, datetime, timedelta

import pytest

from outreach import Prepared
from outreach.lists import NoList
from tests.outreach.company import AS_OF, Company
from warehouse.duck import warehouse

NEXT = AS_OF + timedelta(days=1)


def test_most_expected_value_comes_first_and_is_score_times_value_times_months_times_chance(
    company: Company,
) -> None:
    company.rules["lists"]["at_risk"] |= {"chance_by_band": {"yellow": 0.9}}
    company.candidates(
        likely={"score": 0.9, "value_per_month": 10.0},
        rich={"score": 0.4, "value_per_month": 100.0},
        helpable={"score": 0.3, "value_per_month": 100.0, "band": "yellow"},
        unknown={"score": 0.8, "value_per_month": None},
    )
    company.prepare()

    # Ten months; half of the customers can be helped, of yellow ones 0.9.
    assert company.entries("position, customer_id, expected_value") == [
        (1, "helpable", pytest.approx(0.3 * 100 * 10 * 0.9)),
        (2, "rich", pytest.approx(0.4 * 100 * 10 * 0.5)),
        (3, "likely", pytest.approx(0.9 * 10 * 10 * 0.5)),
        (4, "unknown", 0.0),
    ]


def test_what_is_over_capacity_is_told_with_the_position_it_would_have_had(
    company: Company,
) -> None:
    company.rules["lists"]["at_risk"]["capacity"] = 2
    company.customer("never", do_not_contact=True)
    company.candidates(a=0.9, never=0.8, b=0.7, c=0.6, d=0.5)

    # Who must be left alone takes nobody's place.
    assert company.prepare() == {"at_risk": Prepared(entries=2, suppressed=3)}
    assert company.entries() == [("a",), ("b",)]
    assert company.left_out("position, customer_id, reason, detail") == [
        (2, "never", "do_not_contact", "asked not to be contacted"),
        (3, "c", "over_capacity", "would be number 3; the list takes 2"),
        (4, "d", "over_capacity", "would be number 4; the list takes 2"),
    ]


def test_an_owner_has_a_capacity_and_what_is_over_it_leaves_room_for_others(
    company: Company,
) -> None:
    company.rules["lists"]["at_risk"] |= {
        "capacity": 4, "capacity_per_owner": 2, "capacity_of": {"Max": 1},
    }  # fmt: skip
    owners = {"a": "Dana", "b": "Dana", "c": "Dana", "d": "max", "e": "Max", "f": "Kim", "g": "Kim"}
    company.candidates(
        **{who: {"score": 0.9 - n / 10, "owner": o} for n, (who, o) in enumerate(owners.items())}
    )
    company.prepare()

    assert company.entries("customer_id, owner") == [
        ("a", "Dana"),
        ("b", "Dana"),
        ("d", "max"),
        ("f", "Kim"),
    ]
    assert company.left_out("customer_id, detail") == [
        ("c", "would be number 3; their owner takes 2 and has them"),
        ("e", "would be number 5; their owner takes 1 and has them"),
        ("g", "would be number 7; the list takes 4"),
    ]


def test_the_owner_is_the_marts_unless_they_left(company: Company) -> None:
    company.run(
        "insert into marts.dim_agents values (?, ?, ?, ?, ?)",
        ["1", "Dana", "dana@us.example", True, None],
        ["2", "Lee", "lee@us.example", False, datetime(2026, 5, 1, tzinfo=UTC)],
        ["3", "Kim", "kim@us.example", False, datetime(2026, 5, 1, tzinfo=UTC)],
        ["4", "Kim", "kim.new@us.example", True, None],
        ["5", "Sam", None, False, None],
    )
    company.rules["left_owners"] = ["Rob Roy"]
    owners = [" dana", "LEE@us.example", "Kim", "Sam", "rob roy", "Crm Only", None, " "]
    company.candidates(**{f"c{n}": {"score": 0.5, "owner": o} for n, o in enumerate(owners)})
    company.prepare()

    assert company.entries("owner, owner_note") == [
        ("dana", None),
        ("Success", "LEE@us.example left on 2026-05-01"),
        ("Kim", None),
        ("Success", "Sam is not active"),
        ("Success", "rob roy left, as lists.yml says"),
        ("Crm Only", None),
        ("Success", "no owner is known"),
        ("Success", "no owner is known"),
    ]
    company.rules["unknown_owners"] = "fallback"
    company.prepare()
    assert ("Success", "Crm Only is in no support system") in company.entries("owner, owner_note")


def test_amounts_of_different_currencies_are_compared_by_the_companys_rates(
    company: Company,
) -> None:
    company.candidates(
        a={"score": 0.5, "value_per_month": 110.0, "currency": "USD"},
        b={"score": 0.5, "value_per_month": 100.0},
        c={"score": 0.5, "value_per_month": 105.0, "currency": "CHF"},
    )
    company.prepare()
    assert company.entries() == [("a",), ("c",), ("b",)]

    company.rules["exchange_rates"] = {"USD": 0.86}
    company.prepare()
    # Amounts stay as they are: 0.5 × 110 USD × 10 months × 0.5.
    assert company.entries("customer_id, expected_value, currency") == [
        ("c", 262.5, "CHF"),
        ("b", 250.0, "EUR"),
        ("a", 275.0, "USD"),
    ]


def test_preparing_again_gives_the_very_same_rows(company: Company) -> None:
    company.rules["holdout"]["share"] = 0.5
    company.rules["lists"]["at_risk"]["capacity"] = 2
    company.candidates(a=0.9, b=0.8, c=0.7, d=0.6, e={"score": 0.5, "email": None})
    company.prepare()
    company.candidates(as_of=NEXT, b=0.9, c=0.8, e=0.7)
    company.prepare(NEXT)
    before = everything(company)
    company.prepare(NEXT)

    assert everything(company) == before


def test_an_earlier_list_worked_out_again_leaves_later_ones_as_they_are(company: Company) -> None:
    for day, scores in ((0, {"a": 0.9, "b": 0.8}), (1, {"b": 0.8, "c": 0.7}), (2, {"c": 0.7})):
        company.candidates(as_of=AS_OF + timedelta(days=day), **scores)
        company.prepare(AS_OF + timedelta(days=day))
    before = everything(company)
    company.candidates(a=0.9, b=0.8)
    company.prepare()
    assert everything(company) == before

    # Also when it now says something else; only who was first assigned then is assigned later.
    company.candidates(d=0.9)
    company.prepare()
    later = f"where as_of > '{AS_OF}'"
    assert everything(company, later)[:-1] == [
        [row for row in table if row[1] > AS_OF] for table in before[:-1]
    ]
    assert company.read("select customer_id, as_of from outreach.assignments order by all") == [
        ("b", NEXT),
        ("c", NEXT),
        ("d", AS_OF),
    ]


def everything(company: Company, where: str = "") -> list[list[tuple]]:
    tables = ("list_runs", "list_entries", "suppressions", "recoveries", "assignments")
    return [company.read(f"from outreach.{table} {where} order by all") for table in tables]


def test_a_list_without_a_mart_is_skipped_and_said(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.rules["lists"]["growth"] = {"capacity": 5, "chance_to_help": 0.1}
    company.candidates(a=0.9)
    with caplog.at_level("INFO", logger="outreach"):
        assert list(company.prepare()) == ["at_risk"]
    assert "no mart marts.growth_customers, so no list growth" in caplog.text

    company.candidates("growth", b=0.4)
    assert company.prepare()["growth"] == Prepared(entries=1, suppressed=0)
    assert company.entries(name="growth") == [("b",)]


def test_a_mart_of_another_time_makes_no_list(company: Company) -> None:
    company.candidates(a=0.9)
    with pytest.raises(NoList, match="describes 2026-06-30"):
        company.prepare(NEXT)


def test_a_repeated_customer_makes_no_list(company: Company) -> None:
    company.candidates(a=0.9)
    company.run("insert into marts.at_risk_customers from marts.at_risk_customers")
    with pytest.raises(NoList, match="repeats a customer_id"):
        company.prepare()


def test_a_mart_without_a_column_makes_no_list_and_names_it(company: Company) -> None:
    company.candidates(a=0.9)
    company.run("alter table marts.at_risk_customers drop column value_per_month")
    with pytest.raises(NoList, match="has no column value_per_month"):
        company.prepare()


def test_without_marts_the_message_says_what_to_build(company: Company) -> None:
    with pytest.raises(NoList, match=r"no mart marts\.at_risk_customers; build the marts"):
        company.prepare()


def test_a_failure_half_way_keeps_the_list_of_before(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.candidates(a=0.9, b=0.8)
    company.prepare()
    before = everything(company)

    def fail(*_: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("outreach.episodes.note_recovered", fail)
    company.candidates(c=0.9)
    with pytest.raises(RuntimeError, match="half way"):
        company.prepare()
    assert everything(company) == before


def test_a_warehouse_of_an_earlier_version_goes_on(company: Company) -> None:
    with warehouse() as connection:
        connection.execute(
            """
            drop schema outreach cascade;
            create schema outreach;
            create table outreach.list_runs as select 'at_risk' as list,
                timestamptz '2026-06-29 00:00:00+00' as as_of, 1::bigint as entries,
                1::bigint as suppressed;
            create table outreach.list_entries as select 'at_risk' as list,
                timestamptz '2026-06-29 00:00:00+00' as as_of, 1::bigint as position,
                'old' as entry_id, 'a' as customer_id;
            create table outreach.suppressions as select 'at_risk' as list,
                timestamptz '2026-06-29 00:00:00+00' as as_of, 1::bigint as position,
                'old' as entry_id, 'b' as customer_id, 'do_not_contact' as reason, '' as detail;
            """
        )
    company.candidates(a=0.9, b=0.8)
    company.prepare()

    assert company.entries("customer_id, state, days_on_list, entry_id")[0] == (
        "a",
        "still",
        1,
        "old",
    )
    assert company.read(
        "select recovered, holdout_share from outreach.list_runs order by as_of"
    ) == [
        (0, None),
        (0, 0.0),
    ]

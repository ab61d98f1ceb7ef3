"""Uplift: who counts in which arm, who waits and who is left out."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from outreach import prepare
from sample import AS_OF
from tests.dbt_project.drop import build, query
from tests.dbt_project.uplift_tables import LONG_AGO, WINDOW, Row, assigned, of_all, uplift
from warehouse.duck import warehouse
from warehouse.settings import settings


def test_only_leaving_after_the_list_and_within_the_window_counts() -> None:
    people = [assigned(name, "treated") for name in "abcd"]
    at = {
        "a": LONG_AGO,
        "b": LONG_AGO + timedelta(seconds=1),
        "c": LONG_AGO + WINDOW,
        "d": LONG_AGO + WINDOW + timedelta(seconds=1),
    }
    left = [{"customer_id": name, "left_at": when} for name, when in at.items()]
    [row] = of_all(uplift({"outreach.assignments": people, "int_risk_departures": left}))
    assert (row["treated_customers"], row["treated_leavers"]) == (4, 2)


def test_whose_window_is_not_over_waits_and_a_later_list_is_not_known_yet() -> None:
    edge = AS_OF - WINDOW
    people = [
        assigned("over", "treated", as_of=edge),
        assigned("waits", "holdout", as_of=edge + timedelta(seconds=1)),
        assigned("later", "treated", as_of=AS_OF + timedelta(days=1)),
    ]
    [row] = of_all(uplift({"outreach.assignments": people}))
    assert (row["treated_customers"], row["holdout_customers"], row["pending_customers"]) == (
        1,
        0,
        1,
    )


def test_who_was_in_both_arms_through_a_merge_is_in_neither() -> None:
    people = [
        assigned("old", "holdout"),
        assigned("now", "treated", as_of=LONG_AGO + timedelta(days=3)),
        assigned("two", "treated"),
        assigned("one", "treated", as_of=LONG_AGO + timedelta(days=3)),
        # Held out of another list only, under the id they had.
        assigned("here", "treated"),
        assigned("there", "holdout", list="growth"),
        assigned("alone", "holdout"),
    ]
    merges = [
        {"change": "merge", "from_customer_id": old, "customer_id": new}
        for old, new in (("old", "now"), ("two", "one"), ("there", "here"))
    ]
    left = [
        {"customer_id": name, "left_at": LONG_AGO + timedelta(days=9)} for name in ("now", "one")
    ]
    found = of_all(
        uplift(
            {
                "outreach.assignments": people,
                "customer_merges": merges,
                "int_risk_departures": left,
            },
            known={"now", "one", "here", "alone"},
        )
    )
    told = {
        row["list"]: (row["treated_customers"], row["treated_leavers"], row["holdout_customers"])
        for row in found
    }
    # `one` has its first time under the other id.
    assert told == {"at_risk": (1, 1, 1), "growth": (0, 0, 0)}
    assert {row["list"]: row["torn_customers"] for row in found} == {"at_risk": 2, "growth": 1}


def test_who_is_no_customer_any_more_is_counted_apart() -> None:
    people = [assigned("a", "treated"), assigned("b", "treated"), assigned("c", "holdout")]
    [row] = of_all(uplift({"outreach.assignments": people}, known={"a", "c"}))
    assert (row["treated_customers"], row["gone_customers"]) == (1, 1)


def test_contacted_is_what_an_outcome_says_and_handed_over_what_the_outbox_does() -> None:
    people = [assigned(name, "treated") for name in "abcd"]
    soon, late = LONG_AGO + timedelta(days=1), LONG_AGO + WINDOW + timedelta(days=1)
    sent: Row = {"list": "at_risk", "status": "sent", "first_as_of": LONG_AGO, "changed_at": soon}
    done: Row = {"list": "at_risk", "status": "done", "as_of": LONG_AGO, "acted_at": soon}
    [row] = of_all(
        uplift(
            {
                "outreach.assignments": people,
                "outreach.outbox": [
                    {**sent, "customer_id": "a"},
                    {**sent, "customer_id": "b"},
                    {**sent, "customer_id": "c", "status": "pending"},
                    {**sent, "customer_id": "d", "changed_at": late},
                ],
                "outreach.outcomes": [
                    {**done, "customer_id": "a"},
                    {**done, "customer_id": "a"},
                    {**done, "customer_id": "b", "status": "not_reached"},
                    {**done, "customer_id": "c", "acted_at": late},
                    {**done, "customer_id": "d", "list": "growth"},
                ],
            }
        )
    )
    assert (row["handed_over_share"], row["contacted_share"]) == (0.5, 0.25)


def test_the_marts_tell_of_the_lists_of_the_run_before(
    acme_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(acme_home, tmp_path / "home")
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    file = settings().warehouse_file
    told = "select list, play, pending_customers, verdict from marts.outreach_uplift order by all"
    assert query(file, told) == []
    prepare(AS_OF)
    build(selectors=("success",))
    assert query(file, told) == []  # the same run again says the same

    with warehouse() as connection:
        connection.execute("update outreach.assignments set as_of = as_of - interval 1 day")
    build(selectors=("success",))
    [belong] = query(file, "select count(*) from outreach.assignments where list = 'at_risk'")
    assert belong[0] > 0
    assert ("at_risk", "all", belong[0], "too small to tell") in query(file, told)

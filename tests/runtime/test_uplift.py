"""Uplift in plain words."""

from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

import heedline
from commands.console import CommandFailed
from runtime.uplift import lines
from tests.dbt_project.uplift_tables import AS_OF, arms, assigned, both, house
from warehouse.duck import warehouse


def uplift() -> Any:
    return CliRunner().invoke(heedline.app, ["outcomes", "uplift"])


def keep(tables: dict[str, list[dict[str, Any]]]) -> None:
    with house(tables) as made, warehouse() as connection:
        made.execute("update outreach_uplift set handed_over_share = 0.625")
        connection.register("found", made.sql("from outreach_uplift").to_arrow_table())
        connection.execute(
            "create schema if not exists marts; "
            "create or replace table marts.outreach_uplift as from found"
        )


def test_a_list_is_told_with_its_plays_and_those_that_do_not_help_are_named() -> None:
    late = AS_OF - timedelta(days=3)
    keep(
        both(
            arms((12, 240), (9, 31), play="call_owner"),
            arms((1, 30), (0, 3), play="mail"),
            arms((900, 9000), (90, 1000), play="survey"),
            {"outreach.assignments": [assigned("new", "treated", as_of=late)]},
        )
    )
    told = uplift().output.splitlines()
    assert told == [
        "at_risk as of 2026-06-30T00:00:00Z, 10% held out, who left within 90 days:",
        "  all plays: 913 of 9,270 left when on the list, 99 of 1,034 held out: "
        "-25 (-189 to 163) saved, -2,545 (-18,867 to 16,306) EUR a month. Does not help",
        "  call_owner: 12 of 240 left when on the list, 9 of 31 held out: 58 (20 to 110) saved, "
        "5,768 (2,017 to 10,960) EUR a month. Helps",
        "  mail: 1 of 30 left when on the list, 0 of 3 held out: -1 (-6 to 19) saved, "
        "-100 (-636 to 1,871) EUR a month. Too small to tell",
        "  survey: 900 of 9,000 left when on the list, 90 of 1,000 held out: "
        "-90 (-278 to 136) saved, -9,000 (-27,822 to 13,638) EUR a month. Does not help",
        "  Of those on the list 62% were handed over, of 0% an outcome says that it was done",
        "  Not counted: 1 whose 90 days are not over",
        "  The 3 plays' intervals are wider than 95 % each, so that all of them together are right "
        "in 95 of 100",
        "  Plays that do not help (a worthwhile effect is ruled out): survey",
    ]


def test_a_list_that_helps_tells_the_chance_that_the_next_list_can_be_ranked_by() -> None:
    keep(arms((120, 2400), (30, 300)))
    # 5 % left instead of 10 %.
    assert any(
        line == "  Of those who would have left 50% stayed: that is the list's chance_to_help in "
        "lists.yml"
        for line in uplift().output.splitlines()
    )
    keep(arms((240, 2400), (30, 300)))
    assert "chance_to_help" not in uplift().output


def test_arms_that_chance_does_not_explain_get_no_numbers() -> None:
    keep(arms((5, 50), (20, 50)))
    said = uplift().output
    assert "50 held out. Not valid: so uneven arms come by chance with probability" in said
    assert "saved" not in said


def test_a_list_nobody_was_held_out_of_is_too_small_to_tell() -> None:
    keep(arms((5, 50), (0, 0), currency=None))
    assert "5 of 50 left when on the list, 0 of 0 held out. Too small to tell" in uplift().output


def test_without_lists_it_says_when_there_will_be_something() -> None:
    with warehouse():
        pass
    assert "`heedline run` builds it" in str(uplift().exception)
    keep({"outreach.assignments": []})
    failed = uplift()
    assert isinstance(failed.exception, CommandFailed)
    assert "after the next `heedline run` this tells of it" in str(failed.exception)


@pytest.mark.parametrize("share", [0.1, None])
def test_shares_stand_apart(share: float | None) -> None:
    tables = arms((5, 90), (9, 10))
    tables["outreach.list_runs"] = [
        {"list": "at_risk", "as_of": row["as_of"], "holdout_share": share}
        for row in tables["outreach.assignments"][:1]
    ]
    with house(tables) as made:
        rows = made.sql("from outreach_uplift").to_arrow_table().to_pylist()
    for row in rows:
        row["saved_value_per_month"] = {}
    assert lines(rows)[0].endswith(
        f"{'an unknown share' if share is None else '10%'} held out, who left within 90 days:"
    )

"""What `heedline drift` says, of a report written before and of one made on the spot."""

import json

import pytest
from typer.testing import CliRunner

from heedline import app
from ml.tagger.drift import report as drift
from ml.tagger.drift.rules import MEASURES, rules
from tests.ml.tagger.drift_world import AS_OF, VERSION, WEEK, quick, then
from warehouse.duck import warehouse


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def _world() -> None:
    """A product comes up in the last week; on chat, too few write."""
    world = then(product=0.35)
    world.week(WEEK, customers=3, channels=("chat",))
    with warehouse() as connection:
        world.fill(connection)


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["drift", *arguments])
    return result.output if result.exit_code == 0 else f"failed: {result.exception}"


@pytest.mark.usefixtures("_world")
def test_the_newest_whole_week_is_computed_shown_and_not_kept() -> None:
    shown = said()
    lines = shown.splitlines()
    assert lines[0].startswith("Week of 2026-03-16: 4 of 26 measures alert")
    assert f"({VERSION}, computed now, not kept)" in lines[0]
    (row,) = (line for line in lines if line.split()[:2] == ["all", "new_words"])
    assert row.split()[-1] == "alert"
    assert "too few texts: 100 are needed in the week and in the reference: chat" in shown
    assert "all, new: znew" in shown
    assert f"new_words (all, email): {rules().measures['new_words'].look_at}" in shown
    with warehouse(read_only=True) as connection:
        assert drift.written(connection, WEEK) is None


@pytest.mark.usefixtures("_world")
def test_what_was_written_is_shown_as_it_was_written() -> None:
    drift.write(AS_OF)
    with warehouse() as connection:
        connection.execute("delete from intermediate.int_messages")
    assert "4 of 26 measures alert" in said("--week", "2026-03-16")
    rows = json.loads(said("--week", "2026-03-22", "--format", "json"))
    assert [row["measure"] for row in rows] == [*MEASURES] * 3
    assert {row["week"] for row in rows} == {"2026-03-16"}
    (new,) = (r for r in rows if (r["channel"], r["measure"]) == ("all", "new_words"))
    assert new["is_alert"]
    assert len(new["detail"]["new"]) == rules().named_words
    assert "as written by tagger_drift" in said()


@pytest.mark.usefixtures("_world")
def test_an_earlier_week_has_too_few_before_it() -> None:
    shown = said("--week", "2026-01-20")
    assert "Week of 2026-01-19: nothing to compare" in shown


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ("yesterday", "'yesterday' is not a day; write it as 2026-06-29"),
        ("2026-03-23", "run a round first, or ask for the week of 2026-03-16"),
    ],
)
@pytest.mark.usefixtures("_world")
def test_what_cannot_be_shown_is_refused_with_the_remedy(week, message) -> None:
    assert message in said("--week", week)


def test_without_anything_unified_the_step_is_named() -> None:
    assert "no warehouse" in said()
    with warehouse():
        pass
    assert "run the `unify` step first" in said()

"""The drift report as a table and an alarm: when it is silent, what it replaces, how it fails."""

from datetime import date, datetime

import duckdb
import pytest

from ml.tagger.drift import report as drift
from ml.tagger.drift.rules import FILE, MEASURES, BadRules, rules
from tests.ml.tagger.drift_world import (
    AS_OF,
    BEFORE,
    DAY,
    VERSION,
    WEEK,
    World,
    kept,
    quick,
    then,
    written,
)
from warehouse.duck import warehouse


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.mark.parametrize("few_side", ["week", "reference"])
def test_with_too_few_texts_a_row_says_so_and_nothing_else(few_side) -> None:
    world = World()
    if few_side == "week":
        world.weeks(BEFORE, WEEK - 7 * DAY)
        world.week(WEEK, customers=30, mood=-1)
    else:
        world.week(WEEK - 7 * DAY, customers=30)
        world.week(WEEK, mood=-1)
    rows = written(world)
    assert len(rows) == 2 * len(MEASURES)
    for row in rows.values():
        assert (row["value"], row["threshold"], row["is_alert"]) == (None, None, False)
        assert row["detail"] == {
            "too_few": "texts: 100 are needed in the week and in the reference"
        }


def test_a_week_in_which_nobody_wrote_is_reported_too() -> None:
    world = World()
    world.week(WEEK - 21 * DAY, customers=5)
    rows = written(world)
    assert {row["texts"] for row in rows.values()} == {0}


@pytest.mark.parametrize("side", ["week", "reference"])
def test_texts_tagged_by_another_version_are_not_compared(side) -> None:
    world = World()
    world.weeks(1 + BEFORE)
    for row in world.rows[::3]:
        if (row["sent_at"].date() >= WEEK) is (side == "week"):
            row["model_version"] = "support-tagger-8-earlier"
    rows = written(world)
    for row in rows.values():
        assert row["value"] is None
        assert row["detail"]["too_few"] == f"texts of the {side} tagged by this version"
        assert list(row["detail"]["not_compared"]) == ["other_version"]
        assert row["detail"]["not_compared"]["other_version"] > 50


def test_a_text_may_have_tags_of_several_versions_and_a_few_may_lack_them() -> None:
    world = World()
    world.weeks(1 + BEFORE)
    with warehouse() as connection:
        world.fill(connection)
        connection.execute(
            "insert into ml.message_tags select * replace ('support-tagger-8-earlier' as "
            "model_version, -1 as sentiment_score, false as language_supported) "
            "from ml.message_tags"
        )
        connection.execute(
            "delete from ml.message_tags where model_version = ? and text_hash like '%7'", [VERSION]
        )
    drift.write(AS_OF)
    assert all(row["value"] is None for row in kept().values())  # a tenth lacks this version
    with warehouse() as connection:
        connection.execute(
            "insert into ml.message_tags select * replace (? as model_version, 0.1 as "
            "sentiment_score, true as language_supported) from ml.message_tags "
            "where text_hash like '%7' and text_hash not like '%77'",
            [VERSION],
        )
    drift.write(AS_OF)
    assert all(row["value"] is not None for row in kept().values())


def test_the_same_week_written_again_replaces_its_rows_and_leaves_others() -> None:
    first = written(then(mood=-0.35))
    with warehouse() as connection:
        connection.execute(
            "insert into ml.tagger_drift select * replace (week - 7 as week) from ml.tagger_drift"
        )
    again = drift.write(AS_OF)
    assert kept() == first
    assert again.measured == len([r for r in first.values() if r["value"] is not None])
    with warehouse(read_only=True) as connection:
        counted = connection.execute(
            "select week, count(*) from ml.tagger_drift group by all order by all"
        ).fetchall()
    assert counted == [(WEEK - 7 * DAY, len(first)), (WEEK, len(first))]


def test_a_failure_while_writing_leaves_the_rows_that_were_there(monkeypatch) -> None:
    first = written(then())
    real = drift.compute

    def unfit(connection, week):
        table = real(connection, week)
        return table.set_column(
            table.schema.get_field_index("texts"), "texts", [[None] * len(table)]
        )

    monkeypatch.setattr(drift, "compute", unfit)
    with pytest.raises(duckdb.ConstraintException):
        drift.write(AS_OF)
    assert kept() == first


@pytest.mark.parametrize(
    ("as_of", "week"),
    [
        ("2026-03-23T00:00:00+00:00", WEEK),
        ("2026-03-22T23:59:59+00:00", WEEK - 7 * DAY),
        ("2026-03-29T23:59:59+00:00", WEEK),
        ("2026-03-23T00:30:00+01:00", WEEK - 7 * DAY),
        ("2026-01-01T00:00:00+00:00", date(2025, 12, 22)),
    ],
)
def test_the_newest_week_is_one_that_is_over(as_of, week) -> None:
    assert drift.newest_week(datetime.fromisoformat(as_of)) == week


def test_a_week_that_the_warehouse_does_not_hold_whole_is_refused() -> None:
    with pytest.raises(drift.NotUnified, match="run the `unify` step first"):
        drift.write(AS_OF)
    with warehouse() as connection:
        then().fill(connection)
    with pytest.raises(drift.WeekNotOver, match=r"ask for the week of 2026-03-16"):
        drift.write(AS_OF + 7 * DAY)


def test_an_alert_names_measure_value_threshold_and_what_to_look_at(monkeypatch) -> None:
    with warehouse() as connection:
        then(mood=-0.35).fill(connection)
    report = drift.write(AS_OF)
    with pytest.raises(drift.Drifted) as error:
        drift.alert(report)
    row = kept()["all", "sentiment_score"]
    said = str(error.value)
    assert f"- sentiment_score: all {row['value']} (alerts from {row['threshold']}); email" in said
    assert rules().measures["sentiment_score"].look_at in said
    assert "`heedline drift --week 2026-03-16`" in said
    quiet = drift.rules().model_copy(update={"alert": "log"})
    monkeypatch.setattr(drift, "rules", lambda: quiet)
    assert drift.alert(report) == said


def test_without_an_alert_nothing_fails() -> None:
    assert drift.alert(drift.DriftReport("2026-03-16", VERSION, 13, 0, [])).startswith("no drift")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("alert: fail", "alert: shout", "drift.yml:5: alert: Input should be 'fail' or 'log'"),
        ("  unsure: {", "  unsur: {", r"missing: \['unsure'\], not known: \['unsur'\]"),
        ("alerts_from: 0.1,", "alerts_from: 0,", "measures.vocabulary.alerts_from"),
        ("bins: 10", "bins: [", "drift.yml:18: not YAML: while parsing"),
        ("bins: 10", "bins: 10\ncolour: red", "colour"),
    ],
)
def test_a_mistake_in_the_rules_names_its_place(old, new, message, tmp_path) -> None:
    text = FILE.read_text()
    assert text.count(old) == 1
    (tmp_path / "drift.yml").write_text(text.replace(old, new))
    with pytest.raises(BadRules, match=message):
        rules(tmp_path / "drift.yml")

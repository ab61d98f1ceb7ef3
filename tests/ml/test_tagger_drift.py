"""The weekly drift report: quiet without drift, loud with one, and about nobody in particular."""

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from ml.tagger import drift, drift_texts, drift_words
from ml.tagger.drift_rules import FILE, MEASURES, BadRules, rules
from tests.ml.drift_world import BEFORE, VERSION, WEEK, World, words
from warehouse.duck import warehouse

AS_OF = datetime(2026, 3, 23, tzinfo=UTC)
MOMENT = datetime(2026, 3, 18, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _tagger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift.model, "load", lambda: SimpleNamespace(version=VERSION))


@pytest.fixture(autouse=True)
def _faster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer shuffles; what is planted here stands out from any number of them."""
    quick = rules().model_copy(update={"false_alarms": 0.04})
    monkeypatch.setattr(drift, "rules", lambda: quick)


def written(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    """The report of WEEK as rows by channel and measure."""
    with warehouse() as connection:
        world.fill(connection)
    drift.write(AS_OF)
    return kept()


def kept() -> dict[tuple[str, str], dict[str, Any]]:
    with warehouse(read_only=True) as connection:
        found = drift.written(connection, WEEK)
    assert found is not None
    rows = [{**row, "detail": json.loads(row["detail"])} for row in found.to_pylist()]
    return {(row["channel"], row["measure"]): row for row in rows}


def alerting(rows: dict[tuple[str, str], dict[str, Any]], channel: str = "all") -> set[str]:
    return {m for (c, m), row in rows.items() if c == channel and row["is_alert"]}


def then(**planted: Any) -> World:
    """Eight ordinary weeks, then one with something planted."""
    world = World()
    world.weeks(BEFORE, WEEK - 7 * DAY)
    world.week(WEEK, **planted)
    return world


def test_an_ordinary_week_has_a_row_per_channel_and_measure_and_none_alerts() -> None:
    world = World()
    world.weeks(1 + BEFORE, channels=("email", "chat"))
    rows = written(world)
    assert set(rows) == {(c, m) for c in ("all", "email", "chat") for m in MEASURES}
    for row in rows.values():
        assert row["week"] == WEEK
        assert row["model_version"] == VERSION
        assert row["value"] is not None
        assert row["reference_texts"] > 6 * row["texts"] > 600
        assert row["value"] < row["threshold"]
        assert not row["is_alert"]


@pytest.mark.slow
def test_weeks_without_drift_alert_no_more_often_than_stated() -> None:
    world = World(seed=2)
    world.weeks(60 + BEFORE, customers=65, channels=(None,))
    limits = drift.rules()
    # What chance alone does: no threshold holds it back.
    measures = {
        name: m.model_copy(update={"alerts_from": 1e-9}) for name, m in limits.measures.items()
    }
    bare = limits.model_copy(update={"measures": measures})
    by_chance = 0
    with warehouse() as connection:
        world.fill(connection)
        for n in range(60):
            population = drift_texts.read(connection, WEEK - 7 * n * DAY, BEFORE, VERSION)
            by_chance += any(row.is_alert for row in drift.judge(population, bare))
    stated = 60 * limits.false_alarms
    assert by_chance <= stated + 3 * stated**0.5


def test_a_switch_of_language_is_seen_and_does_not_pass_for_a_mood() -> None:
    rows = written(then(foreign=0.35))
    assert alerting(rows) == {"language", "unsupported"}
    assert 0.25 < rows["all", "unsupported"]["value"] < 0.45
    assert 0.02 < rows["all", "unsupported"]["reference_value"] < 0.08
    moved = rows["all", "language"]["detail"]["moved"]
    assert moved[0]["name"] == "en"
    assert moved[0]["share"] < 0.75 < 0.9 < moved[0]["reference_share"]


def test_a_change_of_mood_is_seen() -> None:
    assert alerting(written(then(mood=-0.35))) == {"sentiment_score", "churn_intent"}


def test_less_sure_tags_are_seen() -> None:
    rows = written(then(unsure=0.4))
    assert alerting(rows) == {"unsure", "confidence"}
    assert rows["all", "unsure"]["threshold"] == pytest.approx(
        rows["all", "unsure"]["reference_value"] + rules().measures["unsure"].alerts_from, abs=1e-3
    )


def test_a_new_product_is_seen_and_its_words_are_named() -> None:
    rows = written(then(product=0.35))
    assert alerting(rows) == {"vocabulary", "new_words"}
    product = set(words("znew", 12))
    for measure in ("vocabulary", "new_words"):
        assert set(rows["all", measure]["detail"]["new"]) <= product
        assert len(rows["all", measure]["detail"]["new"]) == rules().named_words
    assert rows["all", "new_words"]["reference_value"] < 0.02 < rows["all", "new_words"]["value"]


def test_a_drift_of_one_channel_is_told_of_it() -> None:
    world = World()
    world.weeks(BEFORE, WEEK - 7 * DAY, channels=("email", "chat"))
    world.week(WEEK, channels=("email",))
    world.week(WEEK, channels=("chat",), mood=-0.5)
    rows = written(world)
    assert "sentiment_score" in alerting(rows, "chat")
    assert alerting(rows, "email") == set()


def test_one_person_writing_a_hundred_times_is_no_drift() -> None:
    world = World()
    world.weeks(BEFORE, WEEK - 7 * DAY, customers=100)
    world.week(WEEK, customers=60)
    for n in range(100):
        world.add(f"znew {n}", MOMENT, who="busy", sentiment_score=-0.99, topic="praise")
    assert alerting(written(world)) == set()


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
    with pytest.raises(drift.duckdb.ConstraintException):
        drift.write(AS_OF)
    assert kept() == first


def test_words_of_few_customers_are_not_named_nor_placeholders() -> None:
    world = World()
    world.weeks(BEFORE, WEEK - 7 * DAY)
    world.week(WEEK)
    for n in range(6):
        world.add(f"xmany greets <NAME> {n} http://x.example", MOMENT, who=f"p{n}")
        world.add(f"xone writes xone often {n}", MOMENT, who="only")  # six texts of one customer
        world.add(f"xnobody {n}", MOMENT, who=None)
        world.add("xsame words", MOMENT, who=f"q{n}")
    # What all of q wrote is one text: a chain letter, not six.
    same = world.rows[-1]["text_hash"]
    for row in world.rows:
        if row["redacted_text"] == "xsame words":
            row["text_hash"] = same
    with warehouse() as connection:
        world.fill(connection)
        for table in ("ml.message_tags", "ml.redacted_texts"):
            connection.execute(
                f"delete from {table} where rowid not in "
                f"(select min(rowid) from {table} group by text_hash)"
            )
        population = drift_texts.read(connection, WEEK, BEFORE, VERSION)
    assert not {"name", "email", "http"} & set(population.vocabulary)
    assert {"xmany", "xone", "xnobody", "xsame"} <= set(population.vocabulary)
    many = rules().model_copy(update={"named_words": 5000})
    counts = population.words[population.messages["text"].to_numpy()]
    named = drift_words.named(population.messages, counts, population, many)
    assert {w: n for w, n in named["new"].items() if w.startswith("x")} == {"xmany": 6}


def test_a_week_is_monday_to_monday_in_utc_and_comments_count_where_they_came() -> None:
    world = World()
    monday = datetime(2026, 3, 16, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    for moment in (monday - tick, monday, monday + 7 * DAY - tick, monday + 7 * DAY):
        world.add("a word", moment, who="p")
    for moment in (monday - 56 * DAY - tick, monday - 56 * DAY):
        world.add("a word", moment, who="p")
    world.add("a comment", monday, who="q")
    with warehouse() as connection:
        world.fill(connection)
        connection.execute(
            "insert into intermediate.int_survey_responses select source_system, remote_id, "
            "null, sent_at, author_remote_id, text_hash "
            "from intermediate.int_messages where author_remote_id = 'q'"
        )
        connection.execute("delete from intermediate.int_messages where author_remote_id = 'q'")
        connection.execute(
            "insert into intermediate.int_messages "
            "select * replace ('agent' as author_type) from intermediate.int_messages"
        )
        found = drift_texts.read(connection, WEEK, BEFORE, VERSION).messages
    assert found["is_week"].tolist().count(True) == 3
    assert found["is_week"].tolist().count(False) == 2
    assert sorted(found.loc[found["is_week"], "channel"]) == ["email", "email", "survey"]
    assert found["person"].nunique() == 2


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
    assert f"- sentiment_score, all: {row['value']} (alerts from {row['threshold']})" in said
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
        ("alert: fail", "alert: shout", "drift.yml: alert: Input should be 'fail' or 'log'"),
        ("  unsure: {", "  unsur: {", r"missing: \['unsure'\], not known: \['unsur'\]"),
        ("alerts_from: 0.1,", "alerts_from: 0,", "measures.vocabulary.alerts_from"),
        ("bins: 10", "bins: [", "drift.yml: while parsing"),
        ("bins: 10", "bins: 10\ncolour: red", "colour"),
    ],
)
def test_a_mistake_in_the_rules_names_its_place(old, new, message, tmp_path) -> None:
    text = FILE.read_text()
    assert text.count(old) == 1
    (tmp_path / "drift.yml").write_text(text.replace(old, new))
    with pytest.raises(BadRules, match=message):
        rules(tmp_path / "drift.yml")

"""The weekly drift report: quiet without drift, loud with one, and of the one that is there."""

import pytest

from ml.tagger.drift import report as drift
from ml.tagger.drift import texts as drift_texts
from ml.tagger.drift.rules import MEASURES, rules
from tests.ml.tagger.drift_world import (
    BEFORE,
    DAY,
    MOMENT,
    VERSION,
    WEEK,
    World,
    alerting,
    quick,
    then,
    words,
    written,
)
from warehouse.duck import warehouse


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


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


def test_a_change_of_mood_is_seen_in_bins_of_the_reference() -> None:
    rows = written(then(mood=-0.35))
    assert alerting(rows) == {"sentiment_score", "churn_intent"}
    for cell in rows["all", "sentiment_score"]["detail"]["moved"]:
        assert cell["reference_share"] == pytest.approx(0.1, abs=0.01)
        assert abs(cell["share"] - 0.1) > 0.03


def test_a_drift_below_its_threshold_does_not_alert(monkeypatch) -> None:
    measures = {
        name: m.model_copy(update={"alerts_from": 5.0}) for name, m in rules().measures.items()
    }
    tolerant = drift.rules().model_copy(update={"measures": measures})
    monkeypatch.setattr(drift, "rules", lambda: tolerant)
    rows = written(then(mood=-0.35))
    assert alerting(rows) == set()
    assert rows["all", "sentiment_score"]["p_value"] < tolerant.false_alarms


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


def test_where_nobody_who_writes_is_known_the_report_is_made_and_names_no_word() -> None:
    world = then(product=0.35)
    for row in world.rows:
        row["who"] = None
    rows = written(world)
    assert alerting(rows) == {"vocabulary", "new_words"}
    named = rows["all", "vocabulary"]["detail"]
    assert [named[kind] for kind in ("new", "more", "less")] == [{}, {}, {}]

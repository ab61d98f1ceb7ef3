"""Which texts the drift report reads, and which of their words it shows."""

from datetime import UTC, datetime, timedelta

from ml.tagger.drift import texts as drift_texts
from ml.tagger.drift import words as drift_words
from ml.tagger.drift.rules import rules
from tests.ml.tagger.drift_world import BEFORE, DAY, MOMENT, VERSION, WEEK, World
from warehouse.duck import warehouse


def test_words_of_few_customers_are_not_named_nor_placeholders() -> None:
    world = World()
    world.weeks(BEFORE, WEEK - 7 * DAY)
    world.week(WEEK)
    for n in range(6):
        world.add(f"xmany greets <NAME> {n} http://x.example", MOMENT, who=f"p{n}")
        world.add(f"xone writes xone often {n}", MOMENT, who="only")  # six texts of one customer
        world.add(f"xnobody {n}", MOMENT, who=None)
        world.add("xsame words", MOMENT, who=f"q{n}")
        world.add(f"xfour known {n}", MOMENT, who=f"r{n}" if n < 4 else None)
    # What all of q wrote is one text: a chain letter, not six.
    same = "h999999"
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
    assert {"xmany", "xone", "xnobody", "xsame", "xfour"} <= set(population.vocabulary)
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

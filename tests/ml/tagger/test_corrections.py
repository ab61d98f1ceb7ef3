"""What people say of texts: drawn fairly, counted, handed on to training."""

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from scipy.stats import binomtest
from typer.testing import CliRunner

import heedline
from ml.tagger.corrections import agreement, applied, export, file, sample
from ml.tagger.in_use import in_use
from ml.tagger.labels import COLUMNS, SIGNALS
from ml.tagger.training.examples import corrected, targets
from tests.ml.tagger.test_corrections_file import filled
from warehouse.duck import warehouse
from warehouse.settings import settings

TEXTS = [f"text {n}" for n in range(40)]


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@pytest.fixture(autouse=True)
def _tagged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty tagged texts; the first ten complain; confidence grows with the number."""
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    with warehouse() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_messages as select 'customer' as author_type, "
            "md5(unnest(?)) as text_hash",
            [TEXTS],
        )
        connection.execute("create table intermediate.int_survey_responses (comment_hash varchar)")
        connection.execute("insert into ml.models_in_use values ('tagger', 'v2')")
        for n, text in enumerate(TEXTS):
            connection.execute(
                "insert into ml.redacted_texts values (md5(?), 'r', ?, '{}')", [text, text]
            )
            connection.execute(
                "insert into ml.message_tags values (md5(?), 'v2', 'negative', -0.5, 'outage', "
                """'["outage", "how_to"]', 0.1, ?, 0.1, 0.1, 'normal', 'en', true, ?)""",
                [text, 0.9 if n < 10 else 0.1, n / 100],
            )


def opened() -> Any:
    return warehouse(read_only=True)


def invoke(*words: str) -> str:
    done = CliRunner().invoke(heedline.app, ["corrections", *words])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_random_sample_goes_on_where_it_was_and_keeps_what_people_wrote() -> None:
    assert "5 texts added, 0 were waiting" in invoke("sample", "--texts", "5")
    header, rows = file.rows_of(settings().corrections_file)
    first = [row["text_hash"] for _, row in rows]
    assert rows[0][1]["model_says"].startswith("negative, outage, ")
    assert rows[0][1]["text"] in TEXTS
    rows[0][1]["topic"] = "how_to"
    file.write(
        settings().corrections_file, [*header, "mine"], [{**r, "mine": "x"} for _, r in rows]
    )
    assert "7 texts added, 4 were waiting" in invoke("sample", "--texts", "7")
    header, rows = file.rows_of(settings().corrections_file)
    now = [row["text_hash"] for _, row in rows]
    assert now[:5] == first
    assert len(set(now)) == 12
    assert (rows[0][1]["topic"], rows[0][1]["mine"]) == ("how_to", "x")
    # The order has nothing to do with what a text is or says.
    assert sorted(first) != first
    assert {TEXTS.index(row["text"]) < 20 for _, row in rows} == {True, False}
    invoke("sample", "--texts", "100")
    assert len(file.rows_of(settings().corrections_file)[1]) == len(TEXTS)


def test_unsure_texts_come_first_where_they_are_asked_for() -> None:
    invoke("sample", "--texts", "3", "--draw", "unsure")
    _, rows = file.rows_of(settings().corrections_file)
    assert [row["text"] for _, row in rows] == TEXTS[:3]
    assert {row["drawn"] for _, row in rows} == {"unsure"}


def in_a_foreign_language(text: str) -> None:
    with warehouse() as connection:
        connection.execute(
            "update ml.message_tags set language_supported = false, confidence = 0 "
            "where text_hash = md5(?)",
            [text],
        )


def test_of_texts_that_the_tagger_does_not_read_it_can_learn_nothing(tmp_path: Path) -> None:
    in_a_foreign_language(TEXTS[0])
    invoke("sample", "--texts", "1", "--draw", "unsure")
    ((_, row),) = file.rows_of(settings().corrections_file)[1]
    assert row["text"] == TEXTS[1]
    filled(*({"text_hash": md5(text), "topic": "how_to"} for text in TEXTS[:3]))
    invoke("export", str(tmp_path / "said.jsonl"))
    lines = (tmp_path / "said.jsonl").read_text().splitlines()
    assert {json.loads(line)["text"] for line in lines} == set(TEXTS[1:3])


def test_the_report_counts_words_and_what_was_left_standing() -> None:
    shown = {"model_version": "v2", "checked": "yes"}
    rows = [{"text_hash": md5(t), "drawn": "random", **shown} for t in TEXTS[:8]]
    for row in rows[:3]:
        row["complaint"] = "no"
    rows[0]["topic"] = rows[1]["topic"] = "how_to"
    rows[2]["topic"] = "outage"
    said = filled(
        *rows,
        {"text_hash": md5(TEXTS[20]), "drawn": "person", "topic": "praise"},
        {"text_hash": "nobody wrote this", "drawn": "random", "topic": "praise"},
    )
    with opened() as connection:
        found = {(a.drawn, a.field): a for a in agreement.agreement(connection, said)}
    topic = found["random", "topic"]
    assert (topic.texts, topic.agreed) == (8, 6)
    interval = binomtest(6, 8).proportion_ci(method="wilson")
    assert (topic.low, topic.high) == pytest.approx((interval.low, interval.high), abs=1e-4)
    assert topic.mistaken == [("outage", "how_to", 2)]
    assert (found["random", "complaint"].agreed, found["random", "sentiment"].agreed) == (5, 8)
    assert found["random", "sentiment"].kappa is None
    assert (found["person", "topic"].texts, found["person", "topic"].agreed) == (1, 0)
    assert ("person", "sentiment") not in found
    shown_text = invoke("report")
    assert "drawn: random" in shown_text
    assert "outage → how_to 2" in shown_text


def test_whoever_writes_only_what_is_wrong_says_nothing_of_all_texts() -> None:
    shown = {"drawn": "random", "model_version": "v2"}
    said = filled(
        {"text_hash": md5(TEXTS[0]), "topic": "how_to", **shown},
        {"text_hash": md5(TEXTS[1]), "topic": "how_to", **shown, "checked": "yes"},
        {"text_hash": md5(TEXTS[2]), "drawn": "random", "model_version": "gone", "checked": "yes",
         "topic": "how_to"},
    )  # fmt: skip
    with opened() as connection:
        found = {(a.drawn, a.field): a.texts for a in agreement.agreement(connection, said)}
    assert found["random", "topic"] == 1
    assert found["person", "topic"] == 2
    assert ("person", "sentiment") not in found


def test_the_report_holds_the_tagger_in_use_against_what_people_said_of_another() -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into ml.message_tags select * replace ('v1' as model_version, "
            "'positive' as sentiment) from ml.message_tags where text_hash = md5(?)",
            [TEXTS[0]],
        )
    row = {"text_hash": md5(TEXTS[0]), "drawn": "random", "model_version": "v1", "checked": "yes"}
    with opened() as connection:
        found = {a.field: a for a in agreement.agreement(connection, filled(row))}
    assert (found["sentiment"].agreed, found["topic"].agreed) == (0, 1)


def test_nobody_has_looked_yet() -> None:
    with duckdb.connect() as empty:
        assert in_use(empty) == ""
    assert "heedline corrections sample" in invoke("report")


def test_one_text_is_corrected_from_the_keyboard_and_twice_makes_one_row() -> None:
    invoke("add", md5(TEXTS[3]), "topic=praise", "--by", "Ada")
    invoke("add", md5(TEXTS[3]), "complaint=no", "--note", "sarcasm")
    ((_, row),) = file.rows_of(settings().corrections_file)[1]
    assert (row["topic"], row["complaint"], row["corrected_by"], row["note"], row["drawn"]) == (
        "praise", "no", "Ada", "sarcasm", "person",
    )  # fmt: skip
    assert row["text"] == TEXTS[3]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((md5(TEXTS[3]), "topics=praise"), "no field"),
        ((md5(TEXTS[3]), "topic=prais"), "write billing_payment"),
        (("unknown", "topic=praise"), "no text has the hash unknown"),
    ],
)
def test_what_cannot_be_added_changes_nothing(words, message) -> None:
    done = CliRunner().invoke(heedline.app, ["corrections", "add", *words])
    assert done.exit_code != 0
    assert message in str(done.exception)
    assert not settings().corrections_file.exists()


def test_a_topic_that_is_corrected_takes_the_wrong_ones_place_in_the_list() -> None:
    with opened() as connection:
        tags = connection.sql("from ml.message_tags limit 1").to_arrow_table().to_pylist()[0]
    row = applied.corrected(tags | {"own_topic": None}, {"topic": "how_to"})
    assert (row["topic"], row["topics"]) == ("how_to", '["how_to"]')
    row = applied.corrected(tags | {"own_topic": None}, {"topic": "praise"})
    assert row["topics"] == '["praise", "how_to"]'


def test_training_learns_what_people_said_and_nothing_else(tmp_path: Path) -> None:
    filled(
        {"text_hash": md5(TEXTS[0]), "topic": "how_to", "complaint": "no"},
        {"text_hash": md5(TEXTS[1]), "model_version": "v2", "checked": "yes"},
    )
    assert "2 texts" in invoke("export", str(tmp_path / "said.jsonl"))
    lines = [json.loads(line) for line in (tmp_path / "said.jsonl").read_text().splitlines()]
    assert {line["text"] for line in lines} == {TEXTS[0], TEXTS[1]}
    found = {e.text: e.targets for e in corrected(tmp_path / "said.jsonl")}
    part, whole = (dict(zip(COLUMNS, found[text], strict=True)) for text in TEXTS[:2])
    assert part["topics.how_to"] == 1
    assert part["signals.complaint"] == 0
    unknown = {f"signals.{s}" for s in SIGNALS if s != "complaint"} | {"sentiment.neutral"}
    assert all(part[column] != part[column] for column in unknown)
    assert (whole["sentiment.negative"], whole["signals.complaint"]) == (1, 1)
    assert not any(value != value for value in whole.values())
    assert targets({}, signals_known=False).shape == (len(COLUMNS),)


def test_own_topics_people_gave_are_examples() -> None:
    said = filled(
        {"text_hash": "a", "text": "the <EMAIL> plug", "own_topic": "Smart plugs"},
        {"text_hash": "b", "text": "no plug", "own_topic": "none"},
        {"text_hash": "c", "own_topic": "Smart plugs"},
    )
    ((name, (text,)),) = export.own_examples(said).items()
    assert (name, text.split()) == ("Smart plugs", ["the", "email", "plug"])


def test_before_anything_is_tagged_the_remedy_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "empty"))
    done = CliRunner().invoke(heedline.app, ["corrections", "sample"])
    assert "heedline run" in str(done.exception)
    with warehouse() as connection, pytest.raises(Exception, match="heedline run"):
        sample.draw(connection, settings().corrections_file, 5, "random")

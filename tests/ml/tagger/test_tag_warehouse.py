"""Texts in the warehouse: each is tagged once by the models in use, and what people say wins."""

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest

from ml.tagger import model, predict, tag_warehouse
from ml.tagger.corrections import file
from ml.tagger.language import Language
from ml.tagger.own_topics import fit as own_topics_fit
from ml.tagger.own_topics import head as own_topics
from ml.tagger.tag_warehouse import NotRedacted, NotUnified, TagReport
from tests.ml.tagger.test_own_topics import TOPICS
from warehouse.duck import warehouse
from warehouse.settings import settings

MESSAGES = """
create schema intermediate;
create table intermediate.int_messages as
select author_type, body, md5(nullif(body, '')) as text_hash from (values
    ('customer', 'where is my order'), ('customer', 'where is my order'), ('customer', ''),
    ('agent', 'On its way!'), ('customer', 'danke schön'),
    ('customer', 'I am cancelling and moving to another provider')
) as t(author_type, body);
create table intermediate.int_survey_responses as
select comment, md5(comment) as comment_hash from (values ('great'), (null)) as t(comment);
insert into ml.redacted_texts
select distinct text_hash, 'r', body, '{}' from (
    select text_hash, body from intermediate.int_messages
    union all select comment_hash, comment from intermediate.int_survey_responses
) where text_hash is not null;
"""


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


LEAVING, ORDER = md5("I am cancelling and moving to another provider"), md5("where is my order")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))


@pytest.fixture
def _messages() -> None:
    with warehouse() as connection:
        connection.execute(MESSAGES)


def run() -> TagReport:
    return tag_warehouse.tag_warehouse()


def rows(query: str) -> list[dict[str, Any]]:
    with warehouse(read_only=True) as connection:
        return connection.sql(query).to_arrow_table().to_pylist()


def say(**said: str) -> None:
    """Put one row into the file of corrections."""
    _, numbered = file.rows_of(settings().corrections_file)
    others = [row for _, row in numbered if row["text_hash"] != said["text_hash"]]
    file.write(settings().corrections_file, [], [*others, said])


@pytest.mark.usefixtures("_messages")
def test_all_is_tagged_once_and_a_killed_run_goes_on(monkeypatch) -> None:
    monkeypatch.setattr(tag_warehouse, "CHUNK", 2)
    insert, calls = tag_warehouse._insert, []

    def killed(*args) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        insert(*args)

    monkeypatch.setattr(tag_warehouse, "_insert", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert rows("from ml.models_in_use") == []
    monkeypatch.setattr(tag_warehouse, "_insert", insert)
    second, third = run(), run()
    assert (second.tagged, second.already) == (2, 2)
    assert (third.tagged, third.already) == (0, 4)
    assert rows(
        "select count(*) as n, count(distinct text_hash) as texts, "
        "count(*) filter (language_supported) as known from ml.message_tags"
    ) == [{"n": 4, "texts": 4, "known": 3}]
    assert rows("from ml.models_in_use") == [{"model": "tagger", "version": model.load().version}]
    assert rows("from ml.message_topics") == []


@pytest.mark.usefixtures("_messages")
def test_another_models_tags_are_kept_and_do_not_count() -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into ml.message_tags select text_hash, 'older', 'neutral', 0, 'other', '[]', "
            "0, 0, 0, 0, 'normal', 'en', true, 1 from ml.redacted_texts"
        )
    assert run().tagged == 4
    assert rows("select count(*) as n from ml.message_tags") == [{"n": 2 * 4 + 1}]


@pytest.mark.usefixtures("_messages")
def test_what_is_tagged_is_the_redacted_text(monkeypatch) -> None:
    with warehouse() as connection:
        connection.execute("update ml.redacted_texts set redacted_text = 'mail <EMAIL> please'")
    read: list[str] = []
    unknown = Language("und", is_supported=False)
    monkeypatch.setattr(predict, "identify", lambda text, _: read.append(text) or unknown)
    run()
    assert read == ["mail email please"] * 4
    assert {"text_hash": ORDER} in rows("select text_hash from ml.message_tags")


@pytest.mark.usefixtures("_messages")
def test_a_text_that_is_not_redacted_is_not_read() -> None:
    with warehouse() as connection:
        connection.execute("delete from ml.redacted_texts where redacted_text = 'great'")
    with pytest.raises(NotRedacted, match="1 texts are not redacted; run the `redact`"):
        run()


def test_before_unify_the_remedy_is_named() -> None:
    with pytest.raises(NotUnified, match="unify"):
        run()


@pytest.mark.usefixtures("_messages")
def test_own_topics_are_said_of_old_texts_too_and_only_once() -> None:
    with warehouse() as connection:
        connection.execute(
            "insert into intermediate.int_messages select 'customer', body, md5(body) "
            "from (select 'where have my loyalty points gone' as body)"
        )
        connection.execute(
            "insert into ml.redacted_texts select text_hash, 'r', body, '{}' "
            "from intermediate.int_messages where body like '%loyalty%'"
        )
    run()
    head = own_topics_fit.fit(TOPICS, model.load())
    own_topics.save(head, own_topics.folder())
    report = run()
    assert (report.tagged, report.own_topics) == (5, head.version)
    assert run().tagged == 0
    assert rows("select count(*) as n from ml.message_tags") == [{"n": 5}]
    topics = "select text_hash, topic from ml.message_topics where topic is not null"
    assert rows(topics) == [
        {"text_hash": md5("where have my loyalty points gone"), "topic": "loyalty_points"}
    ]
    assert {"model": "own_topics", "version": head.version} in rows("from ml.models_in_use")
    assert rows("select count(*) as n from ml.message_topics") == [{"n": 5}]

    (own_topics.folder() / "current").unlink()
    assert run().own_topics == ""
    assert len(rows("from ml.models_in_use")) == 1


@pytest.mark.usefixtures("_messages")
def test_what_people_say_stands_in_for_the_models_answer_until_it_is_taken_back() -> None:
    run()
    tagged = {row["text_hash"]: row for row in rows("from ml.message_tags")}
    assert rows("from ml.corrected_tags") == []
    assert tagged[LEAVING]["churn_intent"] >= 0.5

    say(text_hash=LEAVING, churn_intent="no", topic="praise", own_topic="farewells")
    assert run().corrected == 1
    (row,) = rows("from ml.corrected_tags")
    assert row == tagged[LEAVING] | {
        "churn_intent": 0.0,
        "topic": "praise",
        "topics": '["praise"]',
        "own_topic": "farewells",
        "is_corrected": True,
    }
    assert {row["text_hash"]: row for row in rows("from ml.message_tags")} == tagged

    file.write(settings().corrections_file, [], [])
    assert run().corrected == 0
    (row,) = rows("from ml.corrected_tags")
    assert row == tagged[LEAVING] | {"own_topic": None, "is_corrected": False}


@pytest.mark.usefixtures("_messages")
def test_where_both_say_the_same_the_models_number_stays() -> None:
    run()
    tagged = {row["text_hash"]: row for row in rows("from ml.message_tags")}
    say(text_hash=LEAVING, churn_intent="yes", sentiment=tagged[LEAVING]["sentiment"])
    run()
    (row,) = rows("from ml.corrected_tags")
    assert row == tagged[LEAVING] | {"own_topic": None, "is_corrected": True}


@pytest.mark.usefixtures("_messages")
def test_what_was_confirmed_holds_when_the_next_model_says_otherwise() -> None:
    run()
    with warehouse() as connection:
        connection.execute(
            "insert into ml.message_tags select text_hash, 'shown', 'positive', 0.5, 'outage', "
            """'["outage"]', 0, 0.7, 0, 0, 'high', 'en', true, 1 from ml.message_tags """
            f"where text_hash = '{ORDER}'"
        )
    say(text_hash=ORDER, model_version="shown", checked="yes", urgency="low")
    run()
    (row,) = rows("from ml.corrected_tags")
    assert (row["sentiment"], row["sentiment_score"]) == ("positive", 1.0)
    assert (row["topic"], row["complaint"], row["urgency"]) == ("outage", 1.0, "low")
    assert row["model_version"] == model.load().version


@pytest.mark.usefixtures("_messages")
def test_a_bad_file_stops_the_step_before_anything_is_tagged() -> None:
    with settings().corrections_file.open("w", newline="") as opened:
        csv.writer(opened).writerows([file.COLUMNS, [ORDER, "", "", "", "", "perhaps"]])
    with pytest.raises(file.BadCorrection, match="line 2"):
        run()

"""Redaction in the warehouse: once per text and redactor, kill-safe, without anybody's address."""

import hashlib
import importlib.util
import json
import re
from pathlib import Path

import pytest

import sample
from ml.redaction import predict
from ml.redaction.redact import redactor_version
from warehouse.duck import warehouse

_spec = importlib.util.spec_from_file_location("fernhill", Path(__file__).with_name("fernhill.py"))
fernhill = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fernhill)

TABLES = """
create schema intermediate;
create table intermediate.int_contacts as from (values
    ('desk', '1', 'Sakura Ito', null, null, '+14155550123'),
    ('desk', '2', null, 'Will', 'Grace', null)
) as t(source_system, remote_id, name, given_name, surname, phone);
create table intermediate.int_conversations as from (values
    ('desk', 'c1', '1', 'Call 415 555 0123'), ('desk', 'c2', '2', null), ('desk', 'c3', null, 'ok')
) as t(source_system, remote_id, contact_remote_id, subject);
create table intermediate.int_messages as from (values
    ('desk', 'c1', 'customer', '1', 'mail a@b.com says Sakura'),
    ('desk', 'c1', 'agent', 'a9', 'so Sakura it is'),
    ('desk', 'c2', 'customer', '2', 'so Sakura it is'),
    ('desk', 'c2', 'customer', '2', 'yes, Mr. Grace Will'),
    ('desk', 'c3', 'customer', '7', ''), ('desk', 'c3', 'customer', '7', null)
) as t(source_system, conversation_remote_id, author_type, author_remote_id, body);
create table intermediate.int_survey_responses as from (values
    ('desk', '2', 'great'), ('desk', '1', null)
) as t(source_system, contact_remote_id, comment);
create table intermediate.int_calls as from (values
    ('desk', 'c1', 'Caller: it is 4, 1, 5, 5, 5, 5, 0, 1, 2, 3, says Sakura'), ('desk', 'c2', null)
) as t(source_system, conversation_remote_id, transcript);
"""


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def redacted() -> dict[str, str]:
    with warehouse(read_only=True) as connection:
        rows = connection.execute(
            "select text_hash, redacted_text from ml.redacted_texts"
        ).fetchall()
    assert len(rows) == len(dict(rows))
    return dict(rows)


@pytest.fixture
def _unified() -> None:
    with warehouse() as connection:
        connection.execute(TABLES)


@pytest.mark.usefixtures("_unified")
def test_every_kind_of_text_is_redacted_under_the_hash_of_the_original() -> None:
    report = predict.redact_warehouse()
    assert redacted() == {
        md5("Call 415 555 0123"): "Call <PHONE>",
        md5("ok"): "ok",
        md5("mail a@b.com says Sakura"): "mail <EMAIL> says <NAME>",
        # Said by an agent to Sakura, and by Will: one text, one answer, nobody's name left.
        md5("so Sakura it is"): "so <NAME> it is",
        md5("yes, Mr. Grace Will"): "yes, Mr. <NAME>",
        md5("great"): "great",
        md5(
            "Caller: it is 4, 1, 5, 5, 5, 5, 0, 1, 2, 3, says Sakura"
        ): "Caller: it is <PHONE>, says <NAME>",
    }
    assert (report.redacted, report.already, report.removed) == (7, 0, 0)
    assert report.findings == {"EMAIL": 1, "NAME": 4, "PHONE": 2}
    with warehouse(read_only=True) as connection:
        findings = connection.execute(
            "select findings from ml.redacted_texts where text_hash = ?",
            [md5("mail a@b.com says Sakura")],
        ).fetchone()
    assert json.loads(findings[0]) == {"EMAIL": 1, "NAME": 1}


@pytest.mark.usefixtures("_unified")
def test_a_killed_run_goes_on_where_it_stopped(monkeypatch) -> None:
    monkeypatch.setattr(predict, "CHUNK", 2)
    insert, calls = predict._insert, []

    def killed(writer, rows) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        insert(writer, rows)

    monkeypatch.setattr(predict, "_insert", killed)
    with pytest.raises(KeyboardInterrupt):
        predict.redact_warehouse()
    kept = redacted()
    assert 0 < len(kept) < 7
    monkeypatch.setattr(predict, "_insert", insert)
    second, third = predict.redact_warehouse(), predict.redact_warehouse()
    assert (second.redacted, second.already) == (7 - len(kept), len(kept))
    assert (third.redacted, third.already) == (0, 7)
    assert kept.items() <= redacted().items()


@pytest.mark.usefixtures("_unified")
def test_another_redactor_redacts_anew_and_the_old_rows_go(monkeypatch) -> None:
    monkeypatch.setattr(predict, "redactor_version", lambda: "redactor-0")
    predict.redact_warehouse()
    monkeypatch.setattr(predict, "redactor_version", redactor_version)
    report = predict.redact_warehouse()
    assert (report.redacted, report.already, report.removed) == (7, 0, 7)
    with warehouse(read_only=True) as connection:
        versions = connection.execute(
            "select redactor_version, count(*) from ml.redacted_texts group by all"
        ).fetchall()
    assert versions == [(redactor_version(), 7)]


@pytest.mark.usefixtures("_unified")
def test_what_was_said_in_a_text_that_is_gone_goes_too() -> None:
    predict.redact_warehouse()
    with warehouse() as connection:
        connection.execute("delete from intermediate.int_survey_responses")
    assert predict.redact_warehouse().removed == 1
    assert md5("great") not in redacted()


@pytest.mark.usefixtures("_unified")
def test_a_chunk_holds_no_more_than_its_characters(monkeypatch) -> None:
    sizes, insert = [], predict._insert
    monkeypatch.setattr(predict, "CHUNK_CHARACTERS", 30)
    monkeypatch.setattr(
        predict, "_insert", lambda writer, rows: sizes.append(rows.num_rows) or insert(writer, rows)
    )
    predict.redact_warehouse()
    assert sum(sizes) == 7
    assert len(sizes) >= 3


def test_before_unify_the_remedy_is_named() -> None:
    with pytest.raises(predict.NotUnified, match="unify"):
        predict.redact_warehouse()


def test_texts_are_answered_one_by_one_in_order() -> None:
    texts = (f"{n} a@b.com" if n % 2 else None for n in range(6))
    answers = [one.text for one in predict.redact_texts(texts)]
    assert answers == ["", "1 <EMAIL>", "", "3 <EMAIL>", "", "5 <EMAIL>"]


def test_no_text_of_the_sample_company_shows_anybodys_address_number_or_given_name(
    tmp_path,
) -> None:
    world = sample.generate("small", root=tmp_path)
    with warehouse() as connection:
        fernhill.unify(connection, world)
        told = connection.execute(
            f"select email, phone from '{world}/people.parquet' "
            "union select email, phone from identities"
        ).fetchall()
    report = predict.redact_warehouse()
    assert report.findings["EMAIL"] > 20
    assert report.findings["NAME"] > 500
    texts = "\n".join(redacted().values()).lower()
    digits = re.sub(r"[\s().-]", "", texts)
    emails = {email.lower() for email, _ in told if email}
    numbers = {phone for _, phone in told if phone}
    assert len(emails) > 250
    assert len(numbers) > 20
    assert not [email for email in emails if email in texts]
    assert not [number for number in numbers if number in digits or number[-9:] in digits]
    with warehouse(read_only=True) as connection:
        left = connection.execute(
            f"""
            select redacted_text from intermediate.int_messages
            join ml.redacted_texts using (text_hash)
            join conversations on conversation_remote_id = conversations.remote_id
            join '{world}/people.parquet' as people using (person_id)
            where contains(redacted_text, people.given_name || ' ' || people.surname)
            """.replace(
                "join conversations", f"join '{world}/conversations.parquet' as conversations"
            )
        ).fetchall()
    assert not left

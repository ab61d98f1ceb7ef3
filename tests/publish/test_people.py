"""The search for people finds what is planted; else its silence over Fernhill's files says nothing.

It is held to the whole published company in tests/end_to_end/test_installation.py.
"""

import json
from pathlib import Path

import duckdb
import pytest
from tableauhyperapi import (
    Connection,
    CreateMode,
    HyperProcess,
    Inserter,
    SqlType,
    TableDefinition,
    TableName,
    Telemetry,
)

import sample
from tests.publish.people import People, of_sample
from tests.publish.postgres_server import Server
from tests.publish.texts import texts_below, texts_in_postgres

ANA = People(
    emails={"ar77@mail.example"},
    phones={"175550181"},
    names={("ana", "ruiz"), ("ruiz", "ana"), ("bo", "el", "sayed")},
    surnames={"dvorak"},
)
PLANTED = "asked by AR77@mail.example, thanks"


@pytest.fixture(scope="module")
def fernhill(tmp_path_factory: pytest.TempPathFactory) -> People:
    return of_sample(sample.generate("small", root=tmp_path_factory.mktemp("sample")))


@pytest.mark.parametrize(
    ("text", "personal"),
    [
        ("to AR77@mail.example.", [("email", "ar77@mail.example")]),
        ('{"to":["ar77@mail.example"]}', [("email", "ar77@mail.example")]),
        ("not.ar77@mail.example, ar77@mail.example.org", []),
        ("call (917) 555-0181 now", [("phone", "175550181")]),
        ("tel:+1 917/555.0181", [("phone", "175550181")]),
        ("0019175550181", [("phone", "175550181")]),
        ("order 9175550182, a9175550181f", []),
        ("Dear RUIZ,  Ana", [("name", "ruiz ana")]),
        ("Bo El-Sayed's", [("name", "bo el sayed")]),
        ("Ana and Ruiz", []),
        ("Mr Dvořák", [("surname", "dvorak")]),
        ("dvorakia", []),
    ],
)
def test_what_is_personal_in_a_text(text: str, personal: list[tuple[str, str]]) -> None:
    assert list(ANA.named_in(text)) == personal


def test_everybody_of_the_sample_is_looked_for_but_by_no_ordinary_word(fernhill: People) -> None:
    assert ("thomas", "barlow") in fernhill.names
    assert ("tom", "barlow") in fernhill.names, "as one system has it"
    assert len(fernhill.emails) > 400
    assert len(fernhill.phones) > 250
    assert len(fernhill.names) > 700
    assert len(fernhill.surnames) > 40
    assert ("maya", "torres") not in fernhill.names, "an agent"
    assert "torres" not in fernhill.surnames, "an agent's, too"
    assert "barlow" not in fernhill.surnames, "not rare"
    assert "marsh" not in fernhill.surnames, "a word"


def test_one_planted_address_is_found_in_every_kind_of_file(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as rows:
        rows.execute("create table t as select range as n, 'nobody' as said from range(5000)")
        rows.execute("update t set said = ? where n = 4321", [PLANTED])
        rows.execute(f"copy t to '{tmp_path}/b.parquet'")
        rows.execute(f"copy t to '{tmp_path}/d.csv'")
    (tmp_path / "e.html").write_text(f"<p>{PLANTED}</p>".replace("@", "&#64;"))
    (tmp_path / "f.json").write_text(json.dumps({"a": [{PLANTED: 1}]}).replace("@", "\\u0040"))
    (tmp_path / "g.tmdl").write_text(f"table T\n\tdescription: {PLANTED}")
    _hyper(tmp_path / "c.hyper", PLANTED)

    found = ANA.found(texts_below(tmp_path))

    assert found == {
        "email": {
            "ar77@mail.example": {
                *("a.duckdb t.said", "b.parquet.said", "c.hyper t.said", "d.csv"),
                *("e.html", "f.json", "g.tmdl"),
            }
        }
    }


def test_a_name_in_a_comment_or_a_number_in_a_number_is_found(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as rows:
        rows.execute("create table t as select 19175550181 as n")
        rows.execute("comment on column t.n is 'as Ana Ruiz has it'")

    assert ANA.found(texts_below(tmp_path)) == {
        "name": {"ana ruiz": {"a.duckdb (comments)"}},
        "phone": {"175550181": {"a.duckdb t.n"}},
    }


def test_a_planted_address_is_found_in_postgres(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("create schema kpi")
        connection.execute("create table kpi.t as select 1 as n, array['x', 'Ana Ruiz'] as said")
        connection.execute(f"comment on table kpi.t is '{PLANTED}'")
        found = ANA.found(texts_in_postgres(connection, "kpi"))

    assert found == {
        "name": {"ana ruiz": {"kpi.t.said"}},
        "email": {"ar77@mail.example": {"kpi (comments)"}},
    }


def test_what_is_left_out_is_not_read_and_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "success").mkdir()
    (tmp_path / "success" / "a.csv").write_text(PLANTED)
    assert ANA.found(texts_below(tmp_path, leave_out="success")) == {}

    (tmp_path / "b.xlsx").write_text("")
    with pytest.raises(AssertionError, match=r"nobody looks for people in \.xlsx"):
        list(texts_below(tmp_path))


def _hyper(path: Path, text: str) -> None:
    table = TableDefinition(TableName("Extract", "t"), [])
    table.add_column("said", SqlType.text())
    with (
        HyperProcess(
            Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
        ) as engine,
        Connection(engine.endpoint, path, CreateMode.CREATE) as file,
    ):
        file.catalog.create_schema("Extract")
        file.catalog.create_table(table)
        with Inserter(file, table) as rows:
            rows.add_row([text])
            rows.execute()

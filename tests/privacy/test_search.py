"""The search decodes what it finds: a person is found in every kind of file that a home holds."""

import gzip
import json
import pickle
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import pytest

from privacy.people import Person
from privacy.raw_bytes import search_bytes
from privacy.search import Search, pack
from warehouse.settings import settings

JANE = Person("r", emails=["jane.roe@home.example"], ids=["364000000001"])
MARY = Person("r", emails=["mary@home.example"])
TEXT = "call jane.roe@home.example"


def duckdb_file(path: Path, text: str) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema raw")
        connection.execute("create table raw.t as select ? as a, repeat('x', 5000) as b", [text])


def sqlite_file(path: Path, text: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("create table t (a blob)")
    connection.execute("insert into t values (?)", [pickle.dumps({"conf": text})])
    connection.commit()
    connection.close()


def parquet_file(path: Path, text: str) -> None:
    duckdb.execute("create or replace table t as select ? as a", [text])
    duckdb.execute(f"copy t to '{path}' (format parquet, compression zstd)")


def state_file(path: Path, text: str) -> None:
    path.write_text(json.dumps({"state": pack(json.dumps({"seen": {text: 1}}))}) + "\n")


def workbook(path: Path, text: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", f"<si><t>{text}</t></si>" * 100)


WRITERS = {
    "calls.xlsx": workbook,
    "a.duckdb": duckdb_file,
    "airflow.db": sqlite_file,
    "p.parquet": parquet_file,
    "rows.jsonl.gz": lambda p, t: p.write_bytes(gzip.compress(json.dumps({"a": t}).encode())),
    "report.html": lambda p, t: p.write_text(f"<td>{t}</td>"),
    "trace.pickle": lambda p, t: p.write_bytes(pickle.dumps([t])),
    "no_ending": lambda p, t: p.write_text(t),
    "_dlt_pipeline_state/s.jsonl": state_file,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_of_file_is_read_as_what_it_is(name: str) -> None:
    path = settings().root / name
    path.parent.mkdir(parents=True)
    WRITERS[name](path, TEXT)
    found = Search(JANE).everywhere()
    assert len(found.found) == 1
    assert name in found.found[0]
    assert Search(MARY).everywhere().found == []
    assert found.files == 1


def test_a_file_named_after_the_person_is_found() -> None:
    settings().root.mkdir(parents=True)
    (settings().root / "jane.roe@home.example.txt").write_text("hello")
    assert Search(JANE).everywhere().found


def test_a_number_is_found_in_a_column_of_numbers() -> None:
    settings().root.mkdir(parents=True)
    with duckdb.connect(str(settings().root / "n.duckdb")) as connection:
        connection.execute("create table t as select 364000000001::bigint as requester_id")
    assert Search(JANE).everywhere().found == ["n.duckdb: main.t.requester_id: 1 rows"]


def test_the_vendors_of_the_sample_company_are_not_ours_to_search() -> None:
    settings().sample.mkdir(parents=True)
    (settings().sample / "world.json").write_text(TEXT)
    assert Search(JANE).everywhere().files == 0


def test_deleted_bytes_are_seen_in_the_file_and_gone_after_rewriting_it() -> None:
    from privacy.rewrite import rewrite

    path = settings().warehouse_file
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("set force_compression = 'uncompressed'")
        connection.execute(
            "create table t as select 'jane.roe@home.example ' || range as a from range(20000)"
        )
        connection.execute("create view v as select * from heedline.main.t")
        connection.execute("checkpoint")
        connection.execute("delete from t where a not like '%7'")
        connection.execute("update t set a = 'nobody'")
        connection.execute("checkpoint")
    assert Search(JANE).everywhere().found == []
    assert b"jane.roe@home.example" in path.read_bytes()
    leftover = path.with_name(f"{path.name}.rewriting")
    leftover.write_bytes(b"left by a kill")
    rewrite()
    assert b"jane.roe@home.example" not in path.read_bytes()
    assert not leftover.exists()
    assert search_bytes(JANE).hits == 0
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select count(*) from v").fetchone() == (2000,)


def test_bytes_of_somebody_elses_longer_address_are_named_as_left_out() -> None:
    path = settings().warehouse_file
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table t as select 'mary-jane.roe@home.example' as a")
    looked = search_bytes(JANE)
    assert (looked.hits, looked.left_out) == (0, 1)

"""`tag_file` refuses what it cannot tag, with the place and the remedy, and writes nothing."""

import csv
import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from ml.tagger.files import tagging as files
from ml.tagger.files.tagging import BadFile, tag_file
from tests.ml.tagger import tag_stub
from tests.ml.tagger.tag_stub import write


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)


def not_utf8() -> pa.Table:
    offsets = pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0")
    return pa.table(
        {"body": pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"a\xff")])}
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("in.csv", "a,b\n1,2\n", r"in\.csv: no column 'body'; it has a, b; name one of them"),
        ("in.csv", "a, Body \n", r"did you mean ' Body '\?"),
        ("in.csv", "", "it is empty; a first line"),
        ("in.csv", "body,body\n1,2\n", "2 columns are called 'body'; rename one"),
        ("in.csv", 'body,a\n"x\ny",1\n1\n', r"line 4: 1 fields where the header has 2; put quotes"),
        ("in.csv", 'body,a\n1,2\n"x,3\n4,5\n', "line 3: unexpected end of data; look for a quote"),
        ("in.csv", b"body\na\nGr\xfc\xdfe\n", "line 3: not UTF-8; save it as UTF-8 .*iconv"),
        ("in.csv.gz", gzip.compress(b"body\n" + b"a\n" * 99, mtime=0)[:-9], "gzip data is damaged"),
        ("in.csv.gz", "body\na\n", "line 1: the gzip data is damaged"),
        ("in.jsonl", "", "it is empty; one object a line"),
        ("in.jsonl", '{"text": 1}\n', "no column 'body'; it has text"),
        ("in.jsonl", '{"body": "x"}\n\nnope\n', "line 3: not JSON; write one object a line"),
        ("in.jsonl", '{"body": "\x00"}\n', "line 1: not JSON"),
        ("in.jsonl", "[" * 100_000, "line 1: not JSON"),
        ("in.jsonl", '[{"body": "x"}]\n', r"line 1: not an object; .*jq"),
        ("in.jsonl", '{"body": ["x"]}\n', "line 1: body is a list, not a text; flatten"),
        ("in.parquet", "no", "not a Parquet file, or damaged"),
        ("in.parquet", pa.table({"body": [1]}), "column 'body' is int64, not text; cast it"),
        ("in.parquet", not_utf8(), "row 2: a text that is not UTF-8"),
        ("in.xlsx", "no", r"\.xlsx ending; known are \.csv.*rename or convert"),
        ("in.parquet.gz", "no", r"\.parquet\.gz ending"),
        ("in", "no", "no ending; known are"),
    ],
)
def test_a_file_that_cannot_be_tagged_is_named_with_the_remedy(
    tmp_path: Path, name: str, content: str | bytes | pa.Table, message: str
) -> None:
    source = write(tmp_path / name, content)
    with pytest.raises(BadFile, match=message):
        tag_file(source, "body", tmp_path / "out.csv")
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_the_same_name_twice_is_kept_by_csv_and_refused_for_others(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "body,,\nx,1,2\n")
    tag_file(source, "body", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("x,1,2,neutral")
    with pytest.raises(BadFile, match="column '' is there twice; rename one"):
        tag_file(source, "body", tmp_path / "out.jsonl")


def test_a_name_that_is_taken_is_refused_and_a_prefix_helps(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", '{"body": "x"}\n{"topic": 1, "language": "en"}\n')
    with pytest.raises(BadFile, match=r"topic, language already.*--prefix heedline_"):
        tag_file(source, "body", tmp_path / "out.csv")
    tag_file(source, "body", tmp_path / "out.csv", prefix="heedline_")
    first, second = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert list(first)[:4] == ["body", "topic", "language", "heedline_sentiment"]
    assert (first["heedline_topic"], second["topic"]) == (tag_stub.topic("x"), "1")


def test_paths_that_cannot_be_meant_are_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", "body\nx\n")
    other = write(tmp_path / "other.csv", "mine")
    (tmp_path / "folder.csv").mkdir()
    for one, two, message in (
        (tmp_path / "no.csv", other, r"no\.csv: no such file; look at the path"),
        (tmp_path / "folder.csv", other, "is not a file"),
        (source, source, "is the input; name another file"),
        (source, tmp_path / "folder.csv", "is a folder; name a file in it"),
        (source, other, "exists; name another file, or say --overwrite"),
    ):
        with pytest.raises(BadFile, match=message):
            tag_file(one, "body", two)
    assert other.read_text() == "mine"
    tag_file(source, "body", other, overwrite=True)
    assert other.read_text().startswith("body,sentiment,")


def test_an_input_that_changes_meanwhile_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write(tmp_path / "in.csv", "body\nx\n")

    def meddling(texts):
        write(source, "body\nx\ny\n")
        return tag_stub.tag_texts(texts)

    monkeypatch.setattr(files, "tag_texts", meddling)
    with pytest.raises(BadFile, match="changed while it was being tagged"):
        tag_file(source, "body", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()

"""`tag_file`: what comes out beside what went in, in every format."""

import csv
import decimal
import gzip
import io
import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.tagger.files import reading as file_input
from ml.tagger.files import tagging as files
from ml.tagger.files.tagging import TAGS, tag_file
from tests.ml.tagger import tag_stub
from tests.ml.tagger.tag_stub import write

ENDINGS = [".csv", ".jsonl", ".parquet"]


@pytest.fixture(autouse=True)
def _stub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "tag_texts", tag_stub.tag_texts)


def read(path: Path) -> list[dict]:
    """The rows of a file, by readers that are not ours."""
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    if ".csv" in path.name:
        return list(csv.DictReader(io.StringIO(text, newline="")))
    return [json.loads(line) for line in text.split("\n")[:-1]]


def without_tags(rows: list[dict]) -> list[dict]:
    return [{key: value for key, value in row.items() if key not in TAGS.names} for row in rows]


def test_csv_keeps_every_character_and_its_delimiter(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.csv", '\ufeffid;body;n\n007;"a;\n""b""";1.10\n\n2;;\n3;"x\ry\x00";é\n'
    )
    tag_file(source, "body", tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_bytes().decode()
    assert lines.startswith("id;body;n;sentiment;sentiment_score;topic;topics;churn_intent;")
    assert without_tags(read_semicolons(lines)) == [
        {"id": "007", "body": 'a;\n"b"', "n": "1.10"},
        {"id": "2", "body": "", "n": ""},
        {"id": "3", "body": "x\ry\x00", "n": "é"},
    ]
    assert '007;"a;\n""b""";1.10;neutral;0.25;' in lines


def test_the_delimiter_is_not_looked_for_inside_quotes(tmp_path: Path) -> None:
    source = write(tmp_path / "in.csv", '"a;b;c",body\n1,x\n')
    tag_file(source, "body", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("1,x,neutral")


def read_semicolons(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_json_lines_keep_their_lines_to_the_last_digit(tmp_path: Path) -> None:
    lines = [
        '{"n": 1.10, "body": "a", "big": 123456789012345678901234567890}',
        '{ "body":null,"n":[1,"b",{}] }',
        '{"other": "\\ud83d\\ude00"}',
        "{}",
        '{"body": 14}',
    ]
    source = write(tmp_path / "in.ndjson", "\n".join(lines) + "\n\n")
    report = tag_file(source, "body", tmp_path / "out.jsonl")
    written = (tmp_path / "out.jsonl").read_text().splitlines()
    kept = [line.rstrip("} ") for line in lines]
    assert [w[: len(k)] for w, k in zip(written, kept, strict=True)] == kept
    rows = read(tmp_path / "out.jsonl")
    assert [row["topic"] for row in rows] == [*map(tag_stub.topic, ["a", "", "", "", "14"])]
    assert list(rows[3]) == TAGS.names
    assert (report.rows, report.tagged_now, report.unsupported) == (5, 5, 3)


def typed_table() -> pa.Table:
    berlin = pa.array([1_790_000_000_123_456_789, None], pa.timestamp("ns", "Europe/Berlin"))
    return pa.table(
        {
            "i": pa.array([1, None], pa.int8()),
            "body": pa.array(["a", None]).dictionary_encode(),
            "money": pa.array([decimal.Decimal("1.10"), None]),
            "at": berlin,
            "far": pa.array([12_000 * 365 * 86_400_000, None], pa.timestamp("ms")),
            "l": pa.array([[{"x": 1}], None]),
            "raw": pa.array([b"\xff", None]),
            "f": pa.array([1.0, float("nan")]),
            "took": pa.array([timedelta(seconds=1), None]),
            "none": pa.nulls(2),
        }
    ).replace_schema_metadata({"made by": "a test"})


def test_parquet_keeps_schema_and_values(tmp_path: Path) -> None:
    table = typed_table()
    tag_file(write(tmp_path / "in.parquet", table), "body", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.schema.equals(pa.schema([*table.schema, *TAGS]))
    assert out.schema.metadata == {b"made by": b"a test"}
    assert out.drop_columns(["f", *TAGS.names]).equals(table.drop_columns(["f"]))
    assert out.column("topic").to_pylist() == [tag_stub.topic("a"), tag_stub.topic("")]


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_parquet_values_have_a_text_in_csv_and_json(tmp_path: Path, ending: str) -> None:
    output = tmp_path / f"out{ending}"
    tag_file(write(tmp_path / "in.parquet", typed_table()), "body", output)
    first, second = without_tags(read(output))
    at = "2026-09-21 16:13:20.123456789+0200"
    said = {"body": "a", "money": "1.10", "at": at, "raw": "/w==", "took": "0:00:01"}
    assert said.items() <= first.items()
    assert first["far"].startswith("13962-")
    if ending == ".csv":
        assert (first["l"], first["i"], first["f"], second["f"]) == ('[{"x":1}]', "1", "1.0", "nan")
        assert {value for key, value in second.items() if key != "f"} == {""}
    else:
        assert (first["l"], first["i"], first["f"]) == ([{"x": 1}], 1, 1.0)
        assert set(second.values()) == {None}


def test_json_becomes_parquet_with_types_where_a_column_has_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_input, "GROUP_ROWS", 1)
    rows = [
        {"i": 1, "f": 1, "mixed": 1, "big": 1, "l": [1], "s": {"a": 1}, "body": "a", "e": {}},
        {"i": 2, "f": 0.5, "mixed": "1", "big": 2**70, "l": [], "s": {"b": "x"}, "e": {"x": {}}},
        {"i": None, "f": 2**53 + 1, "mixed": None, "body": "\ud800"},
    ]
    source = write(tmp_path / "in.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    tag_file(source, "body", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    kinds = {name: str(out.schema.field(name).type) for name in rows[0]}
    assert kinds | {"s": ""} == {
        "i": "int64", "f": "string", "mixed": "string", "big": "string",
        "l": "list<element: int64>", "s": "", "body": "string", "e": "string",
    }  # fmt: skip
    assert out.column("s").to_pylist() == [{"a": 1, "b": None}, {"a": None, "b": "x"}, None]
    assert out.column("f").to_pylist() == ["1", "0.5", "9007199254740993"]
    assert out.column("mixed").to_pylist() == ["1", "1", None]
    assert out.column("big").to_pylist() == ["1", str(2**70), None]
    assert out.column("body").to_pylist() == ["a", None, "?"]


def test_json_becomes_csv_with_every_value_as_json_has_it(tmp_path: Path) -> None:
    source = write(
        tmp_path / "in.jsonl", '{"body": "a", "n": 1, "l": [1]}\n{"n": 0.5, "t": true}\n'
    )
    tag_file(source, "body", tmp_path / "out.csv")
    assert without_tags(read(tmp_path / "out.csv")) == [
        {"body": "a", "n": "1", "l": "[1]", "t": ""},
        {"body": "", "n": "0.5", "l": "", "t": "true"},
    ]


TEXTS = st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("wanted", ENDINGS)
@given(texts=st.lists(TEXTS, max_size=12), size=st.integers(1, 5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_and_their_order_are_the_inputs(
    ending: str, wanted: str, texts: list[str | None], size: int, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("t")
    source, output = folder / f"in{ending}", folder / f"out{wanted}"
    if ending == ".parquet":
        write(source, pa.table({"n": range(len(texts)), "body": pa.array(texts, pa.string())}))
    elif ending == ".csv":
        with source.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerows([("n", "body"), *enumerate(texts)])
    else:
        texts = [*texts, "one at least"]
        rows = [json.dumps({"n": n, "body": text}) + "\n" for n, text in enumerate(texts)]
        write(source, "".join(rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_input, "GROUP_ROWS", size)
        report = tag_file(source, "body", output)
    rows = read(output)
    assert report.rows == len(rows) == len(texts)
    assert [str(row["n"]) for row in rows] == [str(n) for n in range(len(texts))]
    assert [row["body"] or "" for row in rows] == [text or "" for text in texts]
    assert [row["topic"] for row in rows] == [tag_stub.topic(text or "") for text in texts]
    assert sorted(file.name for file in folder.iterdir()) == sorted([source.name, output.name])


@pytest.mark.parametrize("ending", [".csv.gz", ".jsonl.gz"])
def test_gzip_is_read_and_written_alike_each_time(tmp_path: Path, ending: str) -> None:
    content = "body\na\n" if "csv" in ending else '{"body": "a"}\n'
    source = write(tmp_path / f"in{ending}", gzip.compress(content.encode()))
    for name in ("one", "two"):
        tag_file(source, "body", tmp_path / f"{name}{ending}")
    assert without_tags(read(tmp_path / f"one{ending}")) == [{"body": "a"}]
    one, two = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert one[4:8] == bytes(4)  # no time of writing


def test_an_input_without_rows_gives_an_output_without_rows(tmp_path: Path) -> None:
    tag_file(write(tmp_path / "in.csv", "body\n"), "body", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert (out.num_rows, out.column_names) == (0, ["body", *TAGS.names])

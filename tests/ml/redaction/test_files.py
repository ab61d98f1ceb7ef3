"""`heedline redact`: files in, files out, one line when something is wrong."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from heedline import app
from ml.redaction.files import BadFile, redact_file


def test_csv_keeps_rows_columns_and_order(tmp_path) -> None:
    source, output = tmp_path / "in.csv", tmp_path / "out" / "out.csv"
    source.write_text(
        '\ufeffid;body;n\n2;"mail a@b.com;\nnow";7\n1;order 48213;\n', encoding="utf-8"
    )
    report = redact_file(source, ["body"], output)
    assert output.read_text() == 'id;body;n\n2;"mail <EMAIL>;\nnow";7\n1;order 48213;\n'
    assert (report.rows, report.changed, dict(report.findings)) == (2, 1, {"EMAIL": 1})
    assert [file.name for file in output.parent.iterdir()] == ["out.csv"]


def test_json_lines_keep_types_and_a_number_may_be_a_phone(tmp_path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"t": "hé a@b.com", "u": 14155550123, "x": [1]},
        {"t": None, "u": True, "x": 2},
        {"t": "", "u": 5, "x": {}},
    ]
    source.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    redact_file(source, ["t", "u"], output)
    clean = [json.loads(line) for line in output.read_text().splitlines()]
    assert clean == [{"t": "hé <EMAIL>", "u": "<PHONE>", "x": [1]}, rows[1], rows[2]]


def test_parquet_keeps_schema_nulls_and_order(tmp_path) -> None:
    source, output = tmp_path / "in.parquet", tmp_path / "out.parquet"
    texts = [None if n % 7 == 0 else f"{n}: a{n}@b.com" for n in range(10_000)]
    pq.write_table(pa.table({"n": range(10_000), "body": texts}), source)
    seen: list[int] = []
    report = redact_file(source, ["body"], output, seen.append)
    table = pq.read_table(output)
    assert table.column("n").to_pylist() == list(range(10_000))
    assert table.column("body").to_pylist() == [t and f"{t.split(':')[0]}: <EMAIL>" for t in texts]
    assert report.rows == 10_000
    assert seen == [10_000]


@pytest.mark.parametrize(
    ("name", "content", "column", "message"),
    [
        ("in.csv", "a,b\n1,2\n", "body", r"in\.csv: no column body; it has a, b; name one"),
        ("in.csv", "a,body\n1\n", "body", r"in\.csv line 2: 1 fields where the header has 2"),
        ("in.csv", 'a,body\n1,"x\n', "body", r"in\.csv line 2: .*save it as CSV again"),
        ("in.jsonl", '{"body": "x"}\nnope\n', "body", r"in\.jsonl line 2: not JSON"),
        ("in.jsonl", '{"text": "x"}\n', "body", r"line 1: no column body; it has text"),
        ("in.jsonl", '{"body": ["x"]}\n', "body", r"line 1: body is a list, not a text"),
        ("in.parquet", "no", "body", r"not a Parquet file"),
        ("in.txt", "no", "body", r"\.txt ending; known are"),
    ],
)
def test_a_file_that_cannot_be_redacted_is_named_and_nothing_is_written(
    tmp_path, name, content, column, message
) -> None:
    source = tmp_path / name
    source.write_text(content)
    with pytest.raises(BadFile, match=message):
        redact_file(source, [column], tmp_path / f"out{source.suffix}")
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_what_is_not_utf8_is_said(tmp_path) -> None:
    (tmp_path / "in.csv").write_bytes(b"body\nGr\xfc\xdfe\n")
    with pytest.raises(BadFile, match="not UTF-8"):
        redact_file(tmp_path / "in.csv", ["body"], tmp_path / "out.csv")


def test_the_input_is_never_written_over(tmp_path) -> None:
    (tmp_path / "in.csv").write_text("body\nx\n")
    with pytest.raises(BadFile, match="is the input"):
        redact_file(tmp_path / "in.csv", ["body"], tmp_path / "in.csv")


def test_the_command_prints_counts_per_kind(tmp_path) -> None:
    (tmp_path / "in.csv").write_text("body\na@b.com and c@d.com\n+1 415 555 0123\n")
    arguments = [
        "redact",
        "--input",
        f"{tmp_path}/in.csv",
        "--text-column",
        "body",
        "--output",
        f"{tmp_path}/o.csv",
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "2 rows, 2 texts changed" in result.output
    assert ["EMAIL", "2"] in [line.split() for line in result.output.splitlines()]

"""Files of every format become the same rows; text survives; what cannot be read is told."""

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.file_drop.folder import entity_of, scan
from connectors.file_drop.readers import Unreadable, read
from connectors.file_drop.schema import entities
from connectors.file_drop.shape import Origin, connect, shape

MESSAGES = entities()["messages"]


def rows_of(path: Path, kind: str) -> list[dict[str, object]]:
    """All rows of a messages file, shaped."""
    origin = Origin("acme", path, "2026-01-01T00:00:00.000000Z")
    with connect() as connection:
        return [
            row
            for piece in read(path, kind, set(MESSAGES.columns))
            if piece.num_rows
            for row in shape(connection, piece, MESSAGES, origin, None).to_pylist()
        ]


@pytest.mark.parametrize(
    ("name", "entity"),
    [
        ("messages.csv", "messages"),
        ("Messages_2026.CSV", "messages"),
        ("conversation_events-1.jsonl", "conversation_events"),
        ("conversations.parquet", "conversations"),
        ("schedule_assignments.csv", "schedule_assignments"),
        ("schedules.csv.gz", "schedules"),
        ("messages.xlsx", ""),
        ("tickets.csv", ""),
    ],
)
def test_the_longest_entity_that_begins_the_name_counts(name: str, entity: str) -> None:
    assert entity_of(name) == entity


def test_files_come_oldest_first_then_in_natural_order(tmp_path: Path) -> None:
    import os

    for name, at in (("messages_10.csv", 50), ("messages_9.csv", 50.4), ("messages_99.csv", 40)):
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (at, at))
    assert [f.path.name for f in scan(tmp_path)] == [
        *("messages_99.csv", "messages_9.csv", "messages_10.csv")
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_as_programs_write_it(
    tmp_path: Path, delimiter: str, encoding: str, newline: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    body = 'she said "no";\nthen, | left\tfor good'
    writer.writerows([[" Message_ID ", "body", "mood"], ["1", body, "bad"], ["2", "", ""]])
    path = tmp_path / "messages.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    first, second = rows_of(path, "csv")
    assert (first["message_id"], first["body"], first["drop_row"]) == ("1", body, 1)
    assert (first["remote_data"], second["remote_data"]) == ('{"mood":"bad"}', None)
    assert (second["body"], second["source_system"], second["drop_row"]) == (None, "acme", 2)


def test_the_same_rows_come_from_every_format(tmp_path: Path) -> None:
    row = {"message_id": "7", "sent_at": "2026-01-02 03:04:05+00", "is_public": "true", "n": "1"}
    header = "message_id,sent_at,is_public,n\n7,2026-01-02 03:04:05+00,true,1\n8,,,\n"
    (tmp_path / "a.csv").write_text(header)
    with gzip.open(tmp_path / "b.csv.gz", "wt") as packed:
        packed.write(header)
    typed = [{**row, "message_id": 7, "is_public": True}, {"message_id": 8, "body": None}]
    (tmp_path / "c.jsonl").write_text("\n\n".join(json.dumps(r) for r in typed))
    table = pa.table(
        {
            "message_id": pa.array([7, 8], pa.int32()),
            "sent_at": pa.array([1767323045, None], pa.timestamp("s", "Europe/Berlin")),
            "is_public": pa.array([True, None]),
            "n": pa.array([1, None], pa.uint8()),
        }
    )
    pq.write_table(table, tmp_path / "d.parquet")
    expected = None
    for name, kind in (
        ("a.csv", "csv"),
        ("b.csv.gz", "csv"),
        ("c.jsonl", "jsonl"),
        ("d.parquet", "parquet"),
    ):
        found = [{**r, "drop_file": ""} for r in rows_of(tmp_path / name, kind)]
        expected = expected or found
        assert found == expected, name
    assert expected is not None
    assert expected[0]["sent_at"] == "2026-01-02 03:04:05+00"


def test_nested_values_and_unknown_members_stay_json(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"message_id": "1", "body": {"text": [1]}, "x": {"y": null}, "z": null}')
    (row,) = rows_of(path, "jsonl")
    assert json.loads(str(row["body"])) == {"text": [1]}
    assert json.loads(str(row["remote_data"]))["x"] == {"y": None}


def test_records_that_do_not_fit_are_told_by_number_and_the_others_keep_theirs(
    tmp_path: Path,
) -> None:
    path = tmp_path / "messages.csv"
    path.write_text('message_id,body\n1,one\n\n2\n3,"a\nb"\n4,x,y\n5,five\n')
    rows = sorted(rows_of(path, "csv"), key=lambda r: int(str(r["drop_row"])))
    assert [(r["drop_row"], r["message_id"]) for r in rows] == [
        *((1, "1"), (2, None), (3, "3"), (4, None), (5, "5"))
    ]
    assert "has 1 values where the header has 2" in str(rows[1]["drop_refusal"])
    assert rows[3]["remote_data"] == '{"line":"4,x,y"}'
    assert rows[4]["drop_refusal"] is None


def test_lines_that_are_not_objects_are_told_by_number(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_text('{"message_id": "1"}\n{"message_id": \n[1]\n{"message_id": "4"}\n')
    rows = rows_of(path, "jsonl")
    assert [r["message_id"] for r in rows] == ["1", None, None, "4"]
    assert [bool(r["drop_refusal"]) for r in rows] == [False, True, True, False]
    assert rows[1]["remote_data"] == '{"line":"{\\"message_id\\": "}'


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"message_id,body\n1,caf\xe9\n", "not UTF-8"),
        ("a.csv", b"message_id,Message_id\n1,2\n", "message_id twice"),
        ("a.parquet", b"PAR1 and no more", "cannot be read"),
        ("a.csv.gz", b"not gzip at all", "cannot be read"),
        ("a.jsonl", b'{"message_id": "\xff"}\n', "not UTF-8"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=said):
        list(read(path, name.split(".")[1], set(MESSAGES.columns)))


# What a text file can hold: no lone surrogates; NUL and bare CR are no text that CSV carries.
TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"), min_size=1)


@settings(max_examples=60)
@given(st.lists(TEXT.filter(lambda t: t.strip(" ") != ""), min_size=1, max_size=8))
def test_weird_text_survives_in_every_format(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("weird")
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["message_id", "body"], *((n, body) for n, body in enumerate(bodies))])
    (folder / "a.csv").write_bytes(text.getvalue().encode())
    lines = [json.dumps({"message_id": n, "body": b}) for n, b in enumerate(bodies)]
    (folder / "a.jsonl").write_text("\n".join(lines))
    table = pa.table({"message_id": list(range(len(bodies))), "body": bodies})
    pq.write_table(table, folder / "a.parquet")
    for kind in ("csv", "jsonl", "parquet"):
        assert [r["body"] for r in rows_of(folder / f"a.{kind}", kind)] == bodies, kind

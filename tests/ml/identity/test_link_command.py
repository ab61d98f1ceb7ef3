"""`heedline link`: any table of people in, who is who out; bad files are one line."""

import csv
import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from commands.console import CommandFailed
from heedline import app
from ml.identity.aliases import match
from ml.identity.tabular import BadPeopleFile, link, read_decisions

PEOPLE = """Rec ID, First Name , LAST_NAME, E-Mail, DOB, Shoe size
b, Robert, Quimby, rq@home.example, 19710304, 44
a, Bob, Quimby, RQ@home.example, 1971-03-04, 43
c, Ann, Lee, ann@home.example, , 38
"""


def rows(path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_people_are_linked_in_the_order_of_the_input(tmp_path) -> None:
    source, target = tmp_path / "people.csv", tmp_path / "links.csv"
    source.write_text(PEOPLE)
    result = CliRunner().invoke(app, ["link", "--input", str(source), "--output", str(target)])
    assert result.exit_code == 0, result.output
    found = rows(target)
    assert [(row["record_id"], row["customer_id"]) for row in found] == [
        ("b", "a"),
        ("a", "a"),
        ("c", "c"),
    ]
    assert list(found[0]) == ["record_id", "customer_id", "confidence"]
    assert "3 rows, 2 customers, 1 with more than one record" in result.output
    assert "0.90" in result.output
    assert "Shoe size" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["links.csv", "people.csv"]


def test_parquet_and_json_lines_go_in_and_out(tmp_path) -> None:
    source = tmp_path / "people.jsonl"
    people = [
        {"id": 1, "name": "Ann Lee", "emails": ["ann@home.example"]},
        {"id": 2, "emails": ["x@home.example", "ANN@home.example"]},
    ]
    source.write_text("\n".join(json.dumps(person) for person in people))
    link(source, tmp_path / "links.parquet")
    assert pq.read_table(tmp_path / "links.parquet")["customer_id"].to_pylist() == ["1", "1"]
    pq.write_table(pq.read_table(tmp_path / "links.parquet"), tmp_path / "again.parquet")
    link(tmp_path / "again.parquet", tmp_path / "again.jsonl")
    assert [
        json.loads(line)["record_id"]
        for line in (tmp_path / "again.jsonl").read_text().splitlines()
    ] == ["1", "2"]


def test_rows_with_one_id_are_one_contact_and_all_are_answered(tmp_path) -> None:
    (tmp_path / "p.csv").write_text("record_id,given_name\n1,Ann\n2,Bob\n1,Ann\n")
    link(tmp_path / "p.csv", tmp_path / "l.csv")
    assert [row["record_id"] for row in rows(tmp_path / "l.csv")] == ["1", "2", "1"]


def test_a_review_file_filled_in_is_a_decisions_file(tmp_path) -> None:
    (tmp_path / "p.csv").write_text(PEOPLE)
    said = tmp_path / "said.csv"
    said.write_text("decision,left_id,right_id\nnever,a,b\n,b,c\nlink,a,c\n")
    link(tmp_path / "p.csv", tmp_path / "l.csv", review=tmp_path / "r.csv", decisions=said)
    of = {row["record_id"]: row["customer_id"] for row in rows(tmp_path / "l.csv")}
    assert of == {"a": "a", "b": "b", "c": "a"}
    header = (tmp_path / "r.csv").read_text().splitlines()[0]
    assert header == "decision,left_id,right_id,match_probability,reasons"
    assert read_decisions(tmp_path / "r.csv") == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("p.csv", "", "empty"),
        ("p.csv", "given_name\nAnn\n", "record_id"),
        ("p.csv", "record_id,given_name\n1,Ann\n,Bob\n", "row 2"),
        ("p.txt", "record_id\n1\n", "unknown kind"),
        ("p.parquet", "this is no parquet", "cannot be read"),
        ("p.jsonl", "{not json", "cannot be read"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path, name, content, says) -> None:
    (tmp_path / name).write_text(content)
    target = tmp_path / "l.csv"
    result = CliRunner().invoke(
        app, ["link", "--input", str(tmp_path / name), "--output", str(target)]
    )
    assert isinstance(result.exception, CommandFailed)
    message = str(result.exception)
    assert says in message
    assert name in message
    assert "\n" not in message
    assert not target.exists()


def test_a_missing_file_and_a_missing_folder_are_said(tmp_path) -> None:
    with pytest.raises(BadPeopleFile, match="no such file"):
        link(tmp_path / "none.csv", tmp_path / "l.csv")
    (tmp_path / "p.csv").write_text("record_id\n1\n")
    with pytest.raises(BadPeopleFile, match="no folder"):
        link(tmp_path / "p.csv", tmp_path / "nowhere" / "l.csv")


def test_a_header_alone_gives_a_header_alone(tmp_path) -> None:
    (tmp_path / "p.csv").write_text("record_id,given_name\n")
    assert link(tmp_path / "p.csv", tmp_path / "l.csv").records == 0
    assert (tmp_path / "l.csv").read_text().strip() == "record_id,customer_id,confidence"


def test_a_wrong_decision_names_its_line(tmp_path) -> None:
    said = tmp_path / "said.csv"
    said.write_text("left_id,right_id,decision\na,b,link\na,c,perhaps\n")
    with pytest.raises(BadPeopleFile, match="line 3"):
        read_decisions(said)
    said.write_text("left,right\n")
    with pytest.raises(BadPeopleFile, match="decision"):
        read_decisions(said)


def test_columns_are_matched_whatever_their_case_and_spaces() -> None:
    known, unused = match(
        [
            "unique_id",
            "Record ID",
            " first_name",
            "E-MAIL",
            "work email",
            "Zip Code",
            "City",
            "cluster",
        ]
    )
    assert known == {
        "record_id": ["Record ID"], "given_name": [" first_name"],
        "emails": ["E-MAIL", "work email"], "suburb": ["City"], "postcode": ["Zip Code"],
    }  # fmt: skip
    assert unused == ["unique_id", "cluster"]

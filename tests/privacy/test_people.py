"""The pattern of a person finds every way they are written, and nobody else."""

import re

import duckdb
import pytest

from privacy.people import Person, around, spellings

JANE = Person(
    "r",
    customers=["083c858dadfee245a0f8b28aee254a3a"],
    emails=["jane.roe@home.example"],
    phones=spellings("+44 114 496 0832", "GB"),
    names=["jane roe"],
    ids=["364000000001", "FH-200999"],
)


def found(text: str) -> bool:
    """Python's and DuckDB's answer, which must be one."""
    by_python = re.search(JANE.pattern(), text, re.IGNORECASE) is not None
    row = duckdb.execute("select regexp_matches(?, ?, 'i')", [text, JANE.pattern()]).fetchone()
    assert row == (by_python,)
    return by_python


@pytest.mark.parametrize(
    "text",
    [
        "jane.roe@home.example",
        "Jane.Roe@HOME.example, hello",
        '{"to":["<jane.roe@home.example>"]}',
        '"first line\\njane.roe@home.example"',
        "https://x/?mail=jane.roe%40home.example",
        "+44 114 496 0832",
        "+441144960832",
        "0044 114 4960832",
        "(0114) 496-0832",
        "01144960832",
        "Dear Jane  Roe,",
        "users/364000000001.json",
        "account FH-200999.",
        "083c858dadfee245a0f8b28aee254a3a",
    ],
)
def test_every_spelling_is_found(text: str) -> None:
    assert found(text)
    assert not re.search(JANE.pattern(), re.sub(JANE.pattern(), around, text, flags=2), 2)


@pytest.mark.parametrize(
    "text",
    [
        "mary-jane.roe@home.example",
        "jane.roe@home.example-shop.com",
        "jane.roe@home",
        "+44 114 496 08321",
        "9441144960832",
        "3640000000012",
        "FH-2009991",
        "jane roed",
        "janeroe",
    ],
)
def test_nobody_else_is_found(text: str) -> None:
    assert not found(text)


def test_what_stands_beside_an_identifier_stays() -> None:
    text = '{"a":"hi\\njane.roe@home.example (0114) 496-0832, FH-200999!"}'
    kept = re.sub(JANE.pattern(), around, text, flags=re.IGNORECASE)
    assert kept == '{"a":"hi\\n[erased] ([erased], [erased]!"}'


def test_a_person_without_identifiers_is_found_nowhere() -> None:
    pattern = Person("r").pattern()
    assert not re.search(pattern, "anything at all \n")
    assert duckdb.execute("select regexp_matches('x', ?, 'i')", [pattern]).fetchone() == (False,)


def test_a_person_survives_being_written_down() -> None:
    assert Person.from_json(JANE.to_json()) == JANE

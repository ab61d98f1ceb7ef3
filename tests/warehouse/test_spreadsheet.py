"""Cells that a spreadsheet cannot run, and values that come through untouched."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.spreadsheet import safe_cell, write_csv


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]
)
def test_text_that_looks_like_a_formula_is_quoted(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["Ana", "+4930123456", "a=b", "", None, -3.5, 7, True])
def test_other_values_pass_untouched(value: object) -> None:
    assert safe_cell(value) == value


def test_instants_are_written_as_iso_utc() -> None:
    assert safe_cell(datetime(2026, 6, 30, 12, tzinfo=UTC)) == "2026-06-30T12:00:00Z"


def test_names_survive_quotes_commas_and_accents(tmp_path: Path) -> None:
    rows = [('Zoë "Zo", Müller\nSecond line', None)]
    write_csv(tmp_path / "list.csv", ["name", "email"], rows)

    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.DictReader(stream)) == [{"name": rows[0][0], "email": ""}]

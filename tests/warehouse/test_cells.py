"""Cells that a spreadsheet cannot run, and values that come through untouched."""

from datetime import UTC, datetime

import pytest

from warehouse.cells import safe_cell


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

"""Why a row was set aside, in one line: place, column, value, what is wrong, what to do."""

import json
from dataclasses import dataclass, field
from typing import Any

_LONGEST_VALUE = 80
SEPARATOR = " | "

_PROBLEMS = {
    "expect_column_values_to_be_unique": "occurs more than once",
    "expect_column_values_to_be_iso8601_timestamp": "is not an ISO 8601 timestamp",
    "expect_column_values_to_be_iso8601_date": "is not an ISO 8601 date",
    "expect_column_values_to_be_iana_time_zone": "is not an IANA time zone",
    "expect_column_values_to_be_json_parseable": "is not JSON",
    "expect_column_values_to_be_null": "is not expected here",
}


@dataclass(frozen=True)
class Failure:
    """One expectation that the data did not meet.

    `rows` (positions in the frame) and `values` go together; both empty for a whole-table check.
    """

    expectation: dict[str, Any]
    is_row_level: bool
    observed: Any = None
    rows: list[int] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


def show(value: Any) -> str:
    """A value on one line, cut when long (a message body is not wanted in a log)."""
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(show(v) for v in value) + ")"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _problem(expectation: dict[str, Any]) -> str:
    kind, kwargs = str(expectation["type"]), expectation.get("kwargs", {})
    if kind == "expect_column_values_to_be_in_set":
        return "is not one of " + ", ".join(map(str, kwargs["value_set"]))
    if kind.startswith("expect_column_values_to_match_regex"):
        return f"does not match {kwargs.get('regex') or kwargs.get('regex_list')}"
    if kind == "expect_column_values_to_be_between":
        low, high = kwargs.get("min_value"), kwargs.get("max_value")
        return f"is not between {low} and {high}"
    otherwise = kind.removeprefix("expect_column_").replace("_", " ")
    return _PROBLEMS.get(kind, f"breaks {otherwise}")


def describe(expectation: dict[str, Any], value: Any) -> str:
    """`column: value problem; remedy` for one row that failed one expectation."""
    meta, kwargs = expectation.get("meta") or {}, expectation.get("kwargs", {})
    remedy = meta.get("notes")
    if isinstance(remedy, list):
        remedy = " ".join(map(str, remedy))
    if meta.get("stands_alone"):
        return str(value)
    pair = [kwargs.get("column_A"), kwargs.get("column_B")]
    columns = kwargs.get("column") or kwargs.get("column_list") or pair
    column = columns if isinstance(columns, str) else ", ".join(map(str, columns))
    if expectation["type"] == "expect_column_values_to_not_be_null":
        said = meta.get("problem", "is missing")
    else:
        said = f"{show(value)} {meta.get('problem') or _problem(expectation)}"
    return f"{column}: {said}" + (f"; {remedy}" if remedy else "")


def describe_table(failure: Failure) -> str:
    """What a whole-table expectation wanted and what it found."""
    expectation = failure.expectation
    remedy = (expectation.get("meta") or {}).get("notes", "")
    said = f"{expectation['type']} {expectation.get('kwargs', {})} observed {failure.observed}"
    return f"{said}; {remedy}" if remedy else said


def by_row(failures: list[Failure]) -> dict[int, list[str]]:
    """Reasons per row position, in the suite's order; one that stands alone silences the others."""
    reasons: dict[int, list[str]] = {}
    alone: dict[int, list[str]] = {}
    for failure in failures:
        if not failure.is_row_level:
            continue
        kept = alone if (failure.expectation.get("meta") or {}).get("stands_alone") else reasons
        for row, value in zip(failure.rows, failure.values, strict=True):
            kept.setdefault(row, []).append(describe(failure.expectation, value))
    return reasons | alone


def row_key(row: dict[str, Any], columns: list[str]) -> str:
    """The key of a row as JSON, `{}` when the resource declares none."""
    return json.dumps({c: row.get(c) for c in columns}, ensure_ascii=False, default=str)


def place(resource: str, row: dict[str, Any], template: str | None, key: str) -> str:
    """Where the row stands: by the suite's template, otherwise resource and key."""
    if template:
        return template.format_map({k: _one_line(v) for k, v in row.items()})
    return f"{resource} {key}"


def _one_line(value: Any) -> str:
    return " ".join(str(value).split())

"""The gate's suites for drop files, as `schema.yml` implies them."""

from typing import Any

from connectors.file_drop.schema import Column, Entity, Form

# Form → (expectation, its arguments, what is wrong, what to write).
_FORMS: dict[Form, tuple[str, dict[str, Any], str, str]] = {
    "instant": (
        "expect_column_values_to_be_iso8601_timestamp",
        {},
        "is not an ISO 8601 timestamp",
        "write 2025-12-31T10:00:00Z",
    ),
    "date": (
        "expect_column_values_to_be_iso8601_date",
        {},
        "is not an ISO 8601 date",
        "write 2025-12-31",
    ),
    "zone": (
        "expect_column_values_to_be_iana_time_zone",
        {},
        "is not an IANA time zone",
        "write one like Europe/Berlin",
    ),
    "json": (
        "expect_column_values_to_be_json_parseable",
        {},
        "is not JSON",
        'write ["a", "b"] or {"key": "value"}',
    ),
}
_PATTERNS: dict[Form, tuple[str, str, str]] = {
    "number": (
        r"^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$",
        "is not a number",
        "write 1234.5, without unit or thousands separator",
    ),
    "integer": (r"^[+-]?\d+$", "is not a whole number", "write digits only"),
    "boolean": (
        r"^(?i:true|t|yes|y|1|false|f|no|n|0)$",
        "is neither true nor false",
        "write true or false",
    ),
    "weekday": (r"^[1-7]$", "is not a weekday", "write 1 (Monday) to 7 (Sunday)"),
    # Empty is an absent part of a key.
    "clock_time": (
        r"^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)?$",
        "is not a time of day",
        "write 09:30 (24:00 for the end of the day)",
    ),
}


GONE_KEY = ["source_system", "entity", "row_key"]
_REFUSED: dict[str, Any] = {
    "type": "expect_column_values_to_be_null",
    "kwargs": {"column": "drop_refusal"},
    "meta": {
        "stands_alone": True,
        "notes": "the reader already said why the file or line is refused",
    },
}


def _expectation(
    kind: str, column: str, problem: str, remedy: str, **kwargs: Any
) -> dict[str, Any]:
    return {
        "type": kind,
        "kwargs": {"column": column, **kwargs},
        "meta": {"problem": problem, "notes": remedy},
    }


def _form_of(name: str, column: Column) -> dict[str, Any] | None:
    if column.one_of:
        # Staging lower-cases closed words, so case is not held against a row.
        return _expectation(
            "expect_column_values_to_match_regex",
            name,
            f"is not one of {', '.join(column.one_of)}",
            "write one of these words",
            regex=rf"^\s*(?i:{'|'.join(column.one_of)})\s*$",
        )
    if column.form in _FORMS:
        kind, kwargs, problem, remedy = _FORMS[column.form]
        return _expectation(kind, name, problem, remedy, **kwargs)
    if column.form in _PATTERNS:
        pattern, problem, remedy = _PATTERNS[column.form]
        return _expectation(
            "expect_column_values_to_match_regex", name, problem, remedy, regex=pattern
        )
    return None


def suite(name: str, entity: Entity, source: str = "file_drop") -> dict[str, Any]:
    """The suite of one entity: refusals of the reader first, then required values, then forms."""
    required = [
        _expectation(
            "expect_column_values_to_not_be_null",
            column,
            "is missing",
            f"every row of {name} needs it",
        )
        for column in entity.required
    ]
    forms = [check for n, c in entity.columns.items() if (check := _form_of(n, c))]
    return {
        "name": f"{source}.{name}",
        "meta": {
            "generated_by": "python -m connectors.file_drop.docs",
            "row_key": ["source_system", *entity.key],
            "place": "{drop_file} row {drop_row}",
        },
        "expectations": [_REFUSED, *required, *forms],
    }


def events_suite() -> dict[str, Any]:
    """The suite of events: the reader refuses what is no event, or none of ours."""
    return {
        "name": "file_drop.events",
        "meta": {
            "generated_by": "python -m connectors.file_drop.docs",
            "row_key": ["event_source", "event_id"],
            "place": "{drop_file} row {drop_row}",
        },
        "expectations": [_REFUSED],
    }


def gone_suite() -> dict[str, Any]:
    """The suite of the keys that a database table has no more; we write it ourselves."""
    return {
        "name": "sql_database.gone",
        "meta": {"generated_by": "python -m connectors.file_drop.docs", "row_key": GONE_KEY},
        "expectations": [
            _expectation(
                "expect_column_values_to_not_be_null", c, "is missing", "report this as a fault"
            )
            for c in (*GONE_KEY, "is_gone")
        ],
    }


def files_suite() -> dict[str, Any]:
    """The suite of the list of files; we write it ourselves, so it only guards the key."""
    return {
        "name": "file_drop.files",
        "meta": {
            "generated_by": "python -m connectors.file_drop.docs",
            "row_key": ["drop_folder", "drop_file", "content_hash"],
        },
        "expectations": [
            _expectation(
                "expect_column_values_to_not_be_null", c, "is missing", "report this as a fault"
            )
            for c in ("drop_folder", "drop_file", "content_hash", "status")
        ],
    }

"""Timestamps, dates and zones: what counts as one."""

import pandas as pd
import pyarrow as pa
import pytest

from expectations.checker import check
from expectations.suites import Suite


def refused(kind: str, values: list[str]) -> list[str]:
    """The values that do not meet the expectation."""
    suite = Suite("forms", ({"type": kind, "kwargs": {"column": "v"}},), {})
    frame = pd.DataFrame({"v": pd.Series(values, dtype=pd.ArrowDtype(pa.string()))})
    return [str(v) for f in check(suite, frame, {}) for v in f.values]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (
            "expect_column_values_to_be_iso8601_timestamp",
            [
                *("2025-12-31T10:00:00Z", "2025-12-31 10:00:00+00", "2025-12-31T10:00:00.123456"),
                *(
                    "2025-12-31T10:00+05:30",
                    "2024-02-29T00:00:00-0800",
                    "2025-12-31",
                    "1999-01-01T00:00Z",
                ),
            ],
            [
                *(
                    "31/12/2025",
                    "2025-13-01T00:00:00Z",
                    "2025-02-30T10:00:00Z",
                    "2025-12-31T25:00:00Z",
                ),
                *("1735639200", "yesterday", "", " 2025-12-31T10:00:00Z", "2025-12-31T10:00:00Z\n"),
            ],
        ),
        (
            "expect_column_values_to_be_iso8601_date",
            ["2025-12-31", ""],
            ["2025-02-30", "31.12.2025", "2025-1-1", "2025-12-31T00:00:00Z"],
        ),
        (
            "expect_column_values_to_be_iana_time_zone",
            ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"],
            ["Berlin", "GMT+25", "europe/nowhere", ""],
        ),
    ],
)
def test_forms(kind: str, good: list[str], bad: list[str]) -> None:
    assert refused(kind, good + bad) == bad

"""Forms of text that Great Expectations has no check for: instants, dates, time zones.

Landed values are text, as the source wrote them. A pattern alone lets 30 February through, so each
form is a pattern plus a cast that DuckDB tries for the whole column at once. Importing this module
registers the expectations under their snake-case names, for use in the suites' JSON.
"""

from typing import Any
from zoneinfo import available_timezones

import duckdb
import pandas as pd
import pyarrow as pa
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)

# Date, then optionally a time of day (T or space) with optional fraction and offset.
INSTANT = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?"
DATE = r"(\d{4}-\d{2}-\d{2})?"


def _holds(column: "pd.Series[Any]", condition: str) -> "pd.Series[Any]":
    """Evaluate a DuckDB condition on `value` for every entry; keeps the column's index."""
    table = pa.table({"value": pa.array(column, type=pa.string(), from_pandas=True)})
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        answer = connection.from_arrow(table).project(f"coalesce({condition}, false) as holds")
        holds = answer.to_arrow_table().column("holds").to_numpy()
    return pd.Series(holds, index=column.index)


class ColumnValuesIso8601Timestamp(ColumnMapMetricProvider):
    condition_metric_name = "column_values.iso8601_timestamp"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: "pd.Series[Any]", **_: Any) -> "pd.Series[Any]":
        return _holds(
            column,
            f"regexp_full_match(value, '{INSTANT}') and try_cast(value as timestamptz) is not null",
        )


class ExpectColumnValuesToBeIso8601Timestamp(ColumnMapExpectation):
    """An ISO 8601 instant; without an offset it is UTC, without a time of day it is midnight."""

    map_metric = "column_values.iso8601_timestamp"


class ColumnValuesIso8601Date(ColumnMapMetricProvider):
    condition_metric_name = "column_values.iso8601_date"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: "pd.Series[Any]", **_: Any) -> "pd.Series[Any]":
        return _holds(
            column,
            f"regexp_full_match(value, '{DATE}') "
            "and (value = '' or try_cast(value as date) is not null)",
        )


class ExpectColumnValuesToBeIso8601Date(ColumnMapExpectation):
    """A calendar date YYYY-MM-DD. Empty text is "no date" (an optional part of a key)."""

    map_metric = "column_values.iso8601_date"


class ColumnValuesIanaTimeZone(ColumnMapMetricProvider):
    condition_metric_name = "column_values.iana_time_zone"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: "pd.Series[Any]", **_: Any) -> "pd.Series[Any]":
        return column.isin(list(available_timezones()))


class ExpectColumnValuesToBeIanaTimeZone(ColumnMapExpectation):
    """A zone name of the tz database, such as Europe/Berlin."""

    map_metric = "column_values.iana_time_zone"

"""Measures worked out in SQL over the published Parquet, from their parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from publish.destinations.powerbi.measures import Expression, LastDay, Latest, Ratio, Sum, Total

FILES = {
    "kpi_answers": "powerbi/data/kpi_answers.parquet",
    "dim_dates": "powerbi/data/dim_dates.parquet",
}


@dataclass(frozen=True)
class Asked:
    """Days from `first` to `last`, told apart by columns."""

    version: Path
    first: date
    last: date
    by: tuple[str, ...] = ()

    def value(self, expression: Expression) -> dict[tuple[Any, ...], float | None]:
        """The measure's value by values of `by`; like a mart, None where it divides by nothing."""
        if isinstance(expression, Ratio):
            above, below = self._sums(expression.numerator), self._sums(expression.denominator)
            return {
                key: expression.factor * above[key] / below[key] if below.get(key) else None
                for key in above
            }
        return {**self._sums(expression)}

    def _sums(self, part: Sum) -> dict[tuple[Any, ...], float]:
        total = part if isinstance(part, Total) else part.total
        rows = f"select * from {self._file(total.table)} where {_where(total)} and {self._during}"
        if isinstance(part, LastDay):
            table, key = part.day
            days = f"select max({key}) from {self._file(table)} where {self._days(key)}"
            rows = f"select * from ({rows}) where metric_date = ({days})"
        if isinstance(part, Latest):
            rank = f"rank() over (partition by {part.respondent} order by {part.day} desc)"
            rows = f"select * from ({rows}) qualify {rank} = 1"
        columns = "".join(f"{column}, " for column in self.by)
        query = f"select {columns}sum(cast({total.column} as decimal(28, 9)))::double from ({rows})"
        found = duckdb.sql(query + (f" group by {columns[:-2]}" if self.by else "")).fetchall()
        return {row[:-1]: row[-1] or 0.0 for row in found}

    @property
    def _during(self) -> str:
        return self._days("metric_date")

    def _days(self, column: str) -> str:
        return f"{column} between date '{self.first}' and date '{self.last}'"

    def _file(self, table: str) -> str:
        file = FILES.get(table, f"parquet/{table}/*.parquet")
        return f"read_parquet('{self.version / file}')"


def _where(total: Total) -> str:
    return " and ".join(f"{c.column} in ({_listed(c.values)})" for c in total.where)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)

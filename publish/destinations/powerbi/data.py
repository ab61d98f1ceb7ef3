"""The few rows that the model needs and no mart has as Parquet: `powerbi/data/<name>.parquet`.

What there is to slice by (one row per channel, team, …), the calendar back to the earliest row of
any table, and the answers of which only each respondent's latest counts.
"""

from pathlib import Path

import duckdb

from publish.destinations.powerbi.metrics import ANSWERS, SemanticLayer
from publish.destinations.powerbi.model import Model
from publish.marts import SCHEMA
from warehouse.sql import identifier, literal

FOLDER = "powerbi"
DATA = "data"


def path(name: str) -> str:
    """Where a table's rows lie, relative to the published folder."""
    return f"{FOLDER}/{DATA}/{name}.parquet"


def write(
    connection: duckdb.DuckDBPyConnection, model: Model, layer: SemanticLayer, folder: Path
) -> None:
    """Write every file that a table of the model reads from `powerbi/data`.

    Args:
        connection: the warehouse.
        folder: of the version that is being built.
    """
    for name, slicer in layer.slicers.items():
        _copy(connection, _values(model, name, slicer.label), folder / path(name))
    if model.dates is not None:
        key = model.dates.levels[-1][1]
        names = [column.source for column in model.dates.columns]
        query = _days(model, model.dates.name, key, names)
        _copy(connection, query, folder / path(model.dates.name))
    answers = layer.answers()
    if answers is not None:
        _copy(connection, _answers(*answers), folder / path(ANSWERS))


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    file = literal(str(target))
    connection.execute(f"copy ({query}) to {file} (format parquet, compression zstd)")


def _values(model: Model, column: str, table: str) -> str:
    """Every value that a related table has. NULL is none: Power BI shows it as (Blank)."""
    tables = [r.table for r in model.relationships if r.to_table == table and r.table != ANSWERS]
    one = " union ".join(f"select {column} from {SCHEMA}.{name}" for name in tables)
    return f"select {column} from ({one}) where {column} is not null order by {column}"


def _days(model: Model, table: str, key: str, columns: list[str]) -> str:
    """The calendar, whose first day is that of the year in which any related table begins.

    Before the calendar of the marts only what follows from a day is known: starts of periods.
    """
    related = [r for r in model.relationships if r.to_table == table and r.table != ANSWERS]
    firsts = [f"(select min({r.column}) from {SCHEMA}.{r.table})" for r in related]
    firsts.append(f"(select min({key}) from {SCHEMA}.{table})")
    first = f"date_trunc('year', least({', '.join(firsts)}))"
    last = f"(select min({key}) - 1 from {SCHEMA}.{table})"
    day = f"{identifier('day')}::date"
    earlier = [
        f"{day} as {column}"
        if column == key
        else f"date_trunc('{column.removesuffix('_start')}', {day})::date as {column}"
        for column in columns
    ]
    return f"""
        select {", ".join(columns)} from {SCHEMA}.{table}
        union all
        select {", ".join(earlier)}
        from generate_series({first}, {last}, interval 1 day) as t({identifier("day")})
        order by {key}
    """


def _answers(view: str, columns: dict[str, str], kpis: tuple[str, ...]) -> str:
    shown = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    named = ", ".join(literal(kpi) for kpi in kpis)
    return f"select {shown} from {SCHEMA}.{view} where kpi in ({named}) order by all"

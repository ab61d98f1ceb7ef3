"""From a piece of a file to the entity's columns: the same for every format, in one statement.

No value is changed, except that blank text is null and ids, times and the like are trimmed. What
the schema does not know goes to `remote_data`. A row's `drop_version` is when it was last changed,
in UTC, so that text order is time order, or when its file arrived, where the row does not say.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from connectors.file_drop.readers import OURS
from connectors.file_drop.schema import Entity
from warehouse.sql import identifier, literal

_VERSION = "strftime(timezone('UTC', try_cast(updated_at as timestamptz)), '%Y-%m-%dT%H:%M:%S.%fZ')"


@dataclass(frozen=True)
class Origin:
    """Where the rows come from. `arrived`: ISO text in UTC, growing from file to file."""

    folder: str
    file: Path
    arrived: str


def connect() -> duckdb.DuckDBPyConnection:
    """An engine for one extraction; instants without an offset are UTC."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def shape(
    connection: duckdb.DuckDBPyConnection,
    piece: pa.Table,
    entity: Entity,
    origin: Origin,
    refusal: str | None,
) -> pa.Table:
    """The piece in the entity's columns, in file order, all text but `drop_row`.

    Args:
        refusal: why the whole file is refused; written on every row.
    """
    own = [c for c in piece.column_names if c not in OURS]
    if "json_line" in own and own == ["json_line"]:
        values, extra, unread = _from_json(entity)
    else:
        values, extra, unread = _from_columns(piece, entity, own)
    line = "drop_line" if "drop_line" in piece.column_names else "null"
    refused = "drop_refusal" if "drop_refusal" in piece.column_names else unread
    plain = ", ".join(f"{value} as {identifier(name)}" for name, value in values.items())
    filled = ", ".join(
        f"coalesce({identifier(name)}, '') as {identifier(name)}"
        if entity.fills_with_empty(name)
        else identifier(name)
        for name in entity.columns
        if name != "source_system"
    )
    parameters = {
        "folder": origin.folder,
        "file": origin.file.name,
        "arrived": origin.arrived,
        "refusal": refusal,
    }
    return connection.sql(
        f"""
        with plain as (
            select {plain}, drop_row, {extra} as extra, cast({refused} as varchar) as refused,
                cast({line} as varchar) as line
            from piece
        )
        select
            coalesce(source_system, $folder) as source_system, {filled},
            case when line is not null then cast(json_object('line', line) as varchar)
                when extra <> '{{}}' then cast(extra as varchar) end as remote_data,
            cast($folder as varchar) as drop_folder, cast($file as varchar) as drop_file, drop_row,
            coalesce({_VERSION}, $arrived) as drop_version,
            cast(coalesce($refusal, refused) as varchar) as drop_refusal
        from plain
        """,
        params=parameters,
    ).to_arrow_table()


def _from_columns(
    piece: pa.Table, entity: Entity, own: list[str]
) -> tuple[dict[str, str], str, str]:
    """Expressions of the entity's values, of what else there is, and of a reading error."""
    text = {name: _text(piece.schema.field(name).type, identifier(name)) for name in own}
    values = {
        name: _value(entity, name, text[name]) if name in text else "cast(null as varchar)"
        for name in entity.columns
    }
    pairs = ", ".join(
        f"{literal(name)}, nullif({value}, '')"
        for name, value in text.items()
        if name not in entity.columns
    )
    # Merging drops the members that are null.
    extra = f"json_merge_patch('{{}}', json_object({pairs}))" if pairs else "'{}'"
    return values, extra, "null"


def _from_json(entity: Entity) -> tuple[dict[str, str], str, str]:
    good = "case when json_valid(json_line) then json_line end"
    values = {
        name: _value(entity, name, f"json_extract_string({good}, '$.{name}')")
        for name in entity.columns
    }
    known = "{" + ", ".join(f'"{name}": null' for name in entity.columns) + "}"
    is_object = f"coalesce(json_type({good}) = 'OBJECT', false)"
    extra = (
        f"case when {is_object} then json_merge_patch({good}, '{known}') "
        "else json_object('line', json_line) end"
    )
    unread = f"case when not {is_object} then 'is not a JSON object; write one object a line' end"
    return values, extra, unread


def _value(entity: Entity, name: str, text: str) -> str:
    """Blank is null; spaces around anything but free text are an accident of writing the file."""
    if entity.columns[name].form == "text":
        return f"case when trim({text}) <> '' then {text} end"
    return f"nullif(trim({text}), '')"


def _text(kind: pa.DataType, column: str) -> str:
    """A Parquet value as the text a CSV file would hold."""
    if pa.types.is_nested(kind):
        return f"cast(to_json({column}) as varchar)"
    return f"cast({column} as varchar)"

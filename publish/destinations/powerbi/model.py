"""The parts of a tabular model, as far as we use them; `tmdl` writes them out.

Ids are made from names, so that the same model always reads the same, byte for byte.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

_IDS: UUID = uuid5(NAMESPACE_URL, "urn:heedline:powerbi")

_DATA_TYPES = {
    "BIGINT": "int64",
    "INTEGER": "int64",
    "SMALLINT": "int64",
    "TINYINT": "int64",
    "DOUBLE": "double",
    "FLOAT": "double",
    "BOOLEAN": "boolean",
    "DATE": "dateTime",
    "TIMESTAMP": "dateTime",
    "TIMESTAMP WITH TIME ZONE": "dateTime",
}
_FORMATS = {
    "BIGINT": "#,0",
    "INTEGER": "#,0",
    "DOUBLE": "#,0.00",
    "DATE": "yyyy-mm-dd",
    "TIMESTAMP": "yyyy-mm-dd hh:nn:ss",
    "TIMESTAMP WITH TIME ZONE": "yyyy-mm-dd hh:nn:ss",
}


def lineage(*names: str) -> str:
    """The id of whatever bears these names."""
    return str(uuid5(_IDS, "/".join(names)))


def data_type(kind: str) -> str:
    """The model's type of a DuckDB type. Decimals become floating point, what is left text."""
    return "double" if kind.startswith("DECIMAL") else _DATA_TYPES.get(kind, "string")


def format_string(kind: str) -> str:
    """How values of a DuckDB type are shown; nothing for text and flags."""
    return _FORMATS.get(kind, "")


@dataclass(frozen=True)
class ModelColumn:
    """A column.

    Attributes:
        source: the column's name in the source.
        kind: DuckDB's type name.
        sort_by: another column of the table, in whose order this one's values stand.
    """

    name: str
    source: str
    kind: str
    description: str
    folder: str = ""
    format: str = ""
    is_hidden: bool = False
    is_key: bool = False
    sort_by: str = ""


@dataclass(frozen=True)
class Measure:
    """A measure; `dynamic_format` is DAX that yields the format, in place of `format`."""

    name: str
    formula: str
    description: str
    folder: str = ""
    format: str = ""
    dynamic_format: str = ""


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        source: Parquet file, or a folder of such, relative to the published folder; or "", and then
            `rows` say it.
        rows: M expression of a table that is written down in the project itself.
        levels: columns of its hierarchy "Calendar", the coarsest first; only of the date table.
    """

    name: str
    description: str
    columns: tuple[ModelColumn, ...]
    source: str = ""
    rows: str = ""
    measures: tuple[Measure, ...] = ()
    levels: tuple[tuple[str, str], ...] = ()
    is_hidden: bool = False


@dataclass(frozen=True)
class Relationship:
    """Many rows of `table` to one of `to_table`. Filters go from the one to the many only."""

    table: str
    column: str
    to_table: str
    to_column: str
    is_active: bool

    @property
    def id(self) -> str:
        return lineage(self.table, self.column, self.to_table, self.to_column)


@dataclass(frozen=True)
class Role:
    """Who sees which rows: table → DAX that is true of them."""

    name: str
    description: str
    permissions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Model:
    """Everything there is."""

    tables: tuple[Table, ...]
    relationships: tuple[Relationship, ...]
    roles: tuple[Role, ...]
    parameters: tuple[tuple[str, str, str], ...]
    """Name, value and description of what people set."""

    @property
    def dates(self) -> Table | None:
        """The calendar."""
        return next((table for table in self.tables if table.levels), None)

"""The mapping file: which table holds which entity, and which column is which of ours."""

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from connectors.contract import SourceError, first_problem
from connectors.file_drop.schema import entities

NAME = "sql_database"
_STRICT = ConfigDict(extra="forbid", frozen=True)


class Mapped(BaseModel):
    """One table (or view) whose rows are rows of an entity.

    Attributes:
        table: its name, with the schema before a dot where that is not the default one.
        columns: our column → theirs.
        constants: our column → what every row has there.
        values: our column → their value → ours (`status: {"3": solved}`).
        extra: further columns of theirs, kept in `remote_data`.
        cursor: column that grows with every change; without one the table is read whole each time.
        lookback: how far before the cursor is read again: minutes where it is a time, else numbers.
        deleted: column that is true, or not null, in rows that are deleted.
        time_zone: of times that the table keeps without a zone.
    """

    model_config = _STRICT

    table: str
    columns: dict[str, str]
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    extra: tuple[str, ...] = ()
    cursor: str | None = None
    lookback: int = Field(default=60, ge=0)
    deleted: str | None = None
    time_zone: str = "UTC"

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is not an IANA time zone") from None
        return value

    @property
    def wanted(self) -> list[str]:
        """Every column of the table that is read, once."""
        ruling = (name for name in (self.cursor, self.deleted) if name)
        return list(dict.fromkeys([*self.columns.values(), *self.extra, *ruling]))


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class Mapping(BaseModel):
    """The whole file. `system` scopes every id; `tables`: entity → one table, or several."""

    model_config = _STRICT

    system: str = Field(min_length=1)
    tables: dict[str, Annotated[list[Mapped], BeforeValidator(_listed)]]


def read_mapping(path: Path) -> Mapping:
    """The mapping of a file, held against our terms.

    Raises:
        SourceError: there is no such file, or it says something that cannot be followed.
    """
    remedy = "see connectors/sql_database/README.md"
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        mapping = Mapping.model_validate(read)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
        raise SourceError(NAME, str(path), why, "correct `mapping` in channels.yml") from None
    except yaml.YAMLError as error:
        raise SourceError(NAME, path.name, " ".join(str(error).split()), remedy) from None
    except ValidationError as error:
        raise SourceError(NAME, path.name, first_problem(error)[1], remedy) from None
    for entity, tables in mapping.tables.items():
        for table in tables:
            if problem := _problem(entity, table):
                raise SourceError(NAME, f"{path.name}: {table.table}", problem, remedy)
    return mapping


def _problem(entity: str, table: Mapped) -> str | None:
    """What of our terms a table's mapping does not keep to."""
    if entity not in entities():
        return f"{entity} is no entity of ours; there are: {', '.join(entities())}"
    known, given = entities()[entity], {*table.columns, *table.constants}
    if unknown := (given | set(table.values)) - set(known.columns):
        return f"{entity} has no column {', '.join(sorted(unknown))} (docs/file_drop.md)"
    if missing := [name for name in known.required if name not in given]:
        return f"{entity} needs {', '.join(missing)}; name their columns, or give constants"
    return None

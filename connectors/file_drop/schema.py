"""`schema.yml` as types: the entities a drop file may hold, their columns and forms."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

Form = Literal[
    "id",
    "text",
    "instant",
    "date",
    "number",
    "integer",
    "boolean",
    "json",
    "zone",
    "clock_time",
    "weekday",
]

# What the connector adds to every row of an entity.
ADDED = ("remote_data", "drop_folder", "drop_file", "drop_version", "drop_refusal")
# Where a row came from and when, not what it says: a row that differs only here is a duplicate.
PROVENANCE = ("drop_file", "drop_row", "drop_version", "drop_refusal")


class Column(BaseModel):
    """One column of an entity. Values stay text; the form is what the gate demands of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Form = "text"
    one_of: tuple[str, ...] = ()
    required: bool = False
    note: str = ""


class Entity(BaseModel):
    """One kind of row: its grain in words, its key, its columns in documented order.

    `person` is handed on to resources.yml as it is; `inherited` names the columns it has because
    every entity has them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    grain: str
    key: tuple[str, ...] = Field(min_length=1)
    person: dict[str, Any]
    columns: dict[str, Column]
    inherited: tuple[str, ...] = ()

    @field_validator("columns", mode="before")
    @classmethod
    def _expand(cls, value: dict[str, Any]) -> dict[str, Any]:
        return {n: {"form": spec} if isinstance(spec, str) else spec for n, spec in value.items()}

    @property
    def required(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.required]

    def fills_with_empty(self, column: str) -> bool:
        """Whether an absent value is stored as empty text: an optional part of the key, for a key
        with a null in it never equals itself."""
        return column in self.key and not self.columns[column].required


class _SchemaFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    common: dict[str, Column]
    entities: dict[str, Entity]


@cache
def entities() -> dict[str, Entity]:
    """All entities by name, each with the common columns after its own."""
    text = (Path(__file__).with_name("schema.yml")).read_text()
    parsed = _SchemaFile(**yaml.safe_load(text))
    return {name: _with_common(entity, parsed.common) for name, entity in parsed.entities.items()}


def _with_common(entity: Entity, common: dict[str, Column]) -> Entity:
    more = {name: column for name, column in common.items() if name not in entity.columns}
    return entity.model_copy(
        update={"columns": {**entity.columns, **more}, "inherited": tuple(more)}
    )

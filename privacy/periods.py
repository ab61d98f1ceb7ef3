"""`retention.yml` as types: what is kept how long; an error names the file, line and key."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.contract import ROOM, Resource, resources
from warehouse.typed_yaml import parse

FILE = Path(__file__).with_name("retention.yml")
_STRICT = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
# What rows are tied to, besides people.
HEADS = {"conversation", "recording"}


class BadPeriods(ValueError):
    """retention.yml says something that cannot be followed."""


class Period(BaseModel):
    """Days to keep; None is for ever."""

    model_config = _STRICT

    days: int | None = Field(default=None, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _forever(cls, value: Any) -> Any:
        return {} if value == "forever" else value


class RawPeriod(Period):
    """Days to keep raw rows of one head resource, counted from its column `by`."""

    days: int = Field(ge=1)
    by: str
    shortens_history: bool = False

    @model_validator(mode="after")
    def _meant(self) -> "RawPeriod":
        if not self.shortens_history:
            raise ValueError(
                "marts are built from raw rows and would lose their older part; "
                "add `shortens_history: true` if that is meant"
            )
        return self


class Periods(BaseModel):
    """The whole file. Every default is the safe one: for ever."""

    model_config = _STRICT

    raw: dict[str, RawPeriod] = {}
    quarantine: Period = Period()
    published: Period = Period()
    landing: Period = Period()
    logs: Period = Period()
    outreach: Period = Period()
    dbt_results: Period = Field(default=Period(), alias="ops.dbt_results")
    loads: Period = Field(default=Period(), alias="ops.loads")
    retention: Period = Field(default=Period(), alias="ops.retention")
    rewrite_at_share: float = Field(default=0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _known(self) -> "Periods":
        for name, period in self.raw.items():
            declared = _resource(name)
            if period.by not in declared.columns:
                columns = ", ".join(declared.columns)
                raise ValueError(f"raw.{name}.by: {period.by} is none of its columns: {columns}")
            head = head_of(name)
            if head:
                raise ValueError(f"raw.{name}: its rows go with {head}; set the period there")
        return self

    def by_place(self, removed: Iterable[str]) -> dict[str, Period]:
        """The period of every place something was removed from."""
        own = {"published": self.published, "landing": self.landing, "logs": self.logs}
        own |= {"ops.dbt_results": self.dbt_results, "ops.loads": self.loads}
        own["ops.retention"] = self.retention
        found: dict[str, Period] = {}
        for place in removed:
            schema, _, name = place.partition(".")
            if schema.startswith("raw_"):
                source = schema.removeprefix("raw_")
                head = f"{source}.{name}"
                while head not in self.raw and (above := head_of(head)):
                    head = above
                found[place] = self.raw[head]
            else:
                groups = {"quarantine": self.quarantine, "outreach": self.outreach}
                found[place] = own.get(place) or groups[schema]
        return found


def _resource(name: str) -> Resource:
    source, _, resource = name.partition(".")
    known = resources(source) if (ROOM / source / "resources.yml").exists() else {}
    if resource not in known:
        raise ValueError(f"raw.{name}: no such table; write <source>.<resource>")
    return known[resource]


def head_of(name: str) -> str | None:
    """The resource of the same source that rows of this one follow; None for a head."""
    source = name.partition(".")[0]
    clause = _resource(name).person
    followed = {kind for kind in (clause.of if clause else {}) if kind in HEADS}
    if clause is not None:
        followed -= set(clause.leaves)
    for other, declared in resources(source).items():
        if declared.person and followed & set(declared.person.leaves):
            return f"{source}.{other}"
    return None


def read_periods(path: Path = FILE) -> Periods:
    """Read and check the file.

    Raises:
        BadPeriods: naming file, line, key and what is wrong.
    """
    return parse(path.read_text(), Periods, path.name, BadPeriods)

"""How a row is tied to a person: the `person:` clause of `resources.yml`, checked.

A path names a column, or a place within a JSON column: `hidden.email`, `to_addresses[]`,
`conversation_parts.conversation_parts[].author.id`, `declared_external_ids.*` (`paths.py`). What
the clause does to a row is in `judging.py`.
"""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

Kind = Literal["contact", "email", "phone", "account", "conversation", "recording"]
_STRICT = ConfigDict(extra="forbid", frozen=True)


class Tie(BaseModel):
    """A place that holds an identifier.

    Attributes:
        system: path to the system the id belongs to, where that is not the row's own.
        where: column → value that the row must have for the place to mean a customer.
        also: columns that say more about whoever is named here; emptied with it.
        next_of: where to take somebody else from, when the row stays without the person.
    """

    model_config = _STRICT

    path: str
    system: str | None = None
    where: dict[str, str] = {}
    also: tuple[str, ...] = ()
    next_of: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"path": value} if isinstance(value, str) else value


Ties = dict[Kind, tuple[Tie, ...]]


class Among(BaseModel):
    """A row of several people: it goes when nobody but the person is in these places.

    Attributes:
        of: the places.
        when: only where this column is true (a mail of our own); elsewhere the row is its writer's.
        besides_domain_of: addresses of the same mail domain as this column's are ours, not people.
    """

    model_config = _STRICT

    of: Ties
    when: str | None = None
    besides_domain_of: str | None = None


class Said(BaseModel):
    """What single people said within one row: entries of a list (`…[]`), or one object."""

    model_config = _STRICT

    at: str
    by: Ties


class Person(BaseModel):
    """How rows of a resource are tied to a person.

    Attributes:
        nobody: rows are about no customer (settings, staff); only mentions are blanked out.
        system: column that names the system of the row's ids; the source itself when not given.
        of: the row is the person's as soon as one of these places names them: it goes whole.
        among: the row is shared: see `Among`.
        said: what the person said in a row that stays is taken out.
        names: other places that name people: emptied, the row stays.
        leaves: keys that other rows are tied to; they are remembered when a row goes.
    """

    model_config = _STRICT

    nobody: bool = False
    system: str | None = None
    of: Ties = {}
    among: Among | None = None
    said: tuple[Said, ...] = ()
    names: Ties = {}
    leaves: dict[Kind, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _decided(self) -> "Person":
        if self.nobody == bool(self.of or self.among or self.said or self.names):
            raise ValueError("say either `nobody: true` or how a row is tied to a person")
        return self

    def ties(self) -> Iterator[tuple[Kind, Tie]]:
        """Every place that may name the person, with its kind."""
        for group in (self.of, self.among.of if self.among else {}, self.names):
            for kind, places in group.items():
                yield from ((kind, tie) for tie in places)
        for said in self.said:
            for kind, places in said.by.items():
                for tie in places:
                    yield kind, tie.model_copy(update={"path": f"{said.at}.{tie.path}"})

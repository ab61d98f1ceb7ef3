"""What an entry of `registered.py` says about a connector."""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from connectors.contract import Credentials
from tests.connectors.faults.surprises import EVERY_ANSWER, Where

BOTH, FIRST, LATER = ("first", "later"), ("first",), ("later",)


def _no_extra(_: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Tried:
    """One connector.

    Attributes:
        serve: the vendor's server over data that lies in (or is written to) the folder; no rate
            limit that the matrix could reach.
        login: user name and secret.
        settings: as in channels.yml; small pages.
        extra: the connection's extra, given the vendor's address.
        secrets: the keys of the extra that nobody else may know.
        small: sizes that are no settings: where they stand (`module.NAME`), and what they are here.
        holds: which answers have records as they land.
        picks: the connector lands the fields that it knows, not what else a record has.
        numbers: fields of records that hold a whole number, cursors among them.
        nested: fields that hold an object or a list.
        shows: the column that the reason names when such a field is not what it was, where it is
            another one.
        says: other words of a fault than `faults.py` expects, by the fault's name; empty: the run
            goes through.
        positions: at which requests the faults are tried. Both for the connectors that stand for a
            way of asking; the others have theirs at a later request, where something has come.
        surprised_at: from which request on a record surprises. `later` needs requests in an order
            that holds, and records with every named field in the second half of them.
        empty: tables that a first run leaves empty.
    """

    name: str
    serve: Callable[[Path], FastAPI]
    login: tuple[str, str]
    settings: dict[str, Any] = field(default_factory=dict)
    extra: Callable[[str], dict[str, Any]] = _no_extra
    secrets: tuple[str, ...] = ()
    small: dict[str, int] = field(default_factory=dict)
    holds: Where = EVERY_ANSWER
    picks: bool = False
    numbers: tuple[str, ...] = ()
    nested: tuple[str, ...] = ()
    shows: dict[str, str] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    positions: tuple[str, ...] = LATER
    surprised_at: tuple[str, ...] = FIRST
    empty: frozenset[str] = frozenset()

    def source(self, address: str) -> Any:
        """The connector's dlt source, signed in at an address."""
        module = import_module(f"connectors.{self.name}.source")
        login, secret = self.login
        there = Credentials(
            base_url=address, login=login, password=secret, extra=self.extra(address)
        )
        return module.source(there, **self.settings)

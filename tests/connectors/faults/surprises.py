"""Answers in which one record is not what it was: a field more, a text for a number, a null."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.connectors.faults.proxy import Exchange, Spoiler

NEW_FIELD, TEXT = "surprise_field", "soon"
Row = dict[str, Any]


KEYS = ("id", "sid", "token", "reviewId")


def records(body: Any) -> Iterator[Row]:
    """The records of an answer, known by their key: the members of its lists, or the answer."""
    lists = body.values() if isinstance(body, dict) else [body]
    found = [row for rows in lists if isinstance(rows, list) for row in rows]
    for row in [*found, body]:
        if isinstance(row, dict) and any(isinstance(row.get(key), str | int) for key in KEYS):
            yield row


@dataclass(frozen=True)
class Where:
    """Answers in which a record may surprise: a path (regular expression), the records in one."""

    path: str = ".*"
    records: Callable[[Any], Iterable[Row]] = records


EVERY_ANSWER = Where()


def _edited(edit: Callable[[Row], bool], where: Where, position: str) -> Spoiler:
    """Edits the 'first' answer in which there is something to edit, or a 'later' one."""
    skipped = [True] if position == "later" else []

    def spoil(exchange: Exchange) -> bool:
        if not re.fullmatch(where.path, urlsplit(exchange.handler.path).path):
            return False
        answer = exchange.ask()
        try:
            body = json.loads(answer.body)
        except ValueError:
            return False
        if not any(edit(row) for row in where.records(body)):
            return False
        if skipped and skipped.pop():
            return False
        answer.body = json.dumps(body).encode()
        exchange.give(answer)
        return True

    return spoil


def new_field(where: Where, position: str) -> Spoiler:
    def edit(row: Row) -> bool:
        row[NEW_FIELD] = {"since": "today"}
        return True

    return _edited(edit, where, position)


def set_field(
    where: Where, position: str, field: str, kind: type | tuple[type, ...], value: Any
) -> Spoiler:
    """The first record whose `field` is of the kind gets the value there."""

    def edit(row: Row) -> bool:
        found = row.get(field)
        if not isinstance(found, kind) or isinstance(found, bool):
            return False
        row[field] = value
        return True

    return _edited(edit, where, position)


def text_for_number(where: Where, position: str, field: str) -> Spoiler:
    return set_field(where, position, field, int, TEXT)


def null_for_nested(where: Where, position: str, field: str) -> Spoiler:
    return set_field(where, position, field, (dict, list), None)

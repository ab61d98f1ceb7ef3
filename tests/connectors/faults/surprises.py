"""Answers in which one record is not what it was: a field more, a text for a number, a null."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.connectors.faults.proxy import Exchange, Spoiler

NEW_FIELD, TEXT = "surprise_field", "soon"
Row = dict[str, Any]
Where = tuple[str, str]
"""Paths that answer with records as they land; and the 'first' such answer or a 'later' one."""


def records(body: Any) -> Iterator[Row]:
    """The records of an answer: the members of its lists (or of itself, if it is one), or the
    answer itself."""
    if isinstance(body, list):
        body = {"": body}
    if not isinstance(body, dict):
        return
    for value in body.values():
        if isinstance(value, list):
            yield from (row for row in value if isinstance(row, dict))
    yield body


def _edited(edit: Callable[[Row], bool], where: Where) -> Spoiler:
    holds, position = where
    skipped = [True] if position == "later" else []

    def spoil(exchange: Exchange) -> bool:
        if not re.fullmatch(holds, urlsplit(exchange.handler.path).path):
            return False
        answer = exchange.ask()
        try:
            body = json.loads(answer.body)
        except ValueError:
            return False
        if not any(edit(row) for row in records(body)):
            return False
        if skipped and skipped.pop():
            return False
        answer.body = json.dumps(body).encode()
        exchange.give(answer)
        return True

    return spoil


def _a_key(row: Row) -> bool:
    return any(isinstance(row.get(key), str | int) for key in ("id", "sid", "token"))


def new_field(where: Where) -> Spoiler:
    def edit(row: Row) -> bool:
        if not _a_key(row):
            return False
        row[NEW_FIELD] = {"since": "today"}
        return True

    return _edited(edit, where)


def set_field(where: Where, field: str, kind: type | tuple[type, ...], value: Any) -> Spoiler:
    """The first record whose `field` is of the kind gets the value there."""

    def edit(row: Row) -> bool:
        found = row.get(field)
        if not _a_key(row) or not isinstance(found, kind) or isinstance(found, bool):
            return False
        row[field] = value
        return True

    return _edited(edit, where)


def text_for_number(where: Where, field: str) -> Spoiler:
    return set_field(where, field, int, TEXT)


def null_for_nested(where: Where, field: str) -> Spoiler:
    return set_field(where, field, (dict, list), None)

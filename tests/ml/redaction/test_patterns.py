"""No expression of the redactor takes exponential time: repeats are bounded or cannot overlap."""

import importlib
import pkgutil
import re
import re._parser as parser
from collections.abc import Iterator
from typing import Any

import pytest

import ml.redaction

PLAIN = {"_RUN", "_PLAIN_FORM"}
"""Digits with separators between: each round must eat a digit, and no separator is one."""


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for module in pkgutil.iter_modules(ml.redaction.__path__):
        found = vars(importlib.import_module(f"ml.redaction.{module.name}"))
        for name, value in found.items():
            values = value.items() if isinstance(value, dict) else [("", value)]
            for key, item in values:
                if isinstance(item, re.Pattern):
                    yield f"{module.name}.{name}{key and f'[{key}]'}", item


def repeats(node: Any, inside_unbounded: bool = False) -> Iterator[str]:
    """Unbounded repeats of anything but one character, and repeats inside unbounded ones."""
    if isinstance(node, (list, parser.SubPattern)):
        for item in node:
            yield from repeats(item, inside_unbounded)
    elif isinstance(node, tuple):
        if node and str(node[0]) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            _, most, body = node[1]
            unbounded = most == parser.MAXREPEAT
            single = len(body) == 1 and str(body[0][0]) in {
                "IN",
                "LITERAL",
                "NOT_LITERAL",
                "ANY",
                "CATEGORY",
            }
            if inside_unbounded or (unbounded and not single):
                yield str(node[0])
            yield from repeats(body, unbounded)
        else:
            for item in node:
                yield from repeats(item, inside_unbounded)


@pytest.mark.parametrize("name", sorted({name for name, _ in patterns()}))
def test_repeats_are_bounded(name) -> None:
    (pattern,) = {item.pattern for found, item in patterns() if found == name}
    if name.split(".")[1] in PLAIN:
        return
    assert not list(repeats(parser.parse(pattern, re.UNICODE)))


def test_the_check_sees_a_nested_repeat() -> None:
    assert list(repeats(parser.parse(r"(?:a+b?)+")))
    assert not list(repeats(parser.parse(r"\d+x{1,4}(?:ab){0,3}")))

"""Texts with `{name}` or `{name|otherwise}` in them, filled in SQL from a row's columns.

`outreach/` keeps messages as they are written; who sends or publishes one fills it from the marts,
so that no table of ours holds a name. `otherwise` stands where the row has no value.
"""

import re
from collections.abc import Iterable, Mapping

NAMES = ("customer_name", "account_name", "owner", "topic")
"""What a message may say of a customer: columns of a list's mart."""

_ONE = re.compile(r"\{([^{}|]*)(\|[^{}]*)?\}")


def wrong_in(text: str) -> str | None:
    """What is wrong with a text's placeholders, in words; None when nothing is."""
    for name in (found[1] for found in _ONE.finditer(text)):
        if name not in NAMES:
            return f"no placeholder {{{name}}}; there are {', '.join(NAMES)}"
    if "{" in (rest := _ONE.sub("", text)) or "}" in rest:
        return "a brace that belongs to no placeholder; write {name} or {name|otherwise}"
    return None


def of_relation(relation: str, columns: Iterable[str]) -> dict[str, str]:
    """Where the values of names stand in a row: those that the relation has as columns."""
    has = set(columns)
    return {name: f"{relation}.{name}" for name in NAMES if name in has}


def filled(text: str, values: Mapping[str, str]) -> str:
    """SQL: a text column with its placeholders filled.

    Args:
        text: the column, qualified.
        values: SQL of the value by name; a name without one is filled with its `otherwise`.
    """
    for name in NAMES:
        value = f"nullif(trim({values[name]}), '')" if name in values else "cast(null as varchar)"
        if name == "topic":
            value = f"replace({value}, '_', ' ')"
        # A value's own braces and backslashes would be read as placeholders and group numbers.
        plain = f"regexp_replace({value}, '[{{}}\\\\]', ' ', 'g')"
        pattern = f"'\\{{{name}(\\|([^{{}}]*))?\\}}'"
        text = f"regexp_replace({text}, {pattern}, coalesce({plain}, '\\2'), 'g')"
    return text

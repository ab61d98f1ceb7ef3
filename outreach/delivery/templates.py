"""Texts with `{columns}` in them, filled from a row of the list. Nothing else can be asked for."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from string import Formatter
from typing import Any

from warehouse.clock import iso

_NUMBERS = frozenset(
    {"position", "score", "health_score", "amount_per_month", "value_per_month"}
    | {"days_on_list", "expected_value", "risk_score"}
)
_WHO = frozenset({"customer_id", "customer_name", "email", "phone", "account_name", "owner"})
_WHAT = frozenset({"band", "currency", "top_reasons", "topic", "channel"})
_TIMES = frozenset(
    {"last_contact_at", "as_of", "since", "due_at", "incident_first_date", "incident_last_date"}
)
# What the list says of an entry; the mart says the rest.
OF_ENTRY = frozenset(
    {"position", "entry_id", "state", "since", "days_on_list", "expected_value", "owner"}
    | {"owner_note"}
)
PLAY = frozenset(
    {"play", "play_description", "play_owner", "play_channel", "play_why", "message", "due_at"}
)
"""What to do about the customer (outreach/playbook); `message` in full."""
COLUMNS = _NUMBERS | _WHO | _WHAT | _TIMES | OF_ENTRY | PLAY
"""What of an entry a target may be given, as far as its list has it."""

ID_IN = re.compile(r"id_in_([a-z_]+)")
_WHOLE = "count"  # how many entries a digest holds
_FORMATTER = Formatter()


class BadTemplate(ValueError):
    """The text asks for something that there is not."""


def columns_in(template: str) -> set[str]:
    """The columns a text names.

    Raises:
        BadTemplate: a name that is no column, or anything but a name.
    """
    try:
        parts = list(_FORMATTER.parse(template))
    except ValueError as error:
        raise BadTemplate(f"{template!r}: {error}; write {{{{ for a brace") from None
    named = set()
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if not (name in COLUMNS or name == _WHOLE or ID_IN.fullmatch(name)) or conversion:
            columns = ", ".join(sorted(COLUMNS))
            raise BadTemplate(f"{template!r}: no column {name!r}; there are {columns}")
        try:
            _shown(_example(name), form or "")
        except ValueError:
            raise BadTemplate(f"{template!r}: {name} cannot be written as {form!r}") from None
        named.add(name)
    return named


def fill(
    template: str, row: Mapping[str, Any], escape: Callable[[str], str] = lambda text: text
) -> str:
    """The text with a row's values; what a row lacks is left empty. `escape` is for values only."""
    filled = []
    for text, name, form, _ in _FORMATTER.parse(template):
        filled.append(text)
        if name is not None:
            filled.append(escape(_shown(row.get(name), form or "")))
    return "".join(filled)


def value_of(template: str, row: Mapping[str, Any]) -> Any:
    """Like `fill`, but a text that is one column alone gives its value as it is."""
    [first, *more] = list(_FORMATTER.parse(template)) or [("", None, None, None)]
    if not more and not first[0] and first[1] is not None and not first[2]:
        value = row.get(first[1])
        return float(value) if isinstance(value, Decimal) else value
    return fill(template, row)


def _shown(value: Any, form: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return format(value.astimezone(UTC), form) if form else iso(value)
    return format(value, form)


def _example(name: str) -> Any:
    """A value of a column's kind, to try a form on."""
    if name in _NUMBERS:
        return 1
    return datetime(2026, 1, 1, tzinfo=UTC) if name in _TIMES else ""

"""Identifiers within texts: found by their shape, compared by digest, blanked out.

Somebody else's row that merely mentions an erased person (an address in a Cc, a number in a note,
an account number in a link) stays; the mention does not.
"""

import json
import re
from itertools import islice, takewhile
from typing import Any

from connectors.ledger import Ledger

ERASED = "[erased]"

# `\w` (in brackets) is letters, digits and _; RE2 (DuckDB) is told in its own words.
_SHAPES = {
    "email": r"[\w][\w.%+\-]*@[\w\-]+(?:\.[\w\-]+)+",
    "phone": r"\+?[0-9(][0-9 ().\-/]{5,22}[0-9]",
    # An id: eight characters or more; only those with a digit are looked at.
    "mention": r"[A-Za-z0-9][A-Za-z0-9_\-]{6,}[A-Za-z0-9]",
}
_COMPILED = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}
_ID = re.compile(_SHAPES["mention"])
# The name before an address goes with it: `Jane Doe <jane@x>`, `"Doe, Jane" <jane@x>`.
_NAMED = re.compile(r'(?:(?<![^\s,;:])"[^"\n]*"|(?P<phrase>[^<>,;:"\n\[\]]{1,80}))?\s*<\[erased\]>')
_NAME_WORD = re.compile(r"(?:[^\W\d_]|[.'’\-])+")
_LONGEST_NAME = 4
_WORD, _LETTERS = r"\w", r"\p{L}\p{N}_"
_ESCAPES = r"\\(u00[0-1][0-9a-f]|.)"


def can_be_mentioned(value: str) -> bool:
    """Whether an id is looked for in texts: long, with a digit, and if a number then a long one."""
    if not _ID.fullmatch(value) or not any(c.isdigit() for c in value):
        return False
    return len(value) >= 10 if value.isdigit() else True


def shapes_in_sql(column: str) -> list[str]:
    """DuckDB expressions that list what has one of the shapes in a text (or JSON text).

    Numbers with spaces are looked for apart: within a run of letters and digits they are ids.
    """
    plain = f"regexp_replace({column}, '{_ESCAPES}', ' ', 'g')"
    email = _SHAPES["email"].replace(_WORD, _LETTERS)
    shapes = [f"{email}|{_SHAPES['mention']}", _SHAPES["phone"]]
    return [f"regexp_extract_all({plain}, '{shape}')" for shape in shapes]


def kinds_of(found: str) -> tuple[str, ...]:
    """What something of one of the shapes may be."""
    if "@" in found:
        return ("email",)
    return ("phone", "mention") if can_be_mentioned(found) else ("phone",)


def blank_out(value: Any, erased: Ledger) -> Any:
    """A value (text, JSON text, list, object) without mentions of erased people.

    A number that is one becomes null. The same object where nothing is mentioned.
    """
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        text = str(value)
        return None if can_be_mentioned(text) and erased.has("mention", text) else value
    if isinstance(value, list):
        return [blank_out(inner, erased) for inner in value]
    if isinstance(value, dict):
        return {blank_out(name, erased): blank_out(inner, erased) for name, inner in value.items()}
    if not isinstance(value, str) or len(value) < 7:
        return value
    if value[0] in "[{":
        try:
            document = json.loads(value)
        except ValueError:
            return _without(value, erased)
        if isinstance(document, dict | list):
            kept = blank_out(document, erased)
            return value if kept == document else json.dumps(kept, ensure_ascii=False)
    return _without(value, erased)


def _without(text: str, erased: Ledger) -> str:
    kept = text
    for kind, shape in _COMPILED.items():

        def instead(found: re.Match[str], kind: str = kind) -> str:
            return _instead(kind, found[0], erased)

        kept = shape.sub(instead, kept)
    return kept if kept == text else _NAMED.sub(_without_name, kept)


def _without_name(found: re.Match[str]) -> str:
    """A blanked address without the name before it; the rest is somebody else's words and stays.

    A phrase of a few words, none with a digit, is a name however it is written; of a longer one
    the last words that begin with a capital letter are.
    """
    phrase = found["phrase"] or ""
    words = list(re.finditer(r"\S+", phrase))
    if len(words) > _LONGEST_NAME or not all(_NAME_WORD.fullmatch(word[0]) for word in words):
        capital = takewhile(lambda word: word[0][0].isupper(), reversed(words))
        words = list(islice(capital, _LONGEST_NAME))[::-1]
    return phrase[: words[0].start()] + ERASED if words else f"{phrase}{ERASED}"


def _instead(kind: str, found: str, erased: Ledger) -> str:
    if kind == "mention" and not can_be_mentioned(found):
        return found
    return ERASED if erased.has(kind, found) else found

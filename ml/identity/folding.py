"""One shape for all text: small letters, no accents, plain spaces, nothing invisible.

ASCII text is folded by SQL. Anything else goes through Python, a column at a time, so that absurd
Unicode (bidi
marks, zero width, full width, emoji) ends as letters and digits, or as nothing.
"""

import unicodedata

import duckdb
import pyarrow as pa

from ml.identity.functions import register

LONGEST = 300
"""Longer text is cut here: no name, address or company needs more."""

_FOLD = "heedline_fold"
_NO_DECOMPOSITION = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"}
)
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´′", "'") | dict.fromkeys("‐‑‒–—−", "-"))


def fold(text: str) -> str:
    """Compatibility-decomposed, case-folded, without marks and invisible characters.

    >>> fold("  Ｊosé\u200b Łuczak ")
    'jose luczak'
    """
    text = unicodedata.normalize("NFKD", text[: 4 * LONGEST].translate(_APOSTROPHES)).casefold()
    kept = []
    for character in text.translate(_NO_DECOMPOSITION):
        category = unicodedata.category(character)
        if category[0] in "LN" or character in "'.,-/&@+_#":
            kept.append(character)
        elif category[0] in "ZSP" or character in "\t\n\r":
            kept.append(" ")
    return " ".join("".join(kept).split())[:LONGEST]


def _fold_array(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if v is None else fold(v) for v in values.to_pylist()], pa.string())


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the Python folding callable from SQL on this connection (again is harmless)."""
    register(connection, _FOLD, _fold_array, 1)


def folded(text: str) -> str:
    """SQL: `text` folded; empty text and words for "nothing" become null."""
    ascii_text = (
        f"trim(regexp_replace(lower(left({text}, {LONGEST})), '[^\\x21-\\x7e]+', ' ', 'g'))"
    )
    shaped = (
        f"case when regexp_matches({text}, '[^\\x00-\\x7f]') then {_FOLD}({text}) "
        f"else {ascii_text} end"
    )
    return (
        f"(case when regexp_matches({shaped}, '[\\p{{L}}\\p{{N}}]') "
        f"and {shaped} not in ('null', 'none', 'n/a', 'nan', 'unknown', 'nil') then {shaped} end)"
    )

"""Names of persons and companies as comparable text: honorifics, particles, nicknames, legal forms.

Everything is an SQL expression over text that `folding.folded` has folded (small letters, no
accents, single spaces),
so that a million names cost seconds.
"""

from functools import lru_cache

import duckdb
from nicknames import NickNamer

HONORIFICS = [
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lady", "lord",
    "rev", "reverend", "hon", "judge", "capt", "captain", "col", "major", "sgt", "herr", "frau",
    "hr", "fr", "dipl", "ing", "mag", "monsieur", "madame", "mme", "mlle", "m.", "sr.", "sra",
    "srta", "senor", "senora", "signor", "signora", "dott",
]  # fmt: skip
"""Words before a name that are not part of it."""

SUFFIXES = [
    "jr", "sr", "ii", "iii", "iv", "phd", "md", "dds", "esq", "bsc", "msc", "mba", "ba", "ma",
    "cpa", "obe", "mbe", "cbe", "kbe", "bt", "baronet",
]  # fmt: skip
"""Words after a name that are not part of it."""

PARTICLES = [
    "van", "von", "vom", "zu", "zur", "der", "den", "de", "del", "della", "di", "da", "do",
    "dos", "das", "du", "la", "le", "les", "el", "al", "bin", "ibn", "ben", "bint", "ter",
    "ten", "te", "st", "saint", "san", "mac", "mc", "o", "abu", "ap",
]  # fmt: skip
"""Words that open a surname of several words."""

LEGAL_FORMS = [
    "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "ltd",
    "limited", "plc", "pty", "pte", "gmbh", "ag", "kg", "kgaa", "ohg", "ug", "se", "sa", "sas",
    "sarl", "srl", "spa", "bv", "nv", "oy", "ab", "as", "aps", "kk", "sl", "sro", "doo", "zrt",
    "kft", "gbr", "ev", "the", "and", "und", "et",
]  # fmt: skip
"""Words of a company's name that do not tell it from another."""


def sql_list(words: list[str]) -> str:
    """A list of words as SQL."""
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


def words(text: str) -> str:
    """SQL: the words of a folded text as a list; a hyphen stays inside its word, an apostrophe
    goes."""
    plain = f"regexp_replace(replace({text}, chr(39), ''), '[^\\p{{L}}\\p{{N}}-]+', ' ', 'g')"
    bare = f"regexp_replace({plain}, '(^| )-+|-+( |$)', ' ', 'g')"
    return f"list_filter(string_split({bare}, ' '), lambda w: w <> '')"


def without(tokens: str, unwanted: list[str]) -> str:
    """SQL: the list `tokens` less the unwanted words; as it is when nothing else is in it; null
    for an empty list."""
    return (
        f"coalesce(nullif(list_filter({tokens}, lambda w: not list_contains({sql_list(unwanted)}, "
        f"w)), []), "
        f"nullif({tokens}, []))"
    )


def joined(tokens: str) -> str:
    """SQL: the words without spaces and hyphens, null when nothing is left."""
    return f"nullif(replace(array_to_string({tokens}, ''), '-', ''), '')"


def pieces(tokens: str) -> str:
    """SQL: the words with hyphenated ones taken apart."""
    return f"string_split(replace(array_to_string({tokens}, ' '), '-', ' '), ' ')"


def mailbox_of_name(mailbox: str, given: str, surname: str) -> str:
    """SQL: do the letters before the @ spell the record's own name (jo.smith, smithj, jsmith42),
    and nothing else?

    Two such mailboxes are alike because the names are: that is no evidence of its own.
    """
    letters = f"regexp_replace(split_part({mailbox}, '@', 1), '[^\\p{{L}}]', '', 'g')"
    first, whole, last = f"{given}[1]", joined(given), joined(surname)
    shapes = [
        f"{one} || {other}"
        for name in (first, whole)
        for one, other in (
            (name, last),
            (last, name),
            (f"left({name}, 1)", last),
            (last, f"left({name}, 1)"),
        )
    ]
    shapes += [f"{first} || left({last}, 1)", first, last]
    return f"coalesce(list_contains([{', '.join(shapes)}], {letters}), false)"


def surname_start(tokens: str) -> str:
    """SQL: position (from 1) in the list `tokens` at which the surname starts; it is never the
    first word."""
    particles = sql_list(PARTICLES)
    marked = f"list_transform({tokens}[2:], lambda w: list_contains({particles}, w))"
    first = f"list_position({marked}, true)"
    return (
        f"case when {first} is not null and {first} + 1 < len({tokens}) then {first} + 1 "
        f"else len({tokens}) end"
    )


def company(text: str) -> str:
    """SQL: a folded company name without legal forms and spaces, null when nothing is left."""
    return joined(without(words(text), LEGAL_FORMS))


@lru_cache(maxsize=1)
def _roots() -> dict[str, list[str]]:
    """Given name → the full names it may be short for (source: the `nicknames` package)."""
    namer = NickNamer()
    roots: dict[str, set[str]] = {}
    for canonical, nicknames in namer.nickname_lookup.items():
        for nickname in nicknames:
            roots.setdefault(nickname, set()).add(canonical)
    return {name: sorted(canonicals) for name, canonicals in roots.items()}


def nickname_table(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Create the temporary table `table` (name, roots): full names for every short form that is
    known."""
    rows = sorted(_roots().items())
    connection.execute(f"create or replace temp table {table} (name varchar, roots varchar[])")
    connection.execute(
        f"insert into {table} select unnest(?::varchar[]), unnest(?::varchar[][])",
        [[name for name, _ in rows], [roots for _, roots in rows]],
    )

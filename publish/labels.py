"""What a column is called and filed under in a BI tool, from what the contract says of it."""

import re

from publish.marts import Column

# Written as people write them; other words are plain.
_WORDS = {
    *("id", "ids", "kpi", "kpis", "csat", "nps", "ces", "fcr", "sla", "auc", "utc", "url", "json"),
}
_FOLDERS = (("_id", "Ids"), ("_minutes", "Minutes"), ("_low", "Intervals"), ("_high", "Intervals"))
_SHARE_NAME = re.compile(r"(^|_)(share|rate|probability)$")
_SHARE_MEANING = re.compile(
    r"(Highest p|P)robability |(In|in) \[0, 1\]|Share (of|who) |How likely "
)
WHOLE = frozenset(
    f"{sign}{size}" for sign in ("", "U") for size in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
) | {"HUGEINT", "UHUGEINT"}
# Whole numbers that name or order things; their sum says nothing.
_NO_AMOUNT = re.compile(r"(_id|_number|(^|_)(rank|position|order|hour|weekday|class|days))$")
_ADDS_UP = re.compile(
    r"^(numerator|denominator|(lifetime|expected)_value|contribution)$"
    r"|(^|_)(amount|sum|customers)$|_per_month$"
)


def caption(name: str) -> str:
    """`first_response_minutes` as `First response minutes`, `fcr_decided` as `FCR decided`."""
    words = [word.upper() if word in _WORDS else word for word in name.split("_") if word]
    said = " ".join("IDs" if word == "IDS" else word for word in words)
    return said[:1].upper() + said[1:]


def folder(column: Column) -> str:
    """Where a tool files the column; empty for what stands at the top."""
    for ending, name in _FOLDERS:
        if column.name.endswith(ending):
            return name
    if column.kind == "BOOLEAN":
        return "Flags"
    return "Dates" if column.kind.startswith(("DATE", "TIME")) else ""


def is_share(column: Column) -> bool:
    """A number from 0 to 1 that is read as a percentage."""
    if column.kind not in {"DOUBLE", "FLOAT"}:
        return False
    return bool(_SHARE_NAME.search(column.name) or _SHARE_MEANING.match(column.description))


def is_additive(column: Column) -> bool:
    """An amount whose sum over rows says something."""
    return column.kind in WHOLE or bool(_ADDS_UP.search(column.name))


def is_amount(column: Column) -> bool:
    """A number that is counted with, not one that names something."""
    if column.kind in {"DOUBLE", "FLOAT"} or column.kind.startswith("DECIMAL"):
        return True
    return column.kind in WHOLE and not _NO_AMOUNT.search(column.name)

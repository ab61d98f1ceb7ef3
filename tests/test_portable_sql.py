"""Models stay portable (DuckDB today, Spark for scale-out) and replayable (no clock but `as_of`).

What differs between engines lives in `macros/portable.sql` alone.
"""

import re
from pathlib import Path

import pytest

DBT = Path(__file__).resolve().parent.parent / "dbt_project"
COMMENTS = re.compile(r"--[^\n]*|\{#.*?#\}|/\*.*?\*/", re.DOTALL)
TEXTS = re.compile(r"'(?:[^']|'')*'")
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)

RULES = {
    "a clock call; use as_of": r"\b(current_timestamp|current_date|get_current|(now|today)\s*\()",
    "a double-quoted identifier": r'"',
    "integer division //": r"//",
    "unnest or a list function; use a portable macro": r"\b(unnest|list_\w+|array_\w+)\s*\(",
    "dayofweek; use isodow through a portable macro": r"\bdayofweek\b",
    "an engine's own JSON operator; use json_text": r"->",
    "desc without nulls first/last": r"\bdesc\b(?!\s+nulls\s+(?:first|last))",
}


def bare(sql: str) -> str:
    """SQL without comments, Jinja and texts: what the engine would have to understand."""
    return TEXTS.sub("''", JINJA.sub(" ", COMMENTS.sub(" ", sql)))


def broken_rules(sql: str) -> list[str]:
    return [rule for rule, pattern in RULES.items() if re.search(pattern, bare(sql), re.IGNORECASE)]


@pytest.mark.parametrize(
    "file", sorted((DBT / "models").rglob("*.sql")), ids=lambda f: str(f.relative_to(DBT))
)
def test_model_is_portable(file: Path) -> None:
    assert broken_rules(file.read_text()) == []


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("select now()", "clock"),
        ('select "order" from t', "double-quoted"),
        ("select a // b", "integer division"),
        ("select unnest(a)", "unnest"),
        ("select a order by b desc", "desc"),
        ("select a->>'b'", "JSON"),
    ],
)
def test_the_rules_bite(sql: str, rule: str) -> None:
    assert any(rule in found for found in broken_rules(sql))


def test_the_rules_leave_good_sql_alone() -> None:
    sql = "select a -- now()\nfrom t where b = '//' order by c desc nulls last"
    assert broken_rules(sql) == []

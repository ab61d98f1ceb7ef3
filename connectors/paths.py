"""Places within a row: a column, or a path into its JSON (`hidden.email`, `to_addresses[]`)."""

import json
from collections.abc import Callable
from typing import Any

from warehouse.sql import identifier

Row = dict[str, Any]
Test = Callable[[Any], bool]


def steps(path: str) -> list[str]:
    """`a.b[].c` → a, b, [], c."""
    return path.replace("[]", ".[]").split(".")


def opened(row: Row, column: str) -> Any:
    """A column's value with JSON text read; None where it is no JSON."""
    value = row.get(column)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def put_back(row: Row, column: str, document: Any) -> None:
    """Store what `opened` gave, as text where it was text."""
    text = isinstance(row[column], str)
    row[column] = json.dumps(document, ensure_ascii=False) if text else document


def values(row: Row, path: str) -> list[Any]:
    """Every value at a path; nulls, lists and objects left out."""
    column, *rest = steps(path)
    found = [opened(row, column) if rest else row.get(column)]
    for step in rest:
        found = [inner for value in found for inner in _into(value, step)]
    return [value for value in found if value is not None and not isinstance(value, dict | list)]


def _into(value: Any, step: str) -> list[Any]:
    if step == "[]":
        return value if isinstance(value, list) else []
    if not isinstance(value, dict):
        return []
    return list(value.values()) if step == "*" else [value.get(step)]


def values_in_sql(path: str) -> str:
    """The same as a DuckDB expression: a list of texts (its column must exist)."""
    column, *rest = steps(path)
    text = f"cast({identifier(column)} as varchar)"
    if not rest:
        return f"[{text}]"
    place = "$" + "".join({"[]": "[*]", "*": ".*"}.get(step, f'."{step}"') for step in rest)
    found = f"json_extract_string(case when json_valid({text}) then {text} end, '{place}')"
    return found if {"[]", "*"} & set(rest) else f"[{found}]"


def take_out(row: Row, path: str, is_theirs: Callable[[Row], bool]) -> None:
    """Remove the entries of a list (`…[]`), or the one object, for which the test holds."""
    column, *rest = steps(path)
    document = opened(row, column)
    holder = document
    for step in rest:
        if step != "[]":
            holder = holder.get(step) if isinstance(holder, dict) else None
    if isinstance(holder, list):
        kept = [entry for entry in holder if not (isinstance(entry, dict) and is_theirs(entry))]
        if len(kept) < len(holder):
            holder[:] = kept
            put_back(row, column, document)
    elif not rest and isinstance(document, dict) and is_theirs(document):
        row[column] = None


def empty(row: Row, path: str, is_theirs: Test) -> bool:
    """Null a value, or drop it (`ids[]`) or its entry (`people[].id`) from its list, wherever the
    test holds; whether it did anywhere."""
    column, *rest = steps(path)
    if not rest:
        if row.get(column) is None or not is_theirs(row[column]):
            return False
        row[column] = None
        return True
    document = opened(row, column)
    changed = _emptied(document, rest, is_theirs)
    if changed:
        put_back(row, column, document)
    return changed


def _drop_entries(entries: list[Any], name: str, is_theirs: Test) -> bool:
    kept = [
        entry
        for entry in entries
        if not (isinstance(entry, dict) and entry.get(name) is not None and is_theirs(entry[name]))
    ]
    changed = len(kept) < len(entries)
    entries[:] = kept
    return changed


def _emptied(value: Any, rest: list[str], is_theirs: Test) -> bool:
    step, *deeper = rest
    if step == "[]":
        if not isinstance(value, list):
            return False
        if len(deeper) == 1 and deeper[0] not in {"[]", "*"}:
            return _drop_entries(value, deeper[0], is_theirs)
        if deeper:
            return bool(sum(_emptied(inner, deeper, is_theirs) for inner in value))
        kept = [inner for inner in value if inner is None or not is_theirs(inner)]
        changed = len(kept) < len(value)
        value[:] = kept
        return changed
    if not isinstance(value, dict):
        return False
    changed = False
    for name in list(value) if step == "*" else [step]:
        inner = value.get(name)
        if deeper:
            changed = _emptied(inner, deeper, is_theirs) or changed
        elif inner is not None and not isinstance(inner, dict | list) and is_theirs(inner):
            value[name], changed = None, True
    return changed

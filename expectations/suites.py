"""Suites are JSON files beside this module: one per landed resource, one per published mart.

`suites/raw/<source>/<resource>.json`, `suites/marts/<mart>.json`. Besides Great Expectations' own
keys, `meta` may hold, for a suite: `row_key` (columns that name a row), `place` (format string that
says where a row stands, e.g. `{drop_file} row {drop_row}`); for an expectation: `notes` (the
remedy), `problem` (what is wrong, after the value), `stands_alone` (its reason replaces others).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.errors import CheckerBroken

ROOM = Path(__file__).resolve().parent
RAW = ROOM / "suites" / "raw"
MARTS = ROOM / "suites" / "marts"

# These look at the table's columns themselves, so none may be added or left out for them.
_ABOUT_COLUMNS = ("expect_column_to_exist", "expect_table_column")


@dataclass(frozen=True)
class Suite:
    """One suite as read: `expectations` in Great Expectations' JSON form."""

    name: str
    expectations: tuple[dict[str, Any], ...]
    meta: dict[str, Any]

    def columns(self) -> list[str]:
        """Columns the expectations look into, in order of first mention."""
        named: dict[str, None] = {}
        for expectation in self.expectations:
            if expectation["type"].startswith(_ABOUT_COLUMNS):
                continue
            for key, value in expectation.get("kwargs", {}).items():
                if key in {"column", "column_A", "column_B"}:
                    named[str(value)] = None
                elif key == "column_list":
                    named |= dict.fromkeys(map(str, value))
        return list(named)

    def looks_at_column_names(self) -> bool:
        return any(e["type"].startswith(_ABOUT_COLUMNS) for e in self.expectations)


def read_suite(path: Path) -> Suite:
    """Read and check the shape of one suite file.

    Raises:
        CheckerBroken: the file is missing or not a suite.
    """
    where = path.relative_to(ROOM) if path.is_relative_to(ROOM) else path
    try:
        parsed = json.loads(path.read_text())
    except FileNotFoundError:
        raise CheckerBroken(
            f"{where}: no such suite; write one (even an empty list of expectations says: checked)"
        ) from None
    except ValueError as error:
        raise CheckerBroken(f"{where}: not JSON ({error}); mend the suite") from None
    listed = parsed.get("expectations") if isinstance(parsed, dict) else None
    if not isinstance(listed, list) or not all(
        isinstance(e, dict) and isinstance(e.get("type"), str) for e in listed
    ):
        raise CheckerBroken(
            f'{where}: not a suite; it needs "expectations": [{{"type": …, "kwargs": …}}]'
        )
    return Suite(
        str(parsed.get("name") or path.stem), tuple(listed), dict(parsed.get("meta") or {})
    )

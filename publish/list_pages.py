"""A page per list for the success team: who, why and what to do, to sort and to cut down by owner.

In the success team's folder, as it names people. One file each that asks the network for nothing,
drawn from the list beside it; the template is in `dashboards/report/`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from publish import scripts
from publish.pages import TEMPLATES, environment

_TITLES = {
    "at_risk": ("Customers at risk", "Most expected value first."),
    "growth": ("Customers to offer more", "Most expected value first."),
    "incident": ("Customers to tell of an incident", "Most at stake first."),
}


@dataclass(frozen=True)
class Head:
    """A column of the page."""

    label: str
    is_number: bool = False


_NOT_IN_EVERY_LIST = ("what_changed", "currency", "account_name", "top_reasons")
_HEADS = (
    Head("#", is_number=True),
    Head("Customer"),
    Head("Owner"),
    Head("Score", is_number=True),
    Head("A month", is_number=True),
    Head("On the list"),
    Head("Why"),
    Head("What to do"),
)


def write(folder: Path, database: Path, names: list[str], as_of: datetime) -> None:
    """Write `<list>.html` into `folder` for each of the lists in the database beside it."""
    script = (TEMPLATES / "list.js").read_text()
    template = environment().get_template("list.html.j2")
    for name in names:
        title, note = _TITLES.get(name, (name.replace("_", " ").capitalize(), ""))
        page = template.render(
            title=title,
            note=note,
            as_of=as_of,
            heads=_HEADS,
            rows=_rows(database, name),
            script=script,
            script_policy=scripts.policy(script),
            style=(TEMPLATES / "report.css").read_text(),
        )
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def _rows(database: Path, name: str) -> list[dict[str, Any]]:
    """The list's rows in its order; instants in UTC, columns that it lacks None."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = connection.execute(f"from {name}_customers order by position")
        columns = [column[0] for column in found.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        for name in _NOT_IN_EVERY_LIST:
            row.setdefault(name, None)
        if row["due_at"] is not None:
            row["due_at"] = row["due_at"].astimezone(UTC)
    return rows

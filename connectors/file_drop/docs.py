"""`python -m connectors.file_drop.docs`: write everything that follows from `schema.yml`.

The guide for people (docs/file_drop.md, begun by guide.md), the contract for the loader
(resources.yml) and the suites for the gate. A test compares `outputs()` with what is committed.
"""

import json
from pathlib import Path
from typing import Any

import yaml

from connectors.file_drop.checks import GONE_KEY, events_suite, files_suite, gone_suite, suite
from connectors.file_drop.cloud_events import type_of
from connectors.file_drop.events import COLUMNS, TABLE
from connectors.file_drop.schema import ADDED, PROVENANCE, Column, Entity, entities
from warehouse.settings import PROJECT_ROOT

_FILES_KEY = ["drop_folder", "drop_file", "content_hash"]

_GUIDE = Path(__file__).with_name("guide.md").read_text()


def outputs() -> dict[Path, str]:
    """Every generated file with its text."""
    raw = PROJECT_ROOT / "expectations" / "suites" / "raw"
    suites, mapped = raw / "file_drop", raw / "sql_database"
    texts = {suites / f"{name}.json": _json(suite(name, e)) for name, e in entities().items()}
    for name, entity in entities().items():
        texts[mapped / f"{name}.json"] = _json(suite(name, entity, "sql_database"))
    return {
        PROJECT_ROOT / "docs" / "file_drop.md": _guide(),
        Path(__file__).with_name("resources.yml"): _resources(),
        PROJECT_ROOT / "connectors" / "sql_database" / "resources.yml": _mapped_resources(),
        mapped / "gone.json": _json(gone_suite()),
        suites / "files.json": _json(files_suite()),
        suites / f"{TABLE}.json": _json(events_suite()),
        **texts,
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _guide() -> str:
    rows = ["| entity | event type | one row per | columns |", "|---|---|---|---|"]
    for name, entity in entities().items():
        own = {n: c for n, c in entity.columns.items() if n not in entity.inherited}
        described = ", ".join(_described(column, spec) for column, spec in own.items())
        grain = entity.grain.removeprefix("One row per ")
        columns = f"key: {', '.join(entity.key)} | {described} |"
        rows.append(f"| `{name}` | `{type_of(name)}` | {grain}; {columns}")
    return _GUIDE + "\n".join(rows) + "\n"


def _described(name: str, column: Column) -> str:
    form = {"id": "", "text": "", "instant": "time", "zone": "IANA zone", "json": "JSON"}
    said = ", ".join(column.one_of) or form.get(column.form, column.form.replace("_", " "))
    bracket = "; ".join(part for part in (said, column.note) if part)
    return f"{name}{'*' if column.required else ''}" + (f" ({bracket})" if bracket else "")


def _resources() -> str:
    declared: dict[str, Any] = {name: _resource(entity) for name, entity in entities().items()}
    columns = dict.fromkeys([*_FILES_KEY, "entity", "status", "message"], "text")
    declared["files"] = {
        "primary_key": _FILES_KEY,
        "person": {"nobody": True},
        "columns": {**columns, "rows": "bigint"},
    }
    declared[TABLE] = {
        "primary_key": ["event_source", "event_id"],
        "provenance": [*PROVENANCE, "drop_folder"],
        "person": {"nobody": True},
        "columns": {**dict.fromkeys(COLUMNS, "text"), "drop_row": "bigint"},
    }
    return _yaml(declared)


def _mapped_resources() -> str:
    """Tables of a database hold the same entities; `gone` lists rows that a table has no more."""
    declared: dict[str, Any] = {name: _resource(entity) for name, entity in entities().items()}
    declared["gone"] = {
        "primary_key": GONE_KEY,
        "person": {"nobody": True},
        "columns": dict.fromkeys([*GONE_KEY, "is_gone"], "text"),
    }
    return _yaml(declared)


def _yaml(declared: dict[str, Any]) -> str:
    head = "# Written by `python -m connectors.file_drop.docs` from file_drop/schema.yml.\n"
    return head + yaml.safe_dump(declared, sort_keys=False, default_flow_style=None, width=100)


def _resource(entity: Entity) -> dict[str, Any]:
    columns = dict.fromkeys([*entity.columns, *ADDED], "text") | {"drop_row": "bigint"}
    return {
        "primary_key": ["source_system", *entity.key],
        "version": "drop_version",
        "provenance": list(PROVENANCE),
        "person": entity.person,
        "columns": columns,
    }


def main() -> None:
    """Write the files, and say which."""
    for path, text in outputs().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

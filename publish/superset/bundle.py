"""The whole bundle: files as Superset imports them, by their path."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from publish.superset.connection import Connection
from publish.superset.datasets import datasets
from publish.superset.ids import uuid_of
from publish.superset.metrics import SemanticLayer
from publish.superset.pages import page
from warehouse.settings import PROJECT_ROOT

ROOM = PROJECT_ROOT / "dashboards" / "superset"
# Superset wants a time; one of our own would make every bundle a new one.
_TIMESTAMP = "2026-01-01T00:00:00+00:00"


def bundle(target: Path, connection: Connection, room: Path = ROOM) -> dict[str, str]:
    """Every file of the bundle.

    Args:
        target: folder with dbt's `manifest.json` and `semantic_manifest.json`.
        connection: the database that the datasets read.
        room: folder with `datasets.yml` and `pages/`.

    Returns:
        Text by path.

    Raises:
        CannotBuild: a page names what the contracts do not have.
    """
    manifest = json.loads((target / "manifest.json").read_text())
    kpis = SemanticLayer(json.loads((target / "semantic_manifest.json").read_text())).kpis()
    tables = datasets(yaml.safe_load((room / "datasets.yml").read_text()), manifest, kpis)
    parts: dict[str, Any] = {
        "metadata.yaml": {"version": "1.0.0", "type": "assets", "timestamp": _TIMESTAMP},
        f"databases/{connection.name}.yaml": _database(connection),
    }
    for table in tables.values():
        parts[f"datasets/{connection.name}/{table.name}.yaml"] = table.exported(connection)
    for file in sorted((room / "pages").glob("*.yml")):
        made = page(file.stem, yaml.safe_load(file.read_text()), tables, kpis)
        parts[f"dashboards/{file.stem}.yaml"] = made.exported()
        for chart in made.charts:
            parts[f"charts/{file.stem}/{_file_name(chart.title)}.yaml"] = chart.exported()
    return {path: _text(part) for path, part in sorted(parts.items())}


def write(files: dict[str, str], folder: Path) -> None:
    """Put the files where an older bundle may be; what it had and this one has not goes."""
    if folder.exists():
        if not (folder / "metadata.yaml").exists() and any(folder.iterdir()):
            raise FileExistsError(f"{folder} is no bundle; name an empty folder")
        shutil.rmtree(folder)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def _database(connection: Connection) -> dict[str, Any]:
    return {
        "database_name": "Heedline",
        "sqlalchemy_uri": connection.uri,
        "expose_in_sqllab": False,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"engine_params": connection.engine, "allows_virtual_table_explore": True},
        "is_managed_externally": True,
        "uuid": uuid_of("database", connection.name),
        "version": "1.0.0",
    }


def _file_name(title: str) -> str:
    return "_".join("".join(c if c.isalnum() else " " for c in title.lower()).split())


class _Dumper(yaml.SafeDumper):
    """Text of several lines line by line, so that a query can be read and compared."""


def _represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent)


def _text(part: dict[str, Any]) -> str:
    return yaml.dump(part, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)

"""The metrics' definitions, published beside the tables that they are measured on.

dbt's semantic manifest with its relations pointing into `support.duckdb`: whoever has the version's
folder can ask MetricFlow (`heedline query`) without dbt, and gets the definitions of these numbers.
"""

import json
from pathlib import Path
from typing import Any

import duckdb

from publish.marts import SCHEMA, CannotPublish
from warehouse import dbt

FILE = "semantic_manifest.json"


def definitions() -> str:
    """The manifest as text, the same for the same definitions in whatever order dbt read them.

    Raises:
        CannotPublish: dbt has not written one, or it reads a table that is no mart.
    """
    path = dbt.manifest().with_name(FILE)
    if not path.exists():
        raise CannotPublish(f"publish: no semantic manifest at {path}; build the marts with dbt")
    manifest: dict[str, Any] = json.loads(path.read_text())
    for part in ("semantic_models", "metrics"):
        manifest[part].sort(key=lambda entry: str(entry["name"]))
    for reader in (*manifest["semantic_models"], *manifest["project_configuration"]["time_spines"]):
        _point_into_snapshot(reader["node_relation"])
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _point_into_snapshot(relation: dict[str, Any]) -> None:
    if relation["schema_name"] != SCHEMA:
        raise CannotPublish(
            f"publish: metrics read {relation['relation_name']}, which is not published; let "
            "dbt_project/models/semantic name marts only"
        )
    name = f"main.{relation['alias']}"
    relation.update(database=None, schema_name="main", relation_name=name)


def write(folder: Path) -> None:
    (folder / FILE).write_text(definitions())


def check(reader: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Everything that a metric is measured on or grouped by stands in the leaders' file.

    Args:
        reader: has the snapshot attached as `built`.

    Raises:
        CannotPublish: it does not; a column with personal data, for one.
    """
    for model in json.loads((folder / FILE).read_text())["semantic_models"]:
        parts = [*model["entities"], *model["dimensions"], *model["measures"]]
        expressions = ", ".join(str(part["expr"] or part["name"]) for part in parts)
        table = model["node_relation"]["relation_name"]
        try:
            reader.execute(f"select {expressions} from built.{table} limit 0")
        except duckdb.Error as error:
            raise CannotPublish(
                f"publish: semantic model {model['name']} names what {table} does not have "
                f"({str(error).splitlines()[0]}); see dbt_project/models/semantic"
            ) from error

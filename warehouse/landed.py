"""Where a load's files lie: written by extraction, read by the gate and by the loader."""

from pathlib import Path

from warehouse.settings import settings


def landed_files(source: str, load_id: str) -> dict[str, list[Path]]:
    """Files of one load by resource; dlt's own tables (`_dlt…`) and our folders are left out."""
    found: dict[str, list[Path]] = {}
    for path in sorted((settings().landing / source).glob(f"*/{load_id}.*.parquet")):
        if not path.parent.name.startswith("_"):
            found.setdefault(path.parent.name, []).append(path)
    return found

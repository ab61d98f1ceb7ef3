"""A drop folder, a HEEDLINE_HOME, and the way from one to the other: land → gate → load."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from connectors.contract import Credentials
from connectors.file_drop.source import source
from connectors.landing import complete_loads, land
from connectors.loading import load_pending
from expectations.gate import ResourceReport, gate_batch
from warehouse.duck import warehouse
from warehouse.settings import settings


@dataclass
class DropHouse:
    """What a test says about a drop: write files, land them, look at the verdict."""

    folder: Path

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def land(self) -> dict[str, int]:
        """Rows landed by table."""
        return land("file_drop", source(Credentials(base_url=""))).rows

    def gate(self) -> dict[str, ResourceReport]:
        """Land, then the newest load's verdict (empty when nothing is new)."""
        if not self.land():
            return {}
        return gate_batch("file_drop", complete_loads("file_drop")[-1]).resources

    def rows(self, entity: str, kind: str = "accepted") -> list[dict[str, Any]]:
        """The newest load's rows of one verdict."""
        load_id = complete_loads("file_drop")[-1]
        folder = settings().landing / "file_drop" / "_gated" / load_id
        rows: list[dict[str, Any]] = pq.read_table(folder / f"{entity}.{kind}.parquet").to_pylist()
        return rows

    def reasons(self, entity: str) -> list[str]:
        return [row["_reason"] for row in self.rows(entity, "quarantined")]

    def files(self) -> dict[str, tuple[str, int, str]]:
        """File → status, rows, message, of the newest load."""
        return {r["drop_file"]: (r["status"], r["rows"], r["message"]) for r in self.rows("files")}

    def load(self) -> dict[str, tuple[int, int, int, int]]:
        """Land, gate and load: received, accepted, quarantined, duplicates by entity."""
        self.land()
        for load_id in complete_loads("file_drop"):
            gate_batch("file_drop", load_id)
        return {
            a.resource: (a.received, a.accepted, a.quarantined, a.duplicates)
            for a in load_pending("file_drop")
        }

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with warehouse(read_only=True) as connection:
            found: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return found

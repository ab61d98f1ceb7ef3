"""The sample company as a running thing: its data made once, its servers up while a run lasts."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from runtime.local_airflow import StartFailed
from runtime.processes import Children
from warehouse.settings import Settings


@dataclass(frozen=True)
class Company:
    """Where the sample company can be reached."""

    connections: dict[str, str]
    drop_dir: Path

    def environment(self) -> dict[str, str]:
        """Variables that hand tasks the connections and the drop folder."""
        return {
            "HEEDLINE_DROP_DIR": str(self.drop_dir),
            **{
                f"AIRFLOW_CONN_HEEDLINE_{source.upper()}": uri
                for source, uri in self.connections.items()
            },
        }


@contextmanager
def sample_company(home: Settings, world: Path, env: dict[str, str]) -> Iterator[Company]:
    """Serve a generated world on loopback until the block ends.

    Raises:
        StartFailed: the servers did not answer in time.
    """
    ready = home.sample / "connections.json"
    ready.unlink(missing_ok=True)
    children = Children(home.sample / "logs")
    command = [sys.executable, "-m", "sample.serve", "--world", str(world), "--ready", str(ready)]
    children.start("servers", command, env)
    try:
        deadline = time.monotonic() + 120
        while not ready.exists():
            if children.died() or time.monotonic() > deadline:
                raise StartFailed("the sample servers did not start:\n" + children.tail("servers"))
            time.sleep(0.1)
        yield Company(json.loads(ready.read_text()), world.parent / "drop" / "fernhill")
    finally:
        children.stop()
        ready.unlink(missing_ok=True)

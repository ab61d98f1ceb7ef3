"""The dbt project as dbt read it (8 s), from whichever process of a test run read it first.

Same files, same vars: what a process of the same run read is what this one would read.
"""

import hashlib
import os
import pickle
from pathlib import Path
from typing import Any


class ProjectsRead(dict[str, Any]):
    """What `warehouse.dbt` keeps of a process, kept for all processes that are given the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __contains__(self, variables: object) -> bool:
        file = self._file(str(variables))
        if not super().__contains__(variables) and file.exists():
            super().__setitem__(str(variables), pickle.loads(file.read_bytes()))
        return super().__contains__(variables)

    def __setitem__(self, variables: str, project: Any) -> None:
        super().__setitem__(variables, project)
        part = self._file(variables).with_suffix(f".{os.getpid()}")
        part.write_bytes(pickle.dumps(project))
        part.rename(self._file(variables))

    def _file(self, variables: str) -> Path:
        return self._folder / hashlib.sha256(variables.encode()).hexdigest()

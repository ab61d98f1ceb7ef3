"""Writing that outlasts a power cut: what was written, renamed or replaced is on the disk."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Sync a file's content, or a folder's entries (names made, renamed or replaced in it)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Sync every file, then every folder, deepest first, so that a power cut cannot undo them."""
    for parent, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(parent) / name)
        sync(Path(parent))

"""Who still reads an old version.

A version is unread when nobody can be about to open it and nobody has it open. The first is a
matter of time: readers resolve `current` and then open files one by one, on this machine or on one
that mounts the folder, so a version stays for some minutes after another took its place. The second
can be looked up, for processes of this machine that we may look at.
"""

import time
from pathlib import Path

import psutil


def superseded_for(newer: Path) -> float:
    """Seconds since a version lost its place to the `newer` one.

    A folder's time is that of the last file made in it, its manifest: just before the flip.
    """
    return time.time() - newer.stat().st_mtime


def open_below(root: Path) -> dict[Path, set[str]]:
    """Who has files below `root` open or works there: processes, by file or folder.

    Processes of other users are not seen unless we are root.
    """
    found: dict[Path, set[str]] = {}
    for process in psutil.process_iter(["pid", "name", "open_files", "cwd"]):
        said = process.info
        paths = {Path(file.path) for file in said["open_files"] or ()}
        if said["cwd"]:
            paths.add(Path(said["cwd"]))
        for path in paths:
            if path.is_relative_to(root):
                found.setdefault(path, set()).add(f"{said['name']} (process {said['pid']})")
    return found


def readers_of(version: Path, opened: dict[Path, set[str]]) -> list[str]:
    """The processes that have something of a version open."""
    return sorted(
        {who for path, names in opened.items() if path.is_relative_to(version) for who in names}
    )

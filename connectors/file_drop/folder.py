"""What lies in the drop folder: files, the entity each holds, and a hash that names its content."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from connectors.file_drop.schema import entities

_SUFFIX = re.compile(r"\.(csv|jsonl|parquet)(\.gz)?$", re.IGNORECASE)


@dataclass(frozen=True)
class DropFile:
    """One file. `entity` is empty when the name fits none; `content_hash` is empty (and `problem`
    says why) when the file cannot be opened."""

    path: Path
    entity: str
    content_hash: str
    modified: float
    problem: str = ""

    @property
    def format(self) -> str:
        match = _SUFFIX.search(self.path.name)
        return match[1].lower() if match else ""


def entity_of(file_name: str) -> str:
    """The entity whose name starts the file's name, the longest first; empty when there is none."""
    if not _SUFFIX.search(file_name):
        return ""
    fitting = [name for name in entities() if file_name.lower().startswith(name)]
    return max(fitting, key=len, default="")


def is_mbox(file_name: str) -> bool:
    """Whether a file holds mails, by its name: what the channel `email` reads."""
    return file_name.lower().endswith((".mbox", ".mbox.gz"))


def scan(
    folder: Path,
    entity_in: Callable[[str], str] = entity_of,
    wanted: Callable[[str], bool] = lambda name: True,
) -> list[DropFile]:
    """Files of a folder, oldest first (to the second), then in natural order of their names.

    Hidden files, subfolders and files that change while they are hashed (still being copied: the
    next run takes them) are left out.

    Args:
        entity_in: tells a file's entity by its name.
        wanted: whether a file of this name is looked at.
    """
    paths = [
        p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".") and wanted(p.name)
    ]
    found = [file for path in paths if (file := _look_at(path, entity_in)) is not None]
    return sorted(found, key=lambda f: (int(f.modified), _natural(f.path.name)))


def _look_at(path: Path, entity_in: Callable[[str], str]) -> DropFile | None:
    entity = entity_in(path.name)
    before = path.stat()
    try:
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError as error:
        return DropFile(path, entity, "", before.st_mtime, error.strerror or str(error))
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        return None
    return DropFile(path, entity, digest, before.st_mtime)


def _natural(name: str) -> list[tuple[int, str]]:
    """`part10` after `part9`."""
    return [
        (int(part), "") if part.isdigit() else (-1, part)
        for part in re.split(r"(\d+)", name.lower())
    ]

"""`manifest.json`: what a version says (its content), and the files it says it with."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from publish.content import Content
from publish.edition import Edition, Held

NAME = "manifest.json"


@dataclass(frozen=True)
class File:
    """One published file."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """A version's description.

    Attributes:
        keys: sets of columns that name one row, by mart.
        destinations: by name of the destination, then of the mart: rows, checksum and schema hash
            as read back from there.
        files: by path relative to the version's folder.
    """

    version: str
    content: Content
    keys: dict[str, list[list[str]]]
    destinations: dict[str, dict[str, dict[str, Any]]]
    files: dict[str, File]

    @classmethod
    def of(
        cls, folder: Path, version: str, edition: Edition, held: dict[str, list[Held]]
    ) -> "Manifest":
        """Describe the files as they lie in `folder`."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != NAME)
        files = {path.relative_to(folder).as_posix(): _file(path) for path in paths}
        destinations = {
            name: {one.mart: one.described() for one in there} for name, there in held.items()
        }
        keys = {mart.name: [list(key) for key in mart.keys] for mart in edition.marts if mart.keys}
        return cls(version, edition.content, keys, destinations, files)

    @classmethod
    def read(cls, folder: Path) -> "Manifest | None":
        """The manifest in `folder`; None when there is none that this version of us can read."""
        try:
            stored = json.loads((folder / NAME).read_text())
            return cls(
                stored["version"],
                Content(**stored["content"]),
                stored["keys"],
                stored["destinations"],
                {name: File(**entry) for name, entry in stored["files"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n")

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file, by path."""
        return {name: entry.bytes for name, entry in self.files.items()}

    def is_intact(self, folder: Path) -> bool:
        """Every file is there with its size (sizes, not sums: this runs on every publish)."""

        def same(name: str, entry: File) -> bool:
            path = folder / name
            return path.is_file() and path.stat().st_size == entry.bytes

        return all(same(name, entry) for name, entry in self.files.items())


def _file(path: Path) -> File:
    with path.open("rb") as stream:
        return File(path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest())

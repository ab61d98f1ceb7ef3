"""Tags that are finished while a file is being tagged: a folder beside the output, kill-proof.

`FILE.part/` holds a manifest (which input, column and model the tags are of), a Parquet of tags per
group of texts, named by the group's first row, and at the end the output being written; the tags
hold no text. Each Parquet gets its name when it is on the disk, so what has a name is finished.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from ml.tagger.files.reading import GROUP_ROWS, GROUP_WEIGHT, BadFile
from warehouse.durable import sync

_MANIFEST, _LOCK, _OUTPUT = "manifest.json", "lock", "output"
_TAGS = "tags-*.parquet"
_OURS = (_MANIFEST, _LOCK, _OUTPUT, _TAGS, f"{_MANIFEST}.new", f"{_TAGS}.new")


@dataclass(frozen=True)
class Work:
    """What tags are of; those of other work are of no use."""

    input_bytes: int
    input_sha256: str
    text_column: str
    model_version: str
    grouping: str = f"{GROUP_ROWS} rows, {GROUP_WEIGHT} characters"

    def differs_from(self, other: "Work") -> str:
        """The differences in words; empty when there are none."""
        words = {
            "another input": self.input_sha256 != other.input_sha256,
            "another column": self.text_column != other.text_column,
            "another model": self.model_version != other.model_version,
            "another version of heedline": self.grouping != other.grouping,
        }
        return " and ".join(word for word, differs in words.items() if differs)


def _name(first_row: int) -> str:
    return _TAGS.replace("*", f"{first_row:012}")


class Parts:
    """The finished tags of one output."""

    def __init__(self, output: Path) -> None:
        self.folder = output.with_name(f"{output.name}.part")
        self.output = self.folder / _OUTPUT
        self.rows = 0

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep every other process away from the folder.

        Raises:
            BadFile: another process holds it, or it is not ours.
        """
        if self.folder.exists() and not self._is_ours():
            raise BadFile(f"{self.folder} is in the way; move it, or name another --output")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.folder / _LOCK, timeout=0):
                yield
        except Timeout:
            raise BadFile(
                f"another `heedline tag` is writing {self.folder.with_suffix('')}; "
                "wait for it, or name another --output"
            ) from None

    def _is_ours(self) -> bool:
        if not self.folder.is_dir():
            return False
        return all(any(file.match(ours) for ours in _OURS) for file in self.folder.iterdir())

    def take_up(self, work: Work) -> str:
        """Go on where an earlier start with the same work ended, else start anew.

        Returns:
            What to tell the person about it; empty at a first start.
        """
        try:
            before = Work(**json.loads((self.folder / _MANIFEST).read_text()))
        except FileNotFoundError:
            differs = "a first start"
        except (ValueError, TypeError):
            differs = "something that cannot be read"
        else:
            differs = before.differs_from(work)
        if not differs:
            self.rows = self._drop_unfinished()
            return f"going on after {self.rows:,} texts that are tagged already"
        self._empty()
        self._write(_MANIFEST, json.dumps(asdict(work), indent=1).encode())
        self.rows = 0
        if differs == "a first start":
            return ""
        return f"{self.folder} is of {differs}; starting anew"

    def _chunks(self) -> list[Path]:
        return sorted(self.folder.glob(_TAGS))

    def _drop_unfinished(self) -> int:
        """Rows tagged without a gap; chunks that cannot be read, and those after them, go."""
        rows, whole = 0, True
        for chunk in self._chunks():
            try:
                whole = whole and chunk.name == _name(rows)
                rows += pq.read_table(chunk).num_rows if whole else 0
            except (pa.ArrowException, OSError):
                whole = False
            if not whole:
                chunk.unlink()
        return rows

    def _write(self, name: str, content: bytes | pa.Table) -> None:
        new = self.folder / f"{name}.new"
        if isinstance(content, bytes):
            new.write_bytes(content)
        else:
            pq.write_table(content, new, compression="zstd")
        sync(new)
        new.replace(self.folder / name)
        sync(self.folder)

    def add(self, tags: pa.Table) -> None:
        """Keep the tags of the next texts."""
        self._write(_name(self.rows), tags)
        self.rows += tags.num_rows

    def read(self) -> Iterator[pa.Table]:
        """All tags, in order."""
        return map(pq.read_table, self._chunks())

    def publish(self, output: Path) -> None:
        """Let the written output take its place, and leave nothing else behind."""
        self.output.replace(output)
        sync(output.parent)
        self._empty()
        (self.folder / _LOCK).unlink(missing_ok=True)
        self.folder.rmdir()

    def _empty(self) -> None:
        for pattern in _OURS:
            for file in self.folder.glob(pattern):
                if file.name != _LOCK:
                    file.unlink()

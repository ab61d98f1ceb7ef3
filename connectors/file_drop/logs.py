"""Files that are appended to: read on from the last whole line, through rotation and truncation.

A log is known by its first line (an event's source and id make that unique), not by its name: a
renamed or copied one is gone on with. A mark of the bytes before the offset tells whether it is
still the same text; if not, it is read from its start, and the warehouse knows the events.
"""

import gzip
import hashlib
import json
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

log = logging.getLogger(__name__)

LONGEST_LINE = 16 << 20
_MARK_BYTES = 1024
_NAME = re.compile(r"^events.*\.jsonl(?:[.-].+)?$", re.IGNORECASE)
State = dict[str, Any]


def is_log(file_name: str) -> bool:
    """Whether a file is an event log, by its name; rotated ones (`.1`, `-20261128`, `.gz`) too."""
    return bool(_NAME.match(file_name))


@dataclass
class Log:
    """An event log and how far it is read.

    Attributes:
        head: digest of its first line: what it is known by.
        offset: bytes read (unpacked).
        lines: lines read; blank ones do not count.
        waits: whether a line that is not whole yet is left for the next run.
        stamp: the file's size and time of change, as it was before the reading.
    """

    path: Path
    head: str
    stamp: list[int]
    offset: int = 0
    lines: int = 0
    waits: bool = False

    def unread(self) -> Iterator[tuple[int, bytes]]:
        """(number, line) of every whole line not read yet; one over 16 MiB is cut to its start."""
        with _opened(self.path) as file:
            file.seek(self.offset)
            try:
                while line := file.readline(LONGEST_LINE):
                    whole, size = line, len(line)
                    while not whole.endswith(b"\n") and size >= LONGEST_LINE:
                        rest = file.readline(LONGEST_LINE)
                        if not rest:
                            break
                        size += len(rest)
                        whole = rest
                    if not whole.endswith(b"\n") and not _is_whole(line):
                        self.waits = True
                        return
                    self.offset += size
                    if line.strip():
                        self.lines += 1
                        yield self.lines, line if size == len(line) else line[:_MARK_BYTES]
            except (EOFError, OSError, zlib.error) as error:
                # What was unpacked so far counts; the rest comes when the file is whole.
                self.waits = True
                log.warning("file_drop: %s: %s", self.path.name, type(error).__name__)


def changed_logs(folder: Path, state: State) -> Iterator[Log]:
    """Logs that have changed since they were read, oldest first.

    `remember` keeps in `state` how far they are read. Logs that are gone are forgotten.
    """
    paths = [p for p in folder.iterdir() if p.is_file() and is_log(p.name)]
    paths.sort(key=lambda path: (path.stat().st_mtime, path.name))
    heads = {path: _head(path) for path in paths}
    for gone in set(state) - set(heads.values()):
        del state[gone]
    for path, head in heads.items():
        if not head:
            continue
        known = state.setdefault(head, {})
        if known.get(path.name, {}).get("stamp") != _stamp(path):
            yield _resumed(path, head, known)


def remember(log_: Log, state: State) -> None:
    """Keep how far a log was read."""
    with _opened(log_.path) as file:
        mark = _mark(file, log_.offset)
    kept = {"offset": log_.offset, "lines": log_.lines, "mark": mark, "stamp": log_.stamp}
    state[log_.head][log_.path.name] = kept


def _resumed(path: Path, head: str, known: State) -> Log:
    """The log from where the furthest reading of the same text stopped, under whatever name."""
    stamp = _stamp(path)
    with _opened(path) as file:
        for held in sorted(known.values(), key=lambda kept: -kept["offset"]):
            try:
                if held["mark"] and _mark(file, held["offset"]) == held["mark"]:
                    return Log(path, head, stamp, held["offset"], held["lines"])
            except (EOFError, OSError, zlib.error):
                continue
    if known:
        log.warning("file_drop: %s was rewritten; it is read from its start again", path.name)
    return Log(path, head, stamp)


def _mark(file: BinaryIO, offset: int) -> str:
    start = max(0, offset - _MARK_BYTES)
    file.seek(start)
    before = file.read(offset - start)
    return hashlib.sha256(before).hexdigest() if len(before) == offset - start else ""


def _head(path: Path) -> str:
    """Digest of the first line; "" while there is no whole one, or the file cannot be read."""
    try:
        with _opened(path) as file:
            first = file.readline(LONGEST_LINE)
    except (EOFError, OSError, zlib.error):
        return ""
    whole = first.endswith(b"\n") or len(first) == LONGEST_LINE or _is_whole(first)
    return hashlib.sha256(first.strip()).hexdigest() if whole else ""


def _is_whole(line: bytes) -> bool:
    """Whether a last line without its end is whole: no beginning of an event is JSON."""
    try:
        return isinstance(json.loads(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _stamp(path: Path) -> list[int]:
    """What changes when a file is written to: its size and time of change."""
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _opened(path: Path) -> BinaryIO:
    # One interface, two classes that share no useful base.
    packed = path.suffix.lower() == ".gz"
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]

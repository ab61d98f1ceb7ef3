"""The records of one export file, each with its place, and what is wrong with it if anything is.

A line of a `.jsonl` file, or a whole `.json` file, is a record as Drift's API has it, or an answer
of that API: `{"data": …}` around one record, a list of them, or a conversation's `messages`.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]
LONGEST_LINE = 64 << 20


@dataclass(frozen=True)
class Found:
    """A record and its line (1 in a `.json` file), or why there is none."""

    line: int
    record: Row
    problem: str = ""


def records(path: Path) -> Iterator[Found]:
    """Every record of a file, in order; never raises on what the file holds."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    by_line = ".jsonl" in path.name.lower()
    line = 0
    try:
        with opened(path, "rb") as file:
            if not by_line:
                line = 1
                yield from _read(1, file.read())
                return
            while text := file.readline(LONGEST_LINE):
                line += 1
                if text.strip():
                    yield from _read(line, text)
    except (OSError, EOFError) as error:  # a gzip file that breaks off, a disk that fails
        yield Found(line + 1, {}, f"the file breaks off ({type(error).__name__}); export it again")


def _read(line: int, text: bytes) -> Iterator[Found]:
    try:
        document = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        reason = f"not JSON ({error.msg}, character {error.pos}); mend the line"
        yield Found(line, {}, f"{reason}, or export it again")
        return
    for record in _unwrapped(document):
        if isinstance(record, dict):
            yield Found(line, record)
        else:
            yield Found(line, {}, "not a record (an object) as Drift's API has them")


def _unwrapped(document: Any) -> list[Any]:
    if isinstance(document, dict) and "data" in document:
        document = document["data"]
    if isinstance(document, dict) and isinstance(document.get("messages"), list):
        document = document["messages"]
    return document if isinstance(document, list) else [document]

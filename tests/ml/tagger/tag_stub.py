"""Tags that say which text they are of, in the time of a hash: the model is tested elsewhere.

As a program it is `heedline` with these tags; `DIE` names the moment at which it dies.
"""

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ml.tagger.files import parts as file_parts
from ml.tagger.files import reading as file_input
from ml.tagger.files import tagging as files
from ml.tagger.files import writing as file_output
from ml.tagger.predict import SCHEMA, text_hash

VERSION = "stub-1"
asked: list[int] = []
"""Texts of each call, the first of which only asks for the version."""


def topic(text: str) -> str:
    return f"topic {text_hash(text)}"


def write(path: Path, content: str | bytes | pa.Table) -> Path:
    if isinstance(content, pa.Table):
        pq.write_table(content, path)
    else:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def tag_texts(texts: Iterable[str]) -> pa.Table:
    rows = [
        {
            "text_hash": text_hash(text),
            "model_version": VERSION,
            "sentiment": "neutral",
            "sentiment_score": 0.25,
            "topic": topic(text),
            "topics": "[]",
            "urgency": "normal",
            "language": "en" if text else "und",
            "language_supported": bool(text),
            "confidence": 0.5,
        }
        for text in texts
    ]
    asked.append(len(rows))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _dying(owner: object, name: str, call: int, number: int) -> None:
    """At its nth call, a function of `owner` sends a signal to its own process instead."""
    real, calls = getattr(owner, name), []

    def dies(*arguments: object, **options: object) -> object:
        calls.append(1)
        if len(calls) == call:
            os.kill(os.getpid(), number)
        return real(*arguments, **options)

    setattr(owner, name, dies)


def main() -> None:
    from heedline import main as heedline

    file_input.GROUP_ROWS = 100
    files.tag_texts = tag_texts
    moment = os.environ.get("DIE", "")
    if moment == "kill while tagging":
        _dying(files, "tag_texts", 4, signal.SIGKILL)  # the first call asks for the version
    elif moment == "kill before a chunk has its name":
        _dying(file_parts, "sync", 7, signal.SIGKILL)  # 2 for the manifest, 2 for each chunk
    elif moment == "kill while writing":
        _dying(file_output.CsvSink, "write", 3, signal.SIGKILL)
    elif moment == "kill before the output has its name":
        _dying(file_parts.Parts, "publish", 1, signal.SIGKILL)
    elif moment == "Ctrl-C":
        _dying(files, "tag_texts", 4, signal.SIGINT)
    try:
        heedline()
    finally:
        Path(os.environ["ASKED"]).write_text(str(asked[1:]))


if __name__ == "__main__":
    sys.exit(main())

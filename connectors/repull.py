"""Resources that are to be pulled anew, because rows of theirs were found missing.

A small file per source under `HEEDLINE_HOME/repull`: what finds the gap has the warehouse open,
what pulls has not. It is removed once a pull from the start has landed, so a kill only means that
rows are read once more; the warehouse knows them by their keys.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from warehouse.durable import sync
from warehouse.settings import settings


def _file(source: str) -> Path:
    return settings().root / "repull" / f"{source}.json"


def asked(source: str) -> frozenset[str]:
    """The resources of a source that the next pull reads from their start."""
    file = _file(source)
    return frozenset(json.loads(file.read_text())) if file.exists() else frozenset()


def ask(source: str, resources: Iterable[str]) -> None:
    """Have the next pull of a source read these resources from their start."""
    _write(source, asked(source) | frozenset(resources))


def done(source: str, resources: frozenset[str]) -> None:
    """They have landed from their start on."""
    if resources:
        _write(source, asked(source) - resources)


def _write(source: str, resources: frozenset[str]) -> None:
    file = _file(source)
    if not resources:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".unfinished")
    aside.write_text(json.dumps(sorted(resources)))
    sync(aside)
    os.replace(aside, file)
    sync(file.parent)

"""Durable writing: everything below a folder reaches the disk, and there is one way to do it."""

import os
from pathlib import Path

import pytest

from warehouse.durable import sync_tree

ROOT = Path(__file__).resolve().parents[2]


def test_a_tree_is_synced_whole_every_folder_after_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in ("one", "a/two", "a/b/three"):
        (tmp_path / name).write_text(name)
    name_of = {path.stat().st_ino: str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    synced: list[str] = []

    def fsync(handle: int) -> None:
        synced.append(name_of.get(os.fstat(handle).st_ino, "."))

    monkeypatch.setattr(os, "fsync", fsync)
    sync_tree(tmp_path)
    assert synced == ["a/b/three", "a/b", "a/two", "a", "one", "."]


def test_nothing_else_syncs_by_itself() -> None:
    code = [path for path in ROOT.glob("[a-z]*/**/*.py") if "tests" not in path.parts]
    found = {str(p.relative_to(ROOT)) for p in code if "os.fsync(" in p.read_text()}
    assert found == {"warehouse/durable.py"}

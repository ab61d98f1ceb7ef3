"""A checkout that was moved: what dbt remembers of the old place is not used."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse import dbt

AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def project(folder: Path) -> Path:
    """A dbt project of one seed."""
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "letters.csv").write_text("letter\na\n")
    (folder / "dbt_project.yml").write_text("{name: heedline, version: '1.0', profile: heedline}\n")
    shutil.copy(dbt.PROJECT / "profiles.yml", folder)
    return folder


def test_the_project_is_read_anew_where_it_lies_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = project(tmp_path / "old"), project(tmp_path / "new")
    monkeypatch.setattr(dbt, "PROJECT", old)
    assert [r.status for r in dbt.run("seed", as_of=AS_OF, sources=[])] == ["success"]
    shutil.rmtree(old)
    monkeypatch.setattr(dbt, "PROJECT", new)
    assert [r.status for r in dbt.run("seed", as_of=AS_OF, sources=[])] == ["success"]

"""Texts that nobody's rows hold any more leave the file of corrections, others stay as they are."""

from pathlib import Path

import pytest

from privacy import corrections
from warehouse.duck import warehouse
from warehouse.settings import settings


@pytest.mark.parametrize("separator", [",", ";"])
def test_rows_of_forgotten_texts_go(separator, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    with warehouse() as connection:
        assert corrections.forget(connection) == 0
        connection.execute("insert into ml.redacted_texts values ('kept', 'r', 'text', '{}')")
        lines = ["text_hash,text,topic", 'kept,"a, b",outage', "gone,c,praise"]
        text = "\n".join(lines) + "\n"
        if separator == ";":
            text = text.replace(",", ";")
        settings().corrections_file.write_text(text)
        assert corrections.forget(connection) == 1
        left = settings().corrections_file.read_text()
        assert "kept" in left
        assert "gone" not in left
        assert left.splitlines()[0] == text.splitlines()[0]
        assert corrections.forget(connection) == 0
        assert settings().corrections_file.read_text() == left

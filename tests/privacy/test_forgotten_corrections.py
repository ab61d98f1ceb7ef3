"""Texts that nobody's rows hold any more leave the file of corrections, others stay as they are."""

from pathlib import Path

import pytest

from privacy import corrections
from warehouse.duck import warehouse
from warehouse.settings import settings

TEXT = 'text_hash,text,topic,mine\nkept,"a, b",outage,x\ngone,c,praise,y\n'


@pytest.fixture(autouse=True)
def _texts() -> None:
    with warehouse() as connection:
        connection.execute("insert into ml.redacted_texts values ('kept', 'r', 'text', '{}')")


def forget() -> int:
    with warehouse() as connection:
        return corrections.forget(connection)


def write(text: str) -> Path:
    settings().corrections_file.write_text(text, encoding="utf-8")
    return settings().corrections_file


def test_without_a_file_there_is_nothing_to_forget() -> None:
    assert forget() == 0
    assert not settings().corrections_file.exists()


@pytest.mark.parametrize("separator", [",", ";"])
def test_rows_of_forgotten_texts_go(separator: str) -> None:
    file = write(TEXT if separator == "," else TEXT.replace(",", ";"))
    assert forget() == 1
    left = file.read_text(encoding="utf-8-sig").splitlines()
    assert left[0] == "text_hash,text,topic,mine"
    assert len(left) == 2
    assert left[1].startswith("kept,")
    assert file.stat().st_mode & 0o777 == 0o600
    assert forget() == 0


def test_before_texts_are_redacted_again_nothing_goes() -> None:
    file = write(TEXT)
    with warehouse() as connection:
        connection.execute("delete from ml.redacted_texts")
    assert forget() == 0
    assert file.read_text() == TEXT


def test_a_file_that_cannot_be_searched_stops_the_erasure() -> None:
    write('text_hash,text\nkept,"open')
    with pytest.raises(corrections.UnreadableCorrections, match="mend the quotes"):
        forget()

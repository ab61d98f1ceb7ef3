"""Files for people: whole or not there, and nothing in them that a spreadsheet would run."""

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from outreach.delivery.send import Delivered
from outreach.delivery.targets import FileTarget, Target
from tests.outreach.delivery.house import House
from warehouse.credentials import Credentials

Send = Callable[..., Delivered]
FIELDS = {
    "Position": "{position}",
    "Name": "{customer_name}",
    "Phone": "{phone}",
    "Risk": "{score}",
    "Why": "{top_reasons}",
    "As of": "{as_of}",
}
NOWHERE = Credentials(base_url="")


def only_file(target: Target) -> Path:
    assert isinstance(target, FileTarget)
    [path] = target.path.iterdir()
    return path


def test_a_csv_holds_the_list_in_order_and_no_formula(
    house: House, make_target: Callable[..., Target], send: Send
) -> None:
    target = make_target("csv", fields=FIELDS)
    assert send(target, NOWHERE).counts == {"sent": 3}

    path = only_file(target)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    assert header == list(FIELDS)
    assert rows[0] == [
        *("1", "Ana Ruiz", "+4930123451", "0.91", "two open complaints", "2026-06-30T00:00:00Z"),
    ]
    assert rows[1][1] == '\'=HYPERLINK("http://evil.example")'
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_workbook_opens_again_with_values_and_no_formula(
    house: House, make_target: Callable[..., Target], send: Send
) -> None:
    target = make_target("xlsx", fields=FIELDS)
    send(target, NOWHERE)

    path = only_file(target)
    header, *rows = openpyxl.load_workbook(path)["list"].iter_rows()
    assert [cell.value for cell in header] == list(FIELDS)
    assert [cell.value for cell in rows[0]][:4] == [1, "Ana Ruiz", "+4930123451", 0.91]
    assert rows[0][5].is_date
    assert rows[1][1].value == '=HYPERLINK("http://evil.example")'
    assert rows[1][1].data_type in {"s", "f"}
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_writing_again_after_a_kill_gives_the_same_file(
    house: House, make_target: Callable[..., Target], send: Send, kind: str
) -> None:
    target = make_target(kind, fields=FIELDS)
    send(target, NOWHERE)
    path = only_file(target)
    before = path.read_bytes()

    path.unlink()
    house.change("update outreach.outbox set status = 'sending'")
    assert send(target, NOWHERE).counts == {"sent": 3}
    assert only_file(target) == path
    assert path.read_bytes() == before


def test_a_file_that_is_there_is_not_written_again(
    house: House, make_target: Callable[..., Target], send: Send
) -> None:
    target = make_target("csv", fields=FIELDS)
    send(target, NOWHERE)
    path = only_file(target)
    path.write_text("with notes of those who called")

    house.change("update outreach.outbox set status = 'sending'")
    send(target, NOWHERE)
    assert path.read_text() == "with notes of those who called"


def test_a_failure_half_way_leaves_no_file_that_looks_whole(
    house: House, make_target: Callable[..., Target], send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("outreach.delivery.adapters.files.sync", full)
    target = make_target("csv", fields=FIELDS)
    first = send(target, NOWHERE)

    assert first.counts == {"failed": 3}
    assert "No space left" in next(iter(first.problems))
    assert only_file(target).name.endswith(".unfinished")
    monkeypatch.undo()

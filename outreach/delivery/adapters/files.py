"""CSV or XLSX files in a folder: one per list, whole or not at all, however often written."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from outreach.delivery.adapters.base import Adapter
from outreach.delivery.messages import Closed, Message
from outreach.delivery.targets import FileTarget
from outreach.delivery.templates import value_of
from warehouse.clock import iso
from warehouse.durable import sync
from warehouse.spreadsheet import write_csv


class Files(Adapter):
    """Readable by owner and group only. The name says the list's instant and the message's key."""

    def __init__(self, target: FileTarget) -> None:
        self._target = target

    def _path(self, message: Message) -> Path:
        moment = iso(message.as_of).replace(":", "")
        name = f"{self._target.name}_{moment}_{message.key[:8]}.{self._target.kind}"
        return self._target.path / name

    def find(self, message: Message) -> str | None:
        path = self._path(message)
        return path.name if path.exists() else None

    def send(self, message: Message) -> str:
        header = list(self._target.fields)
        rows = [
            tuple(value_of(template, row) for template in self._target.fields.values())
            for row in message.rows
        ]
        path = self._path(message)
        try:
            self._write(path, header, rows, message.as_of)
        except OSError as error:
            raise Closed(f"cannot write to the target's folder: {error.strerror}") from None
        return path.name

    def _write(
        self, path: Path, header: list[str], rows: list[tuple[Any, ...]], as_of: datetime
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.unfinished")
        if self._target.kind == "csv":
            write_csv(aside, header, rows)
        else:
            _write_xlsx(aside, header, rows, as_of)
        aside.chmod(0o640)
        sync(aside)
        os.replace(aside, path)
        sync(path.parent)


def _write_xlsx(
    path: Path, header: list[str], rows: list[tuple[Any, ...]], created: datetime
) -> None:
    """A workbook of values only: text stays text, whatever it looks like."""
    inert = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(str(path), inert) as book:
        book.set_properties({"created": created.replace(tzinfo=None)})
        sheet = book.add_worksheet("list")
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write_row(0, 0, header, book.add_format({"bold": True}))
        for nth, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(nth, column, value, instant)
                elif isinstance(value, str):
                    sheet.write_string(nth, column, value)
                elif value is not None:
                    sheet.write(nth, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofit()

"""One exported CSV file: which of its columns mean what, and its rows in one shape.

Exports were made by people, over years, from three kinds of surveys: headers differ. Columns are
found by the names we know or by those the owner declares; everything else is kept in `properties`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from connectors.file_drop.folder import DropFile
from connectors.file_drop.readers import Unreadable, read
from connectors.survey_scales import Row, Scale
from warehouse.clock import BadTimestamp, iso

# Our column → the headers it has had, in lower case: those of the export and of the API.
HEADERS: dict[str, tuple[str, ...]] = {
    "id": ("id", "response id", "survey response id", "response_id"),
    "permalink": ("permalink", "survey permalink", "response permalink"),
    "person_id": ("person id", "person_id", "person"),
    "name": ("name", "person name"),
    "email": ("email", "email address", "person email"),
    "phone": ("phone number", "phone", "phone_number"),
    "score": ("score", "nps score", "csat score", "ces score"),
    "comment": ("comment",),
    "sent_at": ("sent at", "survey sent at", "sent_at"),
    "created_at": ("created at", "created_at", "responded at", "response time"),
    "updated_at": ("updated at", "updated_at"),
    "tags": ("tags",),
    "notes": ("notes",),
}
# `2021-03-05 17:21:49 -0800`, `… UTC`: the offset stands apart.
_OFFSET = re.compile(r"\s+(UTC|GMT|[+-]\d{2}:?\d{2})$")
_TIMES = ("sent_at", "created_at", "updated_at")


class Export(Scale):
    """The exports of one Delighted project.

    Attributes:
        files: pattern of their names: `nps*.csv`.
        columns: column of ours → its header in these files, where it is another than usual.
        time_zone: of times that are written without an offset (the project's).
        time_format: how times are written (strptime), where they are neither ISO 8601 nor seconds
            since 1970. Day and month are never guessed.
    """

    files: str
    columns: dict[str, str] = Field(default_factory=dict)
    time_zone: str = "UTC"
    time_format: str | None = None

    @field_validator("columns")
    @classmethod
    def _known(cls, columns: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(columns.keys() - HEADERS.keys()):
            raise ValueError(f"no column {unknown[0]!r}; there are {', '.join(HEADERS)}")
        return columns

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            raise ValueError(f"{name!r} is not an IANA time zone") from None
        return name

    def place(self, header: list[str]) -> dict[str, str]:
        """Our columns that a file has → their headers.

        Raises:
            Unreadable: the file is no export: what names a response, or its score, is missing.
        """
        found = dict[str, str]()
        for column, usual in HEADERS.items():
            wanted = (self.columns[column].strip().lower(),) if column in self.columns else usual
            if name := next((name for name in wanted if name in header), None):
                found[column] = name
        for needed in ("score", "created_at"):
            if needed not in found:
                raise Unreadable(f"has no column for {needed}; name it in `columns`")
        if "id" not in found and "permalink" not in found:
            raise Unreadable("has no column for id or permalink; name one in `columns`")
        return found

    def time(self, text: str) -> str | None:
        """A time of the file as ISO 8601 in UTC; None where there is none.

        Raises:
            BadTimestamp: it is written in a way that nobody declared.
        """
        text = text.strip()
        if not text:
            return None
        if not self.time_format and text.isdigit() and len(text) == 10:
            return iso(datetime.fromtimestamp(int(text), UTC))
        try:
            if self.time_format:
                moment = datetime.strptime(text, self.time_format)
            else:
                moment = datetime.fromisoformat(_OFFSET.sub(_joined, text))
        except ValueError:
            raise BadTimestamp(f"{text!r} is no time we know; declare time_format") from None
        return iso(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.time_zone)))


def rows(file: DropFile, export: Export) -> Iterator[Row]:
    """The rows of a file; of one that cannot be taken each with why, for the gate to set aside."""
    known = {name for names in HEADERS.values() for name in names}
    known |= {name.strip().lower() for name in export.columns.values()}
    refusal, placed = None, dict[str, str]()
    try:
        # Read to its end first: no row of a file that breaks off is taken for good.
        header, *_ = [piece.column_names for piece in read(file.path, "csv", known)]
        placed = export.place(header)
    except Unreadable as error:
        refusal = f"the file {error}, then drop it again"
    count = 0
    try:
        for piece in read(file.path, "csv", known):
            for row in piece.to_pylist():
                count += 1
                yield _row(file, export, placed, row, refusal)
    except Unreadable:
        pass  # said already, as the refusal of each row before
    if refusal and not count:
        # Nothing could be read; one row still shows in the quarantine.
        yield _row(file, export, placed, {"drop_row": 0}, refusal)


def _joined(offset: re.Match[str]) -> str:
    return offset[1] if offset[1][0] in "+-" else "+00:00"


def _row(
    file: DropFile, export: Export, placed: dict[str, str], row: Row, refusal: str | None
) -> Row:
    told = {column: (row.get(name) or "").strip() or None for column, name in placed.items()}
    problem = refusal or row.get("drop_refusal")
    times = dict[str, str | None]()
    for column in _TIMES:
        try:
            times[f"declared_{column}"] = export.time(told.get(column) or "")
        except BadTimestamp as error:
            problem = problem or f"{column}: {error}"
    ours = {*placed.values(), "drop_row", "drop_refusal"}
    # A permalink ends in a token that is the response's alone.
    told["id"] = told.get("id") or (told.get("permalink") or "").rpartition("/")[2] or None
    return {
        **told,
        "properties": {name: value for name, value in row.items() if value and name not in ours},
        **times,
        **export.declared(told.get("score"), told.get("comment"), problem),
        "declared_updated_at": times.get("declared_updated_at") or times.get("declared_created_at"),
        "drop_file": file.path.name,
        "drop_row": row.get("drop_row"),
    }

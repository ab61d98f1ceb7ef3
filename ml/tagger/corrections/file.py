"""The file of corrections, `tag_corrections.csv`: one row per text that a person looked at.

A cell says what the person says; an empty one says nothing, or, in a row that is `checked`, that
what the model said was right. Taking a row out takes its corrections back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ml.tagger.labels import SENTIMENTS, SIGNALS, TOPICS, URGENCIES
from warehouse.by_hand import read_rows, replace_rows
from warehouse.spreadsheet import safe_cell

ANSWERS: dict[str, tuple[str, ...]] = {
    "sentiment": SENTIMENTS,
    "topic": TOPICS,
    **dict.fromkeys(SIGNALS, ("yes", "no")),
    "urgency": URGENCIES,
}
"""What may be said of each column; `own_topic` takes a name or `none`, too."""

FIELDS = (*ANSWERS, "own_topic")
COLUMNS = (
    "text_hash",
    "drawn",
    "text",
    "model_version",
    "model_says",
    "checked",
    *FIELDS,
    "corrected_by",
    "note",
)
_YES = {"yes": True, "y": True, "x": True, "true": True, "1": True, "": False, "no": False}
_SAME = {"true": "yes", "1": "yes", "y": "yes", "false": "no", "0": "no", "n": "no"}


class BadCorrection(ValueError):
    """The file of corrections cannot be used; the text names file, line and remedy."""


@dataclass(frozen=True)
class Correction:
    """What a person says of a text.

    Attributes:
        text_hash: of the original text, as in `fct_messages`.
        text: redacted, for people to read.
        drawn: `random`, `unsure` or `person`: how it came to be looked at.
        model_version: whose answers were shown.
        is_checked: what is not in `says` is as that version said.
        says: by field; of signals yes or no, of `own_topic` a name or `none`.
    """

    text_hash: str
    text: str
    drawn: str
    model_version: str
    is_checked: bool
    says: dict[str, str]

    def of_version(self, model_version: str) -> "Correction":
        """The same, asked of another model's answers."""
        return replace(self, model_version=model_version)


def rows_of(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Header and (line, row) of the file; [] if absent.

    Raises:
        BadCorrection: not CSV in UTF-8, or without the columns it needs.
    """
    return read_rows(path, COLUMNS, ("text_hash", *FIELDS), BadCorrection)


def _says(where: str, row: dict[str, str]) -> dict[str, str]:
    found = {}
    for name in FIELDS:
        word = row[name].strip()
        if not word:
            continue
        allowed = ANSWERS.get(name)
        if allowed is not None:
            word = word.lower()
            if name in SIGNALS:
                word = _SAME.get(word, word)
            if word not in allowed:
                raise BadCorrection(
                    f"{where}: {name} {row[name]!r}; write {', '.join(allowed)}, or leave it empty"
                )
        elif word in TOPICS:
            raise BadCorrection(f"{where}: own_topic {word!r} is built in; write it into topic")
        found[name] = word
    return found


def read(path: Path) -> list[Correction]:
    """The rows in which a person said something, in order of hash; an absent file says nothing.

    Raises:
        BadCorrection: an unknown word, a row without hash, a text that stands there twice.
    """
    found: dict[str, tuple[int, Correction]] = {}
    for line, row in rows_of(path)[1]:
        where = f"{path}, line {line}"
        checked = row.get("checked", "").lower()
        if checked not in _YES:
            raise BadCorrection(f"{where}: checked {checked!r}; write yes or leave it empty")
        says = _says(where, row)
        if not says and not _YES[checked]:
            continue
        digest = row["text_hash"].lower()
        if not digest:
            raise BadCorrection(f"{where}: text_hash is empty; it says which text is meant")
        if digest in found:
            raise BadCorrection(
                f"{where}: the text of line {found[digest][0]} again; take one of them out"
            )
        found[digest] = (
            line,
            Correction(
                text_hash=digest,
                text=row.get("text", ""),
                drawn=row.get("drawn") or "person",
                model_version=row.get("model_version", ""),
                is_checked=_YES[checked],
                says=says,
            ),
        )
    return [correction for _, (_, correction) in sorted(found.items())]


def write(path: Path, header: list[str], rows: Iterable[dict[str, str]]) -> None:
    """Replace the file, whole or not at all; columns of its own stay."""
    names = dict.fromkeys([*header, *COLUMNS])
    replace_rows(path, names, ({**r, "text": str(safe_cell(r.get("text", "")))} for r in rows))


def add(path: Path, about: dict[str, str], says: dict[str, str]) -> None:
    """Put one person's answers about a text into the file; others about it stay.

    Args:
        about: the text's row in what is not an answer; empty values are left as they were.
        says: answers by field.

    Raises:
        BadCorrection: an answer that is not among those allowed; the file is left as it was.
    """
    _says("what you said", dict.fromkeys(FIELDS, "") | says)
    header, numbered = rows_of(path)
    rows = [row for _, row in numbered]
    row = next((r for r in rows if r["text_hash"].lower() == about["text_hash"].lower()), None)
    if row is None:
        row = {"drawn": "person"}
        rows.append(row)
    row |= {name: value for name, value in (about | says).items() if value}
    write(path, header, rows)

"""Pairs of records in a CSV: those that a person should decide on, and what they decided."""

import csv
import json
import os
from pathlib import Path

import duckdb

from ml.identity.decision import Decision
from warehouse.durable import sync

REVIEW_COLUMNS = ("decision", "left_id", "right_id", "match_probability", "reasons")


class BadPeopleFile(ValueError):
    """A file cannot be used; the text names it, the row if there is one, and the remedy."""


def read_decisions(path: Path) -> list[Decision]:
    """Decisions from a CSV with the columns left_id, right_id, decision (`link` or `never`; empty:
    none yet).

    Raises:
        BadPeopleFile: naming the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = {"left_id", "right_id", "decision"} - set(reader.fieldnames or [])
            if missing:
                raise BadPeopleFile(
                    f"{path}: no column {min(missing)}; it needs left_id, right_id, decision"
                )
            found = []
            for row in reader:
                word = (row["decision"] or "").strip().lower()
                left, right = (row["left_id"] or "").strip(), (row["right_id"] or "").strip()
                if word not in ("", "link", "never"):
                    raise BadPeopleFile(
                        f"{path}, line {reader.line_num}: decision is {word!r}; write link or never"
                    )
                if word and not (left and right):
                    raise BadPeopleFile(
                        f"{path}, line {reader.line_num}: a record id is empty; name both"
                    )
                if word:
                    found.append(Decision(left, right, word == "link"))
            return found
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadPeopleFile(f"{path}: {' '.join(str(error).split())}") from None


def _words(reasons: str) -> str:
    return "; ".join(f"{r['label']} ({r['weight']:+.1f})" for r in json.loads(reasons))


def write_review(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    rows = connection.execute(
        "select left_id, right_id, round(match_probability, 4), reasons from pairs where status in "
        "('review', 'cut') "
        "order by match_probability desc, left_id, right_id"
    ).fetchall()
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(REVIEW_COLUMNS)
            writer.writerows(
                ("", left, right, p, _words(reasons)) for left, right, p, reasons in rows
            )
        sync(beside)
        os.replace(beside, target)
    except OSError as error:
        raise BadPeopleFile(f"{target}: cannot be written: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)

"""What people decided about pairs of contacts: one file, `identity_decisions.csv`.

It wins over the model. A row says `link` (one person) or `never`; an empty decision is not decided
yet (that is how `heedline review` proposes pairs). Taking a row out takes the decision back.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ml.identity.naming import Key
from warehouse.by_hand import read_rows

COLUMNS = (
    "decision",
    "left_source_system",
    "left_remote_id",
    "right_source_system",
    "right_remote_id",
    "decided_by",
    "decided_on",
    "note",
)
_NEEDED = COLUMNS[:5]
_SPOILT = re.compile(r"^[0-9][.,]?[0-9]*E\+[0-9]+$", re.IGNORECASE)
_WORDS = {"link": True, "never": False}


class BadDecision(ValueError):
    """The decisions file cannot be used; the text names the file, the line and the remedy."""


@dataclass(frozen=True)
class Said:
    """A decision about two contacts, the smaller key on the left, and the line that says it."""

    left: Key
    right: Key
    link: bool
    line: int


def rows_of(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Header and (line number, row) of the file; [] if absent.

    Raises:
        BadDecision: not CSV in UTF-8, or a column of `COLUMNS` up to the ids is missing.
    """
    return read_rows(path, COLUMNS, _NEEDED, BadDecision)


def read_decisions(path: Path) -> list[Said]:
    """The decisions of the file, each pair once; an absent file decides nothing.

    Raises:
        BadDecision: an unknown word, a contact without id, a contact with itself, or rows that
            contradict each other, directly or through a chain of links.
    """
    found: dict[tuple[Key, Key], Said] = {}
    for line, row in rows_of(path)[1]:
        word = row["decision"].lower()
        if not word:
            continue
        where = f"{path}, line {line}"
        if word not in _WORDS:
            raise BadDecision(
                f"{where}: decision {row['decision']!r}; write link, never, or leave it empty"
            )
        empty = [name for name in _NEEDED if not row[name]]
        if empty:
            raise BadDecision(f"{where}: {empty[0]} is empty; a decision names two contacts")
        spoilt = [name for name in _NEEDED if _SPOILT.match(row[name])]
        if spoilt:
            raise BadDecision(
                f"{where}: {spoilt[0]} {row[spoilt[0]]} is a number a spreadsheet has rounded; "
                "run `heedline review` again and import the ids as text"
            )
        left, right = sorted(
            (row[f"{side}_source_system"], row[f"{side}_remote_id"]) for side in ("left", "right")
        )
        if left == right:
            raise BadDecision(f"{where}: left and right are the same contact; take the line out")
        said = Said(left, right, _WORDS[word], line)
        before = found.setdefault((left, right), said)
        if before.link != said.link:
            raise BadDecision(
                f"{where}: says {word} where line {before.line} says the opposite of the same two "
                "contacts; take one out"
            )
    _check_chains(path, list(found.values()))
    return sorted(found.values(), key=lambda said: (said.left, said.right))


def _check_chains(path: Path, said: list[Said]) -> None:
    """Refuse a `never` between contacts that `link` rows make one person."""
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    lines: dict[Key, set[int]] = {}
    for link in (decision for decision in said if decision.link):
        left, right = root(link.left), root(link.right)
        parent[left] = right
        joined = lines.pop(left, set()) | lines.pop(right, set()) | {link.line}
        lines[right] = joined
    for never in (decision for decision in said if not decision.link):
        if root(never.left) == root(never.right):
            links = ", ".join(str(line) for line in sorted(lines[root(never.left)])[:5])
            raise BadDecision(
                f"{path}, line {never.line}: says never, but the link rows (lines {links}) make "
                "these two contacts one person; take this line or one of those out"
            )

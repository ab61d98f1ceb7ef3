"""The people of a sample company, and where a text names one of them.

What counts as a person's own, so that a finding is one and a silence says something:

- an e-mail address, whole, in any case of letters;
- a telephone number by its last nine digits, however it is spelt: a run of digits with the signs
  people put between them, not grown together with letters as in a hash;
- a name of two words or more as it was written in any system, or given name and surname in either
  order: word by word, without accents, in any case of letters;
- a rare surname alone: five letters or more, borne by at most three people.

Names that say nothing of a person are left out: those that an agent or an account's owner bears too
(they are no secret), and surnames that are a word of a company's name, of a street or town, or of
the texts that the sample is written from (ordinary words). First names alone are words like others.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq

from warehouse.settings import PROJECT_ROOT

KINDS = ("email", "phone", "name", "surname")
_EMAIL = re.compile(r"[\w.%+'-]+@[\w.-]+\w")
_NUMBER = re.compile(r"(?<![^\W_])\d[\d\s()./+-]{7,}\d(?![^\W_])")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = 9
_RARE = 3
_LONG = 5

Words = tuple[str, ...]


@dataclass(frozen=True)
class People:
    """What to look for. Names are tuples of words; numbers are the last nine digits."""

    emails: set[str]
    phones: set[str]
    names: set[Words]
    surnames: set[str]
    _by_first: dict[str, list[Words]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_first: dict[str, list[Words]] = defaultdict(list)
        for name in self.names:
            by_first[name[0]].append(name)
        object.__setattr__(self, "_by_first", dict(by_first))

    def named_in(self, text: str) -> Iterator[tuple[str, str]]:
        """(kind, what) of everything personal in a text."""
        if "@" in text:
            for address in _EMAIL.findall(text.lower()):
                if address in self.emails:
                    yield "email", address
        for run in _NUMBER.findall(text):
            digits = re.sub(r"\D", "", run)
            for start in range(len(digits) - _DIGITS + 1):
                if (number := digits[start : start + _DIGITS]) in self.phones:
                    yield "phone", number
        words = words_of(text)
        for place, word in enumerate(words):
            if word in self.surnames:
                yield "surname", word
            for name in self._by_first.get(word, ()):
                if tuple(words[place : place + len(name)]) == name:
                    yield "name", " ".join(name)

    def found(self, places: Iterable[tuple[str, set[str]]]) -> dict[str, dict[str, set[str]]]:
        """kind → what → places of all that is personal; each text is read once."""
        clean: set[str] = set()
        known: dict[str, list[tuple[str, str]]] = {}
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for place, said in places:
            for text in said - clean:
                if text not in known:
                    if not (personal := list(self.named_in(text))):
                        clean.add(text)
                        continue
                    known[text] = personal
                for kind, what in known[text]:
                    found[kind][what].add(place)
        return {kind: dict(whats) for kind, whats in found.items()}


def of_sample(world: Path) -> People:
    """Everybody of a generated company.

    Args:
        world: the folder that `sample.generate` returns.
    """

    def rows(table: str) -> list[dict[str, str | None]]:
        return pq.read_table(world / f"{table}.parquet").to_pylist()

    people, identities, companies = rows("people"), rows("identities"), rows("companies")
    every = [*people, *identities]
    staff = {name for row in rows("agents") for name in _either_way(row["name"])}
    staff |= {name for row in companies for name in _either_way(row["owner_name"])}
    written = {name for row in identities for name in _either_way(row["name"])}
    for row in people:
        written |= set(_either_way(f"{row['given_name']} {row['surname']}"))
    borne = Counter(words_of(row["surname"])[-1] for row in people)
    ordinary = {word for name in staff for word in name} | _ordinary_words()
    for row in [*companies, *people]:
        said = " ".join(str(row.get(part) or "") for part in ("name", "street", "city"))
        ordinary |= set(words_of(said))
    return People(
        emails={row["email"].lower() for row in every if row["email"]},
        phones={_last_digits(row["phone"]) for row in every if row["phone"]},
        names={name for name in written if len(name) > 1} - staff,
        surnames={
            name
            for name, count in borne.items()
            if count <= _RARE and len(name) >= _LONG and name not in ordinary
        },
    )


def words_of(text: str) -> list[str]:
    """Words without accents and in one case, in order."""
    if text.isascii():
        return _WORD.findall(text.lower())
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


def _either_way(name: str | None) -> list[Words]:
    words = tuple(words_of(name or ""))
    return [words, words[::-1]] if words else []


def _last_digits(number: str) -> str:
    return re.sub(r"\D", "", number)[-_DIGITS:]


def _ordinary_words() -> set[str]:
    """Words of the texts that the sample company's conversations and articles are made of."""
    folder = PROJECT_ROOT / "sample" / "generator" / "texts"
    files = [path for path in folder.rglob("*.yml") if path.stem != "names"]
    return {word for path in files for word in words_of(path.read_text(encoding="utf-8"))}

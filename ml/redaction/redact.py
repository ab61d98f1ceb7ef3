"""One text: find, settle overlaps, put placeholders.

Findings that overlap become one placeholder over all they cover, named after the longest (of
equals: the most specific, see `KINDS`), so no rest of a number is left beside it. Then the result
is read again, until nothing more is found: redacting a redacted text changes nothing.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path

from ml.redaction import address, emails, name, numbers, phones, secret
from ml.redaction.kinds import KINDS, Span
from ml.redaction.runs import runs
from ml.redaction.view import readable, view

_NOT_RULES = {"__init__", "predict", "files", "evaluate", "examples", "values", "neutral"}

_PASSES = 8
"""A text in which the eighth reading still finds something was made to defeat rules: withheld."""

WITHHELD = "<SECRET>"

_ID_HINT = re.compile(r"\d[A-Za-z0-9 .\-/]{3,}\d|\d{5}")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Redaction:
    """A redacted text, and how many of each kind were replaced."""

    text: str
    findings: dict[str, int] = field(default_factory=dict)


@cache
def redactor_version() -> str:
    """Changes whenever a rule or a library of rules does: a digest of this folder and versions."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        if file.stem not in _NOT_RULES:
            digest.update(file.read_bytes())
    for library in ("presidio-analyzer", "phonenumbers"):
        digest.update(version(library).encode())
    return f"redactor-1-{digest.hexdigest()[:8]}"


def _spans(text: str, people: Collection[str], own_numbers: Collection[str]) -> Iterator[Span]:
    """All findings in a view's text. The cheap questions first: most texts need few rules."""
    lowered = text.lower()
    yield from emails.emails(text, lowered)
    yield from name.names(text, lowered, people)
    if any(hint in lowered for hint in secret.HINTS):
        yield from secret.secrets(text)
    has_digits = _DIGIT.search(text) is not None
    said = phones.is_spoken(lowered)
    if said or has_digits:
        yield from phones.spoken(text, said)
    if not has_digits:
        return
    yield from address.addresses(text)
    yield from secret.ips(text)
    if not _ID_HINT.search(text):
        return
    found = runs(text)
    called = list(phones.phones(text, found, own_numbers))
    yield from called
    yield from numbers.cards(text, found)
    yield from numbers.ibans(text)
    taken = {span.end for span in called}
    yield from numbers.national_ids(text, [run for run in found if run.end not in taken])


def settle(spans: list[Span]) -> list[Span]:
    """Overlapping spans joined; the longest names the join, of equals the most specific kind."""
    settled: list[Span] = []
    best = (0, 0)
    for span in sorted(spans):
        rank = (span.end - span.start, -KINDS.index(span.kind))
        if settled and span.start < settled[-1].end:
            last = settled[-1]
            kind = span.kind if rank > best else last.kind
            settled[-1] = Span(last.start, max(last.end, span.end), kind)
            best = max(best, rank)
        else:
            settled.append(span)
            best = rank
    return settled


def find(text: str, people: Collection[str] = (), own_numbers: Collection[str] = ()) -> list[Span]:
    """What would be replaced in `text`, in order, without overlaps; positions in `text` itself."""
    seen = view(text)
    spans = [seen.original(span) for span in _spans(seen.text, people, own_numbers)]
    return settle([span for span in spans if span.end > span.start])


def redact(
    text: str | None, people: Collection[str] = (), own_numbers: Collection[str] = ()
) -> Redaction:
    """The text with placeholders where personal data stood.

    Args:
        text: anything; None and "" give "".
        people: names of those it is from or to, as far as known.
        own_numbers: their telephone numbers, digits only.
    """
    if not text:
        return Redaction("")
    text = readable(text)
    counts: Counter[str] = Counter()
    for _ in range(_PASSES):
        spans = find(text, people, own_numbers)
        if not spans:
            return Redaction(text, dict(sorted(counts.items())))
        pieces, done = [], 0
        for span in spans:
            pieces += [text[done : span.start], f"<{span.kind}>"]
            done = span.end
        text = "".join([*pieces, text[done:]])
        counts.update(span.kind for span in spans)
    return Redaction(WITHHELD, {"SECRET": 1})

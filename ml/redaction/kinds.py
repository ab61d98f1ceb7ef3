"""What is looked for, and the placeholder that stands where it stood."""

import re
from typing import NamedTuple

KINDS = (
    "IBAN",
    "CARD",
    "EMAIL",
    "NATIONAL_ID",
    "SECRET",
    "IP",
    "PHONE",
    "ADDRESS",
    "NAME",
)
"""The most specific first: of two findings equally long, the earlier kind names the placeholder."""

PLACEHOLDER = re.compile(rf"<(?:{'|'.join(KINDS)})>")

MASK = "\ue000"
"""Stands for each character of a placeholder while a text is searched: a private character that is
neither letter, digit nor space, so that no rule reads a placeholder or across it."""

_WORDS = {
    "<EMAIL>": " email ",
    "<PHONE>": " number ",
    "<CARD>": " number ",
    "<IBAN>": " number ",
    "<NATIONAL_ID>": " number ",
    "<IP>": " number ",
    "<SECRET>": " number ",
    "<ADDRESS>": " address ",
    "<NAME>": "Sam",
}


class Span(NamedTuple):
    """A finding: characters `start` up to, not with, `end`, and what they are."""

    start: int
    end: int
    kind: str


def in_words(text: str) -> str:
    """A redacted text as the tagger's training texts have it: `email` and `number` where the
    address and the number stood, some name where a name stood. Without this its reader would take
    a placeholder for markup and drop it."""
    if "<" not in text:
        return text
    return PLACEHOLDER.sub(lambda match: _WORDS[match[0]], text)

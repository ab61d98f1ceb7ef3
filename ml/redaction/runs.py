"""Runs of digits, cut once for all rules on numbers, and words that say they are not personal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_RUN = re.compile(
    r"(?<![^\W_])[(\[]?\d(?:[ \t().\-/\u00b7]{0,3}\d)*"
    r"|(?i:(?<=tel)|(?<=phone)|(?<=mobile)|(?<=cell)|(?<=mob)|(?<=fax)|(?<=call))\d{7,}"
)
_DATE = re.compile(
    r"(?<![\d./-])(?:(?:19|20)\d\d([-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-./])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)?\d\d))(?![./-]?\d)"
)
_GROUP = re.compile(r"\d+")

LABEL = re.compile(
    r"(?i)(?:#|№|\b(?:order|orders|invoice|ticket|case|issue|ref|reference|tracking|parcel|shipment"
    r"|package|sku"
    r"|item|product|model|serial|s/n|version|build|firmware|release|error|code|booking|reservation"
    r"|confirmation"
    r"|receipt|transaction|batch|article|part|rma|return|po|quote|contract|subscription|policy"
    r"|version|id|isbn|ean|upc"
    r"|bestell\w{0,10}|auftrag\w{0,10}|rechnung\w{0,10}|sendung\w{0,10}|paket\w{0,10}"
    r"|artikel\w{0,10}|vorgang\w{0,10}"
    r"|kunden\w{0,10}|pedido|factura|env[ií]o|referencia|seguimiento|commande|facture|colis"
    r"|suivi)\b)"
    r"[\s:.#=\-]{0,4}(?:(?:number|numbers|no|nr|num|id|nummer|n[uú]mero|is|was|ist|lautet|es|del?"
    r"|the|my|and|n[º°o])"
    r"\b[\s:.#=\-]{0,4}){0,4}(?:[A-Z]{1,6}[-_ ]?)?[\s:(\"'#]{0,3}$"
    r"|\b[A-Z]{1,6}[-_]$"
)
"""The words that make the number after them an order's, a ticket's, a product's: kept."""


def labelled(text: str, start: int) -> bool:
    """Whether the words right before `start` say that an order or a thing is numbered here."""
    return LABEL.search(text[max(0, start - 48) : start]) is not None


@dataclass(frozen=True)
class Run:
    """Digits with at most three separators in between, and its groups (start, end, digits)."""

    start: int
    end: int
    groups: tuple[tuple[int, int, str], ...]

    @property
    def digits(self) -> str:
        return "".join(group for _, _, group in self.groups)

    def parts(self, least: int, most: int) -> Iterator[tuple[int, int, str]]:
        """The whole run when its length fits; of a longer one, each stretch of whole groups that
        fits, at most `most` per first group. (start, end, digits)"""
        total = sum(len(group) for _, _, group in self.groups)
        if total < least:
            return
        if total <= most:
            yield self.start, self.end, self.digits
            return
        for first, (start, _, group) in enumerate(self.groups):
            if len(group) == 1 == len(self.groups[min(first + 1, len(self.groups) - 1)][2]):
                continue  # no number is written in single digits among others
            digits = ""
            for _, end, group in self.groups[first : first + most]:
                digits += group
                if len(digits) > most:
                    break
                if len(digits) >= least:
                    yield start, end, digits


def runs(text: str) -> list[Run]:
    """All runs of digits in a view's text; a date ends one and belongs to none."""
    found = []
    text = _DATE.sub(lambda match: "_" * len(match[0]), text)
    for match in _RUN.finditer(text):
        start, end = match.span()
        if match[0][0] in "([" and not set(")]") & set(match[0]):
            start += 1
        groups = tuple((g.start(), g.end(), g[0]) for g in _GROUP.finditer(text, start, end))
        found.append(Run(start, end, groups))
    return found

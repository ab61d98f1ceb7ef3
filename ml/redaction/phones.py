"""Telephone numbers, by shape and by the numbering plans of `phonenumbers`; and those spelled out.

1. After a `+` (or `00`): any number that is possible in the plan of its country code.
2. After a word such as "call" or "mobile": 7 to 15 digits.
3. Anything else: valid in one of the `REGIONS` whose numbers have this shape. Not after a word
such as "order" or "ticket", not a date: order numbers are not personal.
4. One of the numbers the caller knows the writer by, however it is written.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

import phonenumbers

from ml.redaction.kinds import Span
from ml.redaction.runs import Run, labelled

_TRUNK = ("GB", "DE", "FR", "AU", "IT", "NL", "BE", "AT", "CH", "IE", "IN", "NZ", "SE", "PL")
_TEN = ("US", "IN")
_NINE = ("ES", "PL")
REGIONS = tuple(sorted({*_TRUNK, *_TEN, *_NINE}))
"""Where numbers without a country code are looked up (US stands for all of North America)."""

CONTEXT = re.compile(
    r"(?i)\b(?:tele)?(?:phone|fon|mobile|cell|handy|fax|whatsapp|sms|signal|call(?:\s?back)?|ring"
    r"|dial|tel"
    r"|reach|text|anruf\w{0,4}|ruf\w{0,8}|telefon\w{0,8}|mobil\w{0,8}|tel[eé]fono|m[oó]vil|celular"
    r"|ll[aá]m\w{0,6}"
    r"|portable|t[eé]l[eé]phone|appel\w{0,4}|n[uú]mero|landline|extension|contact number"
    r"|my number)\b"
)
_DAY = (
    r"(?:\d{4}[-./]\d{1,2}(?:[-./]\d{1,2})?|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2})"
    r"|\d{1,2}[-./]\d{4}|\d{4})"
)
_DATES = re.compile(rf"\(?{_DAY}(?: ?[-/ ] ?{_DAY})?(?:[ ]{{1,2}}\d{{1,4}})?")
_DECIMAL = re.compile(r"0\.\d+")
_NORTH_AMERICA = re.compile(r"(?:1[-. ]?)?\(?[2-9]\d\d\)?[-. /]{0,2}[2-9]\d\d[-. ]?\d{4}")
_NINE_SHAPE = re.compile(r"[5-9]\d\d[ .-]\d{3}[ .-]\d{3}|[5-9]\d\d(?:[ .-]\d\d){3}|[6789]\d{8}")
_TEN_SHAPE = re.compile(r"[6-9]\d{4}[ -]?\d{5}")
_DIGIT = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|null|eins|zwei|zwo|drei|vier|fünf|sechs"
    "|sieben|acht|neun"
    "|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
)
_SPOKEN = re.compile(
    rf"(?i)\b(?:(?:(?:double|triple) )?(?:{_DIGIT})\b[\s,.-]{{0,3}}){{7,24}}(?<=\w)"
)
_DICTATED = re.compile(r"(?<![\d.,-])(?<!\d[ ])\d(?:[ ,.-]{1,3}\d(?!\d)){6,23}(?![ ,.-]{0,3}\d)")
_DIGIT_WORDS = frozenset(_DIGIT.split("|"))
_LEAST, _MOST = 7, 15
"""Digits of a telephone number (E.164 allows 15)."""


@lru_cache(maxsize=16384)
def _holds(number: str, region: str | None, valid: bool) -> bool:
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    if valid:
        return phonenumbers.is_valid_number(parsed)
    return phonenumbers.is_possible_number(parsed)


def _national(written: str, digits: str) -> tuple[str, ...]:
    """The regions whose national numbers look like this."""
    if digits.startswith("00"):
        return ()
    if digits.startswith("0"):
        return _TRUNK if len(digits) >= 9 else ()
    if _NORTH_AMERICA.fullmatch(written):
        return _TEN
    if _TEN_SHAPE.fullmatch(written):
        return ("IN",)
    return _NINE if _NINE_SHAPE.fullmatch(written) else ()


def _by_plan(text: str, start: int, end: int, digits: str) -> bool:
    """Whether a numbering plan has such numbers, written so."""
    if text[max(0, start - 1) : start] == "+":
        return _holds("+" + digits, None, valid=False)
    if digits.startswith("00"):
        return not digits.startswith("000") and _holds("+" + digits[2:], None, valid=True)
    return any(_holds(digits, region, valid=True) for region in _national(text[start:end], digits))


def _whole(text: str, run: Run, known: Collection[str]) -> bool:
    """Whether a run of a telephone number's length is one."""
    digits, written = run.digits, text[run.start : run.end]
    if any(digits.endswith(number[-8:]) for number in known if len(number) >= _LEAST):
        return True
    abroad = text[max(0, run.start - 1) : run.start] == "+" or digits.startswith("00")
    if abroad and _by_plan(text, run.start, run.end, digits):
        return True
    if labelled(text, run.start) or _DATES.fullmatch(written) or _DECIMAL.fullmatch(written):
        return False
    if CONTEXT.search(text, max(0, run.start - 40), run.start):
        return True
    return _by_plan(text, run.start, run.end, digits)


def phones(text: str, runs: list[Run], known: Collection[str] = ()) -> Iterator[Span]:
    """Telephone numbers among a view's digit runs. `known`: digits of the writer's own numbers.

    In a run too long for one number, which may hold two, only the plans decide.
    """
    for run in runs:
        count = len(run.digits)
        if count < _LEAST:
            continue
        if count <= _MOST:
            found = [(run.start, run.end)] if _whole(text, run, known) else []
        elif labelled(text, run.start):
            found = []
        else:
            parts = run.parts(_LEAST, _MOST)
            found = [
                (start, end) for start, end, digits in parts if _by_plan(text, start, end, digits)
            ]
        for start, end in found:
            plus = text[max(0, start - 1) : start] == "+"
            yield Span(start - plus, end, "PHONE")


def is_spoken(lowered: str) -> bool:
    """Whether a text, in lower case, holds as many digit words as a number has."""
    words = lowered.replace(",", " ").replace(".", " ").replace("-", " ").split()
    return sum(word in _DIGIT_WORDS for word in words) >= _LEAST


def spoken(text: str, in_words: bool) -> Iterator[Span]:
    """Seven or more digits said one by one, as in a transcript: a number to call, from 13 on a
    card.

    `in_words`: whether to look for digit words too (`is_spoken`).
    """
    found = list(_DICTATED.finditer(text))
    if in_words:
        found += _SPOKEN.finditer(text)
    for match in found:
        if not labelled(text, match.start()):
            count = len(re.findall(r"\w+", match[0]))
            yield Span(*match.span(), "PHONE" if count <= 12 else "CARD")

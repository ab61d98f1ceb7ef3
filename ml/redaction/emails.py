"""E-mail addresses: written, written around (`jane (at) x (dot) com`), spelled out in a call."""

import re
from collections.abc import Iterator

from ml.redaction.kinds import Span
from ml.redaction.library import library, matches

_BEFORE, _AFTER = 192, 260
"""Most characters looked at before and after an @ (RFC 5321 allows 64 and 255)."""

_NEVER = r"\s<>,;:\"\\()\[\]\ue000"  # in an address
_LOCAL = re.compile(rf"[^{_NEVER}@]{{1,{_BEFORE}}}$")
_DOMAIN = re.compile(rf"[^{_NEVER}@]{{1,{_AFTER}}}")
_AROUND = re.compile(
    r"(?i)[\w.+-]{1,64}\s?[(\[{<]\s?(?:at|arroba)\s?[)\]}>]\s?"
    r"\w[\w-]{0,62}(?:(?:\.|\s?[(\[{<]\s?(?:dot|punkt|punto)\s?[)\]}>]\s?)\w[\w-]{0,62}){1,5}"
)
_PERCENT = re.compile(r"(?i)[\w.+-]{1,64}%40[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_ENDINGS = (
    "com|net|org|info|biz|io|co|app|dev|ai|me|tv|edu|gov|eu|de|at|ch|uk|ie|fr|es|it|nl|be|us|ca|au"
    "|in|example"
)
_SPOKEN = re.compile(
    r"(?i)\b\w{1,40}(?:[\s,]{1,2}(?:dot|punkt|punto|underscore|dash|hyphen|minus"
    r"|plus)[\s,]{1,2}\w{1,40}){0,4}"
    r"[\s,]{1,2}(?:at|arroba|ät)[\s,]{1,2}\w{1,40}(?:[\s,]{1,2}(?:dash|hyphen"
    r"|minus)[\s,]{1,2}\w{1,40}){0,2}"
    rf"(?:[\s,]{{1,2}}(?:dot|punkt|punto)[\s,]{{1,2}}\w{{1,40}}){{0,2}}[\s,]{{1,2}}(?:dot|punkt"
    rf"|punto)[\s,]{{1,2}}(?:{_ENDINGS})\b"
)
_BRACKETED = re.compile(r"[(\[{<]\s?(?:at|arroba)\s?[)\]}>]")


def _written(text: str) -> Iterator[Span]:
    """What stands around each @, up to its neighbours: all windows together are twice the text."""
    previous, at = -1, text.find("@")
    while at >= 0:
        low = max(previous + 1, at - _BEFORE)
        local, domain = _LOCAL.search(text[low:at]), _DOMAIN.match(text, at + 1)
        if local and domain and "." in domain[0]:
            start = low + local.start()
            for a, b in matches(library().email, text[start : domain.end()]):
                yield Span(start + a, start + b, "EMAIL")
        previous, at = at, text.find("@", at + 1)


def emails(text: str, lowered: str) -> Iterator[Span]:
    """Every e-mail address in a view's text; `lowered` is the text in lower case."""
    if "@" in text:
        yield from _written(text)
    if "%40" in text:
        for match in _PERCENT.finditer(text):
            yield Span(*match.span(), "EMAIL")
    if _BRACKETED.search(lowered):
        for match in _AROUND.finditer(text):
            yield Span(*match.span(), "EMAIL")
    if " dot" in lowered or " punkt" in lowered or " punto" in lowered:
        for match in _SPOKEN.finditer(text):
            yield Span(*match.span(), "EMAIL")

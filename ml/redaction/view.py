"""How a text is read for searching: plain digits and letters, and where each stood in the original.

Full-width and other decimal digits become 0-9, compatibility forms their plain letters (NFKC),
accents written apart join their letter, and what has no width (joiners, soft hyphens, direction
marks, control characters) is passed over: `ja\u200bne@x.example` is searched as `jane@x.example`.
"""

import re
import unicodedata
from array import array
from dataclasses import dataclass

from ml.redaction.kinds import MASK, PLACEHOLDER, Span

_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_ODD = re.compile(rf"[{_HIDDEN}\u0300-\u036f]|(?![0-9])\d")
_ONLY_HIDDEN = re.compile(rf"[{_HIDDEN}]")
_DASH = re.compile("[\u2010-\u2013\u2212]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class View:
    """`text` to search; `starts[i]`, `ends[i]`: where character i stood. None: the same places."""

    text: str
    starts: "array[int] | None" = None
    ends: "array[int] | None" = None

    def original(self, span: Span) -> Span:
        """The span in the original text of a span in `text`."""
        if self.starts is None or self.ends is None:
            return span
        return Span(self.starts[span.start], self.ends[span.end - 1], span.kind)


def readable(text: str) -> str:
    """The text as UTF-8 can hold it: a lone surrogate becomes the replacement character."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _plain(cluster: str) -> str:
    if cluster.isdecimal():
        return str(unicodedata.decimal(cluster)) if len(cluster) == 1 else cluster
    return unicodedata.normalize("NFKC", cluster)


def view(text: str) -> View:
    """The text made plain. Costs a walk over the characters only where something is not plain."""
    if "<" in text:
        text = PLACEHOLDER.sub(lambda match: MASK * len(match[0]), text)
    if not _ODD.search(text) and (text.isascii() or unicodedata.is_normalized("NFKC", text)):
        return View(text if text.isascii() else _DASH.sub("-", text))
    characters: list[str] = []
    starts, ends = array("q"), array("q")
    position = 0
    while position < len(text):
        end = position + 1
        while end < len(text) and end - position < 8 and unicodedata.combining(text[end]):
            end += 1
        cluster = _ONLY_HIDDEN.sub("", text[position:end])
        plain = _plain(cluster) if cluster else ""
        characters.append(plain)
        starts.extend([position] * len(plain))
        ends.extend([end] * len(plain))
        position = end
    return View(_DASH.sub("-", "".join(characters)), starts, ends)

"""Normalise a support text, once and the same way for training and serving.

The encoder was trained on clean sentences and reads ~150 tokens. What a person wrote is kept; what
says nothing about it is cut or folded: markup, quoted replies, signatures, links, handles, numbers.
Every repeat in these expressions is bounded, and the text is capped before any of them runs.
"""

import html
import re
import unicodedata
from functools import lru_cache

RAW_CAP = 20_000
"""Characters looked at at all: no mail says more before its quoted thread begins."""

CAP = 700
"""Characters handed on, about 150 tokens."""

_HEAD_SHARE = 2 / 3  # of CAP; the rest is the ending, where threats and thanks stand

_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_HIDDEN = re.compile(r"<(script|style|head)\b.{0,2000}?</\1\s*>", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd\u200b-\u200f\u2028-\u202e\ufeff]+"
)
_QUOTE_STARTS = re.compile(
    r"^\s*(on\b.{5,200}\bwrote:|-{2,}\s*(original|forwarded) message\s*-{2,}|_{10,}"
    r"|from:\s.{3,200})\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(--\s?|sent from my .{1,40}|get outlook for .{1,20})$", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,32}){1,5}")
_HANDLE = re.compile(r"(?<![\w@])@\w{1,40}")
_HASHTAG = re.compile(r"#(?=[A-Za-z])")
_NUMBER = re.compile(r"#?\b(?:[A-Z]{1,5}-?)?\d{5,40}\b|#\d{1,40}|\+?\b\d[\d() -]{7,20}\d\b")
_REPEAT = re.compile(r"([A-Za-z!?.])\1{3,}")
_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def _symbol(character: str) -> str:
    """An emoji in words (the encoder's vocabulary has none); other characters as they are."""
    if unicodedata.category(character) == "So":
        return f" {unicodedata.name(character, '').lower()} "
    if unicodedata.category(character) in {"Sk", "Mn", "Cs", "Co", "Cn"}:
        return ""  # skin tones, variation selectors, private use, unassigned
    return character


def _own_lines(text: str) -> str:
    """What the writer wrote: without quoted lines, the thread below and the signature."""
    kept: list[str] = []
    for line in text.splitlines():
        if line.lstrip().startswith(">"):
            continue
        if kept and (_QUOTE_STARTS.match(line[:400]) or _SIGNATURE.match(line.strip()[:60])):
            break
        kept.append(line)
    own = "\n".join(kept)
    return own if own.strip() else text


def _ends(text: str, cap: int) -> str:
    """Beginning and end of a text that is too long, cut at words."""
    if len(text) <= cap:
        return text
    head = text[: int(cap * _HEAD_SHARE)].rsplit(" ", 1)[0]
    tail = text[-(cap - int(cap * _HEAD_SHARE)) :].split(" ", 1)[-1]
    return f"{head} … {tail}"


def normalise(text: str | None) -> str:
    """One line of at most about `CAP` characters; empty when nothing readable is there."""
    if not text:
        return ""
    if len(text) > RAW_CAP:
        text = text[: RAW_CAP // 2] + " " + text[-RAW_CAP // 2 :]
    if "<" in text:
        text = _TAG.sub(" ", _HIDDEN.sub(" ", text))
    text = html.unescape(text) if "&" in text else text
    text = _CONTROL.sub(" ", text)
    text = _own_lines(text) if "\n" in text else text
    text = _LINK.sub(" http ", text)
    text = _EMAIL.sub(" email ", text)
    text = _HANDLE.sub("@user", text)
    text = _NUMBER.sub(" number ", text)
    text = _HASHTAG.sub("", text)
    text = _REPEAT.sub(r"\1\1\1", text)
    text = unicodedata.normalize("NFC", text)
    if not text.isascii():
        text = "".join(_symbol(c) if ord(c) > 127 else c for c in text)
    return _ends(_SPACE.sub(" ", text).strip(), CAP)

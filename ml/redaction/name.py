"""Names, as far as they can be told without a language model.

1. The names the caller knows (in the warehouse: the contact's whose conversation it is): the whole
name anywhere, in any case; a part of it (given name, surname) wherever it is written with a
capital, and in any case where a greeting or a closing stands. A part that is an ordinary word too
("Will", "Grace", "May") only there.
2. Names nobody told us, where the text itself introduces one: after a greeting at the start of a
line, after "my name is" or "this is … speaking", after a title, alone on the line under a closing.

A name in the middle of a sentence that no contact bears is not found; a greeted company is taken
for a person. Agents are people too: who signs is redacted, whoever it is.
"""

import re
from collections.abc import Collection, Iterator

from ml.redaction.kinds import Span
from ml.redaction.words import NOBODY, ORDINARY

_N = r"(?:[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿß'’-][\w'’-]{0,30}|[A-ZÀ-Þ]\.)"
_NAMES = rf"{_N}(?: (?:(?:de|del|la|von|van|der|den|da|dos|bin|al|el|zu) ){{0,2}}{_N}){{0,2}}"
_TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herr|Herrn|Frau|Sr|Sra|Srta|Señor|Señora|M|Mme|Mlle"
    r"|Monsieur|Madame)\.?"
)
_GREETING = (
    r"(?:hi|hello|hey|hiya|dear|good (?:day|morning|afternoon|evening)|greetings|hallo|liebe[rs]?"
    r"|guten (?:tag|morgen|abend)|moin"
    r"|servus|sehr geehrte[rs]?|hola|buen[oa]s (?:d[ií]as|tardes|noches)|estimad[oa]|querid[oa]"
    r"|bonjour|bonsoir|salut|ch[eè]re?|ciao)"
)
_CLOSING = (
    r"(?:(?:kind |best |warm |many |with )?(?:regards|wishes|thanks)|best|cheers"
    r"|thank you(?: [a-z ]{0,30})?|thx|sincerely|yours"
    r"(?: [a-z]{3,10})?|warmly|love|(?:viele|liebe|beste|freundliche|herzliche) gr[uü](?:ß|ss)e"
    r"|mit freundlichen gr[uü](?:ß|ss)en|mfg|lg|vg"
    r"|danke|gru(?:ß|ss)|(?:un )?(?:cordial )?saludos?|atentamente|gracias|un abrazo"
    r"|(?:bien )?cordialement|merci)"
)
_START = re.compile(r"\n|: ")
_GREETED = re.compile(
    rf"[ \t]{{0,4}}(?i:{_GREETING}),? (?:{_TITLE} )?(?P<name>{_NAMES})(?=\s?[,!.:;\n–-]|\s?$)"
)
_CLOSED = re.compile(
    rf"(?:^|(?<=\n)|(?<=[.!?] ))[ \t]{{0,4}}(?i:{_CLOSING})[,.!]{{0,2}}[ \t]{{0,4}}(?:\n[ "
    rf"\t]{{0,4}}){{1,3}}(?P<name>{_NAMES})(?=[ \t]{{0,4}}(?:[,.\n|]|$))"
)
_CLOSED_INLINE = re.compile(
    rf"(?:(?i:\b(?:regards|wishes|cheers|sincerely|gr[uü](?:ß|ss)e[n]?|saludos|cordialement)),? "
    rf"|(?i:\b(?:thanks|thank you|thx|best|danke|merci|gracias))(?:,"
    rf"|!) )(?P<name>{_NAMES})(?=[.!]?\s{{0,4}}$)"
)
_BEFORE_ADDRESS = re.compile(rf"(?P<name>{_NAMES}) ?<(?=[^\s<>]{{1,200}}@)")
_ALONE = re.compile(rf"\n[ \t]{{0,4}}(?P<name>{_NAMES})(?=[^\w\n]{{0,6}}$)")
_INTRODUCED = re.compile(
    r"(?i:\b(?:my (?:full )?name(?:'s| is)|name ?[:=]|name on the (?:account|order|card) is"
    r"|ich hei(?:ß|ss)e|mein name ist|me llamo"
    rf"|mi nombre es|je m['’]appelle|mon nom est|they call me)) ?(?:{_TITLE} )?(?P<name>{_NAMES})"
    rf"|(?i:\b(?:this is|i am|i['’]?m|hier ist|hier spricht|ich bin|soy|aqu[ií]|speaking with"
    rf"|spoke (?:to|with))) (?:{_TITLE} )?"
    rf"(?P<two>{_N} (?:(?:de|del|la|von|van|der|den) ){{0,2}}{_N})"
    rf"|(?i:\b(?:this is|hier ist|hier spricht|soy)) (?P<one>{_N})(?= (?:from|speaking|calling"
    rf"|writing|here|again|von|de|aus)\b|,)"
    rf"|\b(?P<here>{_N}) (?i:here from|speaking)\b"
)
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Mx|Dr|Prof|Herrn?|Frau|Señora?|Sra?|Srta|Mme|Mlle)\.? (?P<name>{_NAMES})"
)
_LOWER_INTRODUCED = re.compile(
    r"(?i)\b(?:my name is|my name's|ich heiße|mein name ist|me llamo|mi nombre es"
    r"|je m'appelle) (?P<name>[\w'’-]{2,30})(?! (?:not|wrong|spelled|misspelled|nicht|falsch))"
)

_TITLES = (
    "mr",
    "ms",
    "mx",
    "dr",
    "prof",
    "herr",
    "frau",
    "señor",
    "sra",
    "sr.",
    "sr ",
    "srta",
    "mme",
    "mlle",
)
_HINTS = (
    "name",
    "his is ",
    "i am ",
    "i'm ",
    "i’m ",
    " im ",
    "heiße",
    "heisse",
    "llamo",
    "nombre",
    "appelle",
    "mon nom",
    "call me",
    "hier ",
    "ich bin",
    "soy ",
    "aqu",
    "speak",
    "spoke",
    "here from",
)

_LETTER = re.compile(r"[\w]")


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether a whole word stands there. Scripts without capitals have no word gaps either."""
    if not text[start].islower() and not text[start].isupper():
        return True
    return not (start and _LETTER.match(text[start - 1])) and not (
        end < len(text) and _LETTER.match(text[end])
    )


_PLACE = re.compile(
    rf"(?i)(?:^|\n)[ \t]{{0,4}}{_GREETING},? (?:{_TITLE} )?$|[,.!]?[ \t]{{0,4}}\n[ \t]{{0,4}}$"
    rf"|\b{_CLOSING}[,.!]? $"
    r"|\b(?:name is|name's|this is|i am|i'?m|hei(?:ß|ss)e|name ist|llamo|nombre es|soy|appelle)\s$"
)


def _known(text: str, lowered: str, names: Collection[str]) -> Iterator[Span]:
    if len(lowered) != len(text):  # a few letters grow when lowered; then case counts
        lowered = text
    for name in names:
        whole = " ".join(name.split())
        parts = [whole, *whole.split(" ")] if " " in whole else [whole]
        for part in parts:
            wanted = part.lower().strip(".,")
            if len(wanted) < 2 or wanted in NOBODY:
                continue
            at = lowered.find(wanted)
            while at >= 0:
                end = at + len(wanted)
                capital = not text[at].islower() and part.lower() not in ORDINARY
                if _bounded(text, at, end) and (
                    " " in wanted or capital or _PLACE.search(text[max(0, at - 40) : at])
                ):
                    yield Span(at, end, "NAME")
                at = lowered.find(wanted, end)


def _introductions(text: str, lowered: str) -> Iterator[re.Match[str]]:
    greeted = _GREETED.match(text)
    if greeted:
        yield greeted
    for start in _START.finditer(text):
        greeted = _GREETED.match(text, start.end())
        if greeted:
            yield greeted
    patterns = []
    if any(title in lowered for title in _TITLES):
        patterns.append(_TITLED)
    if "\n" in text:
        patterns += [_CLOSED, _ALONE]
    if "<" in text and "@" in text:
        patterns.append(_BEFORE_ADDRESS)
    if any(hint in lowered for hint in _HINTS):
        patterns += [_INTRODUCED, _LOWER_INTRODUCED]
    for pattern in patterns:
        yield from pattern.finditer(text)
    yield from _CLOSED_INLINE.finditer(text, max(0, len(text) - 150))


def _introduced(text: str, lowered: str) -> Iterator[Span]:
    for match in _introductions(text, lowered):
        group = match.lastgroup or "name"
        start, end = match.span(group)
        words = match[group].lower().split()
        if words[0].strip(".") in NOBODY:
            continue
        while words and words[-1] in NOBODY:
            end = start + match[group].rstrip().rfind(" ") if " " in text[start:end] else end
            words.pop()
        yield Span(start, end, "NAME")


def names(text: str, lowered: str, known: Collection[str] = ()) -> Iterator[Span]:
    """Names in a view's text; `lowered`: it in lower case; `known`: whom it is from or to."""
    yield from _introduced(text, lowered)
    if known:
        yield from _known(text, lowered, known)

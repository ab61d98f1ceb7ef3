"""What opens a door: passwords and codes that a text gives away, keys, tokens, IP addresses.

A password is taken where the text says that one follows ("my password is hunter2", "PIN: 4711").
Words that tell about a password instead ("my password is wrong") are kept. In a link only the
personal part goes: the value of `token=`, the long random piece of the path, `user:password@`.
"""

import re
from collections.abc import Iterator

from ml.redaction.kinds import MASK, Span
from ml.redaction.library import library, matches
from ml.redaction.words import TELLS

HINTS = (
    "://",
    "www.",
    "pass",
    "pw",
    "kennwort",
    "contrase",
    "clave",
    "mot de",
    "key",
    "token",
    "secret",
    "pin",
    "otp",
    "cv",
    "tan",
    "code",
    "codigo",
    "código",
    "bearer",
    "basic",
    "eyj",
    "begin",
    "sk",
    "pk",
    "rk",
    "akia",
    "asia",
    "gh",
    "glpat",
    "xox",
    "aiza",
    "sg.",
    "ya29",
    "npm_",
    "pypi",
    "whsec",
)
"""A text whose lower-case form holds none of these holds no secret that these rules find."""

_NAMED = re.compile(
    r"(?i)\b(?:pass ?word|passwort|kennwort|passcode|pass ?phrase|passwd|pwd|pw|contrase[nñ]a|clave"
    r"|mot de passe"
    r"|api[ _-]?(?:key|token)|access[ _-]?(?:key|token)|client[ _-]?secret|secret(?:[ _-]?key)?"
    r"|auth[ _-]?token|token"
    r"|(?:log-?in|user) (?:pass|pw))\b"
    r"(?P<link>(?:\s{0,2}(?:for|to|of|für|de|von)\s(?:my|the|this|that|mein\w{0,2}|das|mi"
    r"|la)?\s?\w{1,20}){0,1}"
    r"\s{0,2}(?:[:=]|\b(?:is|was|ist|war|lautet|es|era|est)\b\s{0,2}[:=]?)\s{0,3}(?:still |now "
    r"|jetzt )?)"
    r"(?P<quote>[\"'`«“„]?)(?P<value>(?<=[\"'`«“„])[^\n\ue000\"'`»”“„]{1,100}(?=[\"'`»”“])"
    r"|[^\s\ue000\"'`»”“„]{1,200})"
)
_CODE = re.compile(
    r"(?i)\b(?:pin(?:[ -]?(?:code|number|nummer))?|otp|cvv2?|cvc2?|cvn|tan|(?:verification|security"
    r"|log-?in|access|one[ -]time"
    r"|2fa|sms|authentication|auth|unlock|door|gate) ?(?:code|pin)|(?:sicherheits|verifizierungs"
    r"|zugangs|prüf)code"
    r"|c[oó]digo de (?:seguridad|verificaci[oó]n"
    r"|acceso))\b[^\n\d\ue000]{0,20}?(?P<value>\d[\d -]{1,8}\d)(?![\d.,]?\d)"
)
_KEY = re.compile(
    r"\b(?:(?:sk|pk|rk)[_-](?:live|test|proj|ant)?[_-]?[A-Za-z0-9_-]{16,200}"
    r"|whsec_[A-Za-z0-9]{16,100}|(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{20,255}|glpat-[\w-]{20,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,250}"
    r"|AIza[\w-]{35}|SG\.[\w-]{16,64}\.[\w-]{16,64}|ya29\.[\w-]{20,300}|npm_[A-Za-z0-9]{36}"
    r"|pypi-[\w-]{16,300}"
    r"|eyJ[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,1000})?)"
    r"|(?i:\b(?:bearer|basic)\s)(?P<value>[\w.~+/=-]{16,2000})"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,30}PRIVATE "
    r"KEY-----)?"
)
_LINK = re.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"\ue000]{1,2000}")
_USERINFO = re.compile(r"(?i)^[a-z][a-z0-9+.-]{1,20}://(?P<value>[^/@?#]{1,200})@")
_PARAMETER = re.compile(
    r"(?i)[?&#;](?:[a-z0-9]{1,20}[_.-])?(?:token|key|sig|signature|auth|code|session|sessionid|sid"
    r"|jwt|pass(?:word)?|pwd|secret"
    r"|apikey|otp|magic|invite|reset|hash|ticket|e?mail|user(?:name|id)?|uid|phone|tel|name"
    r"|customer|contact|cid)"
    r"=(?P<value>[^&#;\s\ue000]{4,2000})"
)
_PIECE = re.compile(r"(?<=[/=?&#])(?P<value>[\w~%.-]{1,500})")
_RANDOM = re.compile(
    r"(?=[^\d]{0,60}\d)(?=[^A-Za-z]{0,60}[A-Za-z])(?:[A-Za-z0-9_~%-]{20,}|[0-9a-fA-F-]{32,})"
)

_ENDING = re.compile(r"(?:ed|ing|able|ible|ten|iert|ado|ada)$")


def _tells(value: str, text: str, end: int, colon: bool) -> bool:
    """Whether the word after "password is" tells about the password and is not it."""
    word = value.rstrip(".,;:!?)…").lower()
    if word in TELLS or not word:
        return True
    if not word.isalpha() or any(c.isupper() for c in value[1:]):
        return False
    if colon:
        return False
    if _ENDING.search(word):
        return True
    # A plain word is the password only where the sentence ends with it.
    rest = text[end : end + 3].lstrip(" \"'`»”")
    return not (value[-1] in ".,;!?)" or not rest or rest[0] in "\n.,;!?)")


def _named(text: str) -> Iterator[Span]:
    for match in _NAMED.finditer(text):
        value, (start, end) = match["value"], match.span("value")
        if _tells(value, text, end, match["link"].strip()[-1:] in ":="):
            continue
        if not match["quote"]:
            end = start + (len(value.rstrip(".,;:)…")) or len(value))
        yield Span(start, end, "SECRET")
    for match in _CODE.finditer(text):
        yield Span(*match.span("value"), "SECRET")


def _personal_parts(links: list[re.Match[str]]) -> Iterator[Span]:
    for link in links:
        at, url = link.start(), link[0]
        for pattern in (_USERINFO, _PARAMETER):
            for match in pattern.finditer(url):
                yield Span(at + match.start("value"), at + match.end("value"), "SECRET")
        for match in _PIECE.finditer(url):
            if _RANDOM.fullmatch(match["value"]):
                yield Span(at + match.start(), at + match.end(), "SECRET")


def secrets(text: str) -> Iterator[Span]:
    """Passwords, codes, keys and the personal parts of links."""
    links = list(_LINK.finditer(text)) if "://" in text or "www." in text.lower() else []
    yield from _personal_parts(links)
    yield from _named(_LINK.sub(lambda link: MASK * len(link[0]), text) if links else text)
    for match in _KEY.finditer(text):
        group = "value" if match["value"] else 0
        yield Span(*match.span(group), "SECRET")


_IP = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)"
    r"|(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\.\d{1,3}){3})?(?![\w:])"
)
_VERSION = re.compile(
    r"(?i)\b(?:v|ver|version|build|firmware|release|driver|app|ios|android|update)[\s.:]{0,3}(?:is "
    r"|to |number )?$"
)


def ips(text: str) -> Iterator[Span]:
    """IP addresses, both versions; not a version number of four parts that is called one."""
    for match in _IP.finditer(text):
        start = match.start()
        digits = sum(c.isdigit() for c in match[0])
        if digits < 2 or _VERSION.search(text[max(0, start - 20) : start]):
            continue
        for a, b in matches(library().ip, match[0], least=0.5):
            yield Span(start + a, start + b, "IP")

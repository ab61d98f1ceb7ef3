"""Postal addresses where they have a pattern: a street and its number, a postcode and its town.

English, German, Spanish and French forms. A town alone ("I live in Berlin") is no address.
"""

import re
from collections.abc import Iterator

from ml.redaction.kinds import Span
from ml.redaction.library import library, matches
from ml.redaction.runs import labelled

_WORD = r"[A-ZÀ-ÖØ-Þ][\w'’.-]{0,30}"
_TYPE = (
    r"(?:Street|St|Str|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Way"
    r"|Terrace|Ter|Close|Crescent"
    r"|Cres|Square|Sq|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Gardens|Grove|Mews|Row|Hill|Walk|Quay"
    r"|Trail|Alley|Esplanade|Parade)"
)
_UNIT = r"(?:,? ?(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|Fl|Room|No|#)\.? ?#?\w{1,6})?"
_NUMBER = r"\d{1,5}[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?"
_UK = r"[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"
_TOWN = (
    r"[A-ZÀ-ÖØ-Þ][\w'’.-]{1,30}(?:[ -](?:am|an der|upon|on|of|de|la|del|sur|der|im|in"
    r"|[A-ZÀ-ÖØ-Þ][\w'’.-]{1,30})){0,4}"
)
_TAIL = (
    rf"(?:(?:,\s?|\s{{0,2}}\n| ){_TOWN}){{0,2}}(?:,?\s(?:[A-Z]{{2}}\s\d{{5}}(?:-\d{{4}})?|{_UK}"
    rf"|[A-Z]{{2,3}}\s\d{{4}})\b)"
    rf"|(?:,\s?|\s{{0,2}}\n| )(?:[A-Z]{{1,2}}-)?\d{{4,5}}\s{_TOWN}"
)
_ENGLISH = re.compile(
    rf"(?<![\w.#$€£-]){_NUMBER},? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East"
    rf"|West)\.? )?(?:(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}"
    rf"{_TYPE}\b\.?{_UNIT}(?:{_TAIL})?"
)
_ENGLISH_LOWER = re.compile(
    r"(?i)(?<![\w.#$€£-])\d{1,5}[a-z]? (?P<name>(?:[a-z'’]{3,20} ){1,2})(?:street|avenue|road|lane"
    r"|boulevard|drive|terrace|crescent)\b"
)
_NO_NAME = frozenset(
    [
        "the",
        "this",
        "that",
        "and",
        "for",
        "down",
        "along",
        "off",
        "near",
        "from",
        "into",
        "across",
        "per",
        "our",
        "your",
        "their",
        "box",
        "boxes",
        "plant",
        "plants",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "hour",
        "hours",
        "minute",
        "minutes",
        "mile",
        "miles",
        "times",
        "more",
        "people",
        "cars",
        "main",
    ]
)
_NUMBER_LAST = re.compile(
    rf"\b(?:{_WORD} ){{1,3}}{_TYPE}\.? \d{{1,5}}[A-Za-z]?\b(?! ?(?:days?|weeks?|hours?|minutes?"
    rf"|times|plants?|boxes|%|€|\$|:\d))(?:{_TAIL})?"
)
_GERMAN = re.compile(
    r"(?:\b[A-ZÄÖÜ][\wäöüß.-]{1,40}[ -])?\b(?:(?i:[a-zäöüß.-]{2,40}(?:straße|strasse|str\.))"
    r"|[A-ZÄÖÜ][\wäöüß-]{2,40}(?:weg|gasse|allee|platz|ring|damm|ufer|chaussee|steig|wall|graben"
    r"|hof|markt|stieg)"
    r"|(?:Straße|Strasse|Allee|Weg|Platz|Chaussee) (?:der|des|am|zum|zur"
    r"|im) [A-ZÄÖÜ][\wäöüß-]{2,30}"
    r"|(?:Am|An der|An den|Auf der|Auf dem|Im|In der|Zum|Zur|Unter den) [A-ZÄÖÜ][\wäöüß-]{2,30})"
    r" {0,2}\d{1,4}(?: ?[a-z](?![\w]))?(?:[-/]\d{1,4})?\b(?! ?(?:Tage?n?|Wochen?|Monate?n?|Stunden?"
    r"|Minuten|Mal|Uhr|Prozent|%|€|Euro|Pflanzen|Boxen))"
    rf"(?:{_TAIL})?"
)
_SPANISH = re.compile(
    r"(?i:\b(?:calle|c/|avenida|avda\.?|plaza|pza\.?|paseo|camino|carrer|ronda|traves[ií]a"
    r"|glorieta)) ?"
    r"(?:(?:de|del|la|las|los|el|d'|dels) ){0,3}[A-ZÁÉÍÓÚÑ][\wáéíóúñüç'’.-]{1,30}(?: (?:(?:de|del"
    r"|la|las|los|y) ){0,2}[A-ZÁÉÍÓÚÑ][\wáéíóúñüç'’.-]{1,30}){0,3}"
    rf",? (?:(?i:n[úu]mero|n[º°.o]{{1,2}}) ?)?\d{{1,4}}[A-Za-z]?(?:,? \d{{1,2}} ?[º°ªoa]\.?(?:,? "
    rf"?[A-D]\b)?)?(?:{_TAIL})?"
)
_FRENCH = re.compile(
    r"(?<![\w.#$€£-])\d{1,4}(?: (?:bis|ter))?,? (?i:rue|avenue|boulevard|bd|place|chemin|impasse"
    r"|all[ée]e|quai|cours|passage) "
    rf"(?:(?:de la|de l'|de l’|du|des|de|d'|d’|la|le|les|l') ?)?(?:{_WORD}[ -]?){{1,4}}(?:{_TAIL})?"
)
_STATE = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]"
    "|T[NX]|UT|V[AT]|W[AIVY]"
)
_US_TOWN = re.compile(rf"\b{_TOWN},? (?:{_STATE}) \d{{5}}(?:-\d{{4}})?\b")
_PLACE_WORD = (
    r"(?i:\b(?:in|nach|aus|to|from|at|en|de|à|a|plz|postcode|post code|postal code|zip|zip code"
    r"|address|adresse|direcci[oó]n|c[oó]digo postal|code postal|wohne|live|is|ist|es|:|,|\n|^))"
)
_FIVE = re.compile(r"\d{5}\s")
_EURO_TOWN = re.compile(
    rf"(?:(?<=\n)|(?<=, )|^|{_PLACE_WORD}[\s:]{{1,3}})(?P<value>(?:[A-Z]{{1,2}}-)?\d{{5}}\s{_TOWN})"
)
_NEEDED = re.compile(
    r"(?i)\b(?:plz|postleitzahl|postcode|post code|postal code|zip|zip code|c[oó]digo postal"
    r"|code postal)\b[\s:#]{0,3}(?:is|ist|es|est)?[\s:]{0,3}"
    r"(?P<value>[A-Z]{0,2}\d[A-Z0-9]{1,4}(?:[ -]\d[A-Z0-9]{1,3})?)\b"
)
_UK_CANDIDATE = re.compile(rf"\b{_UK}\b")
_PO_BOX = re.compile(
    r"(?i)\b(?:p\.? ?o\.? ?box|postfach|apartado(?: de correos)?"
    r"|bo[iî]te postale) (?:no\.? ?)?\d[\d ]{0,8}\d?\b"
)


def _spans(pattern: re.Pattern[str], text: str, group: str | int = 0) -> Iterator[Span]:
    for match in pattern.finditer(text):
        yield Span(*match.span(group), "ADDRESS")


def addresses(text: str) -> Iterator[Span]:
    """Postal addresses in a view's text; one without a digit has none."""
    for pattern in (_ENGLISH, _NUMBER_LAST, _GERMAN, _SPANISH, _FRENCH, _US_TOWN, _PO_BOX):
        yield from _spans(pattern, text)
    yield from _spans(_NEEDED, text, "value")
    for match in _ENGLISH_LOWER.finditer(text):
        if not _NO_NAME & set(match["name"].lower().split()):
            yield Span(*match.span(), "ADDRESS")
    for match in _EURO_TOWN.finditer(text) if _FIVE.search(text) else ():
        if not labelled(text, match.start("value")):
            yield Span(*match.span("value"), "ADDRESS")
    for match in _UK_CANDIDATE.finditer(text):
        if (
            " " in match[0]
            and matches(library().postcode, match[0])
            and not labelled(text, match.start())
        ):
            yield Span(*match.span(), "ADDRESS")

"""Cards, bank accounts and national ids: by their checksums, or because the text says what they
are.

Two rules for each kind. What proves itself (a checksum over a distinctive form) is taken anywhere.
A number whose check is weak (one in ten of any digits would pass) is taken after a word that names
it; and so is one whose check fails, for a mistyped card number is a card number.
"""

import re
from collections.abc import Iterator

from ml.redaction.kinds import Span
from ml.redaction.library import library, passes
from ml.redaction.runs import Run, labelled

_CARD_WORD = re.compile(
    r"(?i)(?:\b(?:card|visa|master ?card|amex|american express|discover|maestro|debit|credit"
    r"|(?:kredit|ec-?)karte)\w{0,8}"
    r"|\btarjeta|\bcarte (?:bancaire|bleue|de cr[eé]dit))\b[^\n\d]{0,30}$"
)
_CARD_FORM = re.compile(r"(?:3[04-9]|4\d|5[0-8]|6\d)\d{11,17}|2[2-7]\d{14}")
_CARD_GROUPS = re.compile(r"\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=(?:[ \t-]?[A-Za-z0-9]){11})")
_IBAN_LENGTHS = {
    code[:2]: int(code[2:])
    for code in [
        "AD24",
        "AE23",
        "AL28",
        "AT20",
        "AZ28",
        "BA20",
        "BE16",
        "BG22",
        "BH22",
        "BR29",
        "BY28",
        "CH21",
        "CR22",
        "CY28",
        "CZ24",
        "DE22",
        "DK18",
        "DO28",
        "EE20",
        "EG29",
        "ES24",
        "FI18",
        "FO18",
        "FR27",
        "GB22",
        "GE22",
        "GI23",
        "GL18",
        "GR27",
        "GT28",
        "HR21",
        "HU28",
        "IE22",
        "IL23",
        "IQ23",
        "IS26",
        "IT27",
        "JO30",
        "KW30",
        "KZ20",
        "LB28",
        "LC32",
        "LI21",
        "LT20",
        "LU20",
        "LV21",
        "MC27",
        "MD24",
        "ME22",
        "MK19",
        "MR27",
        "MT31",
        "MU30",
        "NL18",
        "NO15",
        "PK24",
        "PL28",
        "PS29",
        "PT25",
        "QA29",
        "RO24",
        "RS22",
        "SA24",
        "SC31",
        "SE24",
        "SI19",
        "SK24",
        "SM27",
        "ST25",
        "SV28",
        "TL23",
        "TN24",
        "TR26",
        "UA29",
        "VA22",
        "VG24",
        "XK20",
    ]
}
"""Characters of each country's account numbers (the IBAN registry, ISO 13616)."""

_IBAN_BODY = re.compile(r"(?:[ \t-]?[A-Za-z0-9]){15,34}")
_IBAN_WORD = re.compile(r"(?i)\biban\b[^\n]{0,12}$")

_SAID = re.compile(
    r"(?i)\b(?:ssn|social\s?sec\w*|itin|tax\s?(?:payer\s)?id\w*|nhs|steuer-?\s?(?:id"
    r"|identifikations)\w*|idnr|pesel"
    r"|aadha+r|uidai|pan card|pan number|permanent account|tfn|tax file|medicare|social insurance"
    r"|nric"
    r"|national (?:insurance|id|identity)|nino|ni number|passport|personalausweis\w*|ausweisnummer"
    r"|reisepass\w*"
    r"|f[uü]hrerschein\w*|driv(?:er|ing)(?:'?s)? licen[cs]e|id card|identity card|dni|nie|nif"
    r"|pasaporte|passeport"
    r"|s[eé]curit[eé] sociale|insee|codice fiscale|personnummer|hetu|bsn|rentenversicherung\w*"
    r"|sozialversicherung\w*)\b(?:[\s:.#=\-]{0,3}(?:number|no|nr|nummer|n[uú]mero|num[eé]ro|is|ist"
    r"|es|est|lautet|de|my"
    r"|card|n[º°o])\b){0,4}[\s:.#=\"'(\-]{0,4}"
)
"""Words after which any token with digits is a national id, with or without a check that holds."""

_TOKEN = re.compile(
    r"(?:[A-Za-z]{1,3} )?[A-Za-z0-9]{0,20}\d[A-Za-z0-9]{0,20}"
    r"(?:[ .\-/](?:[A-Za-z0-9]{0,6}\d[A-Za-z0-9]{0,6}|[A-Za-z](?![A-Za-z]))){0,8}"
)
_PLAIN_FORM = re.compile(r"\d+(?:[ -]\d+)*")
_PLAIN = {
    9: ("au_tfn",),
    10: ("au_medicare", "uk_nhs"),
    11: ("de_tax_id", "pl_pesel"),
    12: ("in_aadhaar",),
}
"""Ids of digits only, by length: one number in ten passes their check, so a labelled one stays."""

_FORMS = {
    # Each is one bounded search for a candidate; presidio's recogniser decides.
    "us_ssn": re.compile(r"\b\d{3}-\d{2}-\d{4}\b"),
    "uk_nino": re.compile(r"(?i)\b[a-z]{2} ?\d\d ?\d\d ?\d\d ?[a-d]\b"),
    "es_nif": re.compile(r"(?i)\b\d{7,8}-?[a-z]\b"),
    "es_nie": re.compile(r"(?i)\b[xyz]-?\d{7,8}-?[a-z]\b"),
    "it_fiscal": re.compile(r"(?i)\b[a-z]{6}[0-9a-z]{2}[a-z][0-9a-z]{2}[a-z][0-9a-z]{3}[a-z]\b"),
    "de_pension": re.compile(r"\b\d{8}[A-Z]\d{3}\b"),
    "fi_hetu": re.compile(r"\b\d{6}[-+A-FYXWVU]\d{3}[0-9A-Y]\b"),
    "in_aadhaar": re.compile(r"(?<!\d[ -])\b[2-9]\d{3}[ -]\d{4}[ -]\d{4}\b(?![ -]\d)"),
}
_FRENCH = re.compile(
    r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3}(?: ?\d\d)(?!\d)"
)


def luhn(digits: str) -> bool:
    """The check digit of cards (ISO/IEC 7812)."""
    total = sum(int(d) for d in digits[-1::-2])
    total += sum((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)[int(d)] for d in digits[-2::-2])
    return total % 10 == 0


def cards(text: str, runs: list[Run]) -> Iterator[Span]:
    """Card numbers among the runs: Luhn and an issuer's first digits, or said to be a card."""
    for run in runs:
        for start, end, digits in run.parts(13, 19):
            if not _CARD_FORM.fullmatch(digits) or len(set(digits)) == 1:
                continue
            part = (start, end) != (run.start, run.end)
            if not _CARD_GROUPS.fullmatch(text, start, end) and (part or labelled(text, start)):
                continue
            if luhn(digits) or _CARD_WORD.search(text[max(0, start - 60) : start]):
                yield Span(start, end, "CARD")


def ibans(text: str) -> Iterator[Span]:
    """Bank account numbers: as many characters as the country's have, if the checksum holds;
    without it, whatever follows the word IBAN."""
    for match in _IBAN.finditer(text):
        body = _IBAN_BODY.match(text, match.start())
        if not body:
            continue
        start, written = match.start(), body[0]
        places = [place for place, character in enumerate(written) if character.isalnum()]
        compact = "".join(written[place] for place in places).upper()
        length = _IBAN_LENGTHS.get(compact[:2], 0)
        if 0 < length <= len(compact) and library().iban.validate_result(compact[:length]):
            yield Span(start, start + places[length - 1] + 1, "IBAN")
        elif _IBAN_WORD.search(text[max(0, start - 20) : start]):
            token = _TOKEN.match(text, start)
            yield Span(start, token.end() if token else body.end(), "IBAN")


def _french(written: str) -> bool:
    """The key of a numéro INSEE (NIR): 97 less the remainder of the first 13 digits."""
    compact = written.replace(" ", "").upper()
    number = int(compact[:13].replace("2A", "19").replace("2B", "18"))
    return 97 - number % 97 == int(compact[13:15])


def national_ids(text: str, runs: list[Run]) -> Iterator[Span]:
    """National ids that prove themselves, and whatever a text calls one.

    `runs`: those that are not telephone numbers, which half the ids of digits alone could be.
    """
    for name, form in _FORMS.items():
        for match in form.finditer(text):
            if passes(library().ids[name], match[0].upper()):
                yield Span(*match.span(), "NATIONAL_ID")
    for match in _FRENCH.finditer(text):
        if _french(match[0]):
            yield Span(*match.span(), "NATIONAL_ID")
    for run in runs:
        written = text[run.start : run.end]
        digits = run.digits if len(run.groups) <= 5 and _PLAIN_FORM.fullmatch(written) else ""
        names = _PLAIN.get(len(digits), ())
        proven = any(passes(library().ids[name], digits) for name in names)
        if proven and not labelled(text, run.start):
            yield Span(run.start, run.end, "NATIONAL_ID")
    for said in _SAID.finditer(text):
        token = _TOKEN.match(text, said.end())
        if token and sum(character.isdigit() for character in token[0]) >= 5:
            yield Span(*token.span(), "NATIONAL_ID")

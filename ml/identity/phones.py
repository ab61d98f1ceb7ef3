"""Phone numbers as E.164, through Google's rules (`phonenumbers`), with the record's own region."""

from contextlib import suppress

import duckdb
import phonenumbers
import pyarrow as pa

from ml.identity.functions import register

_PHONE = "heedline_phone"
UNPLACED = "~"
"""Stands before the digits of a number whose country is unknown."""


def e164(text: str, region: str) -> str | None:
    """The number in E.164, or null when it cannot be one (too short, no digits, impossible in its
    country).

    `00` reads as `+` where the region does not dial so itself. A number that begins with 0 and is
    none of its region is another country's, nobody knows which: `~` and its digits.

    >>> e164("(415) 555-2671 ext. 3", "US"), e164("0171 5550100", "DE"), e164("n/a", "US")
    ('+14155552671', '+491715550100', None)
    >>> e164("0044 113 4960583", "US"), e164("0899 9998619", "US")
    ('+441134960583', '~8999998619')
    """
    digits = "".join(c for c in text if c.isdigit())
    readings: list[tuple[str, str | None]] = [(text, region)]
    if digits[:2] == "00":
        readings.append(("+" + digits[2:], None))
    for written, where in readings:
        with suppress(phonenumbers.NumberParseException):
            number = phonenumbers.parse(written, where)
            if phonenumbers.is_possible_number(number) and not _misread(number, written, where):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = digits.lstrip("0")
    if digits[:1] == "0" and digits[:2] != "00" and 8 <= len(national) <= 11:
        return UNPLACED + national if len(set(national)) > 2 else None
    return None


def _misread(number: phonenumbers.PhoneNumber, written: str, region: str | None) -> bool:
    """Whether a number that begins with 0 was taken for one it is not: of a country without such
    numbers (as long as one of the US is), or for a call abroad (011… is also a city's)."""
    if region is None or written[:1] == "+" or phonenumbers.is_valid_number(number):
        return False
    abroad = number.country_code != phonenumbers.country_code_for_region(region)
    return bool(number.italian_leading_zero) or (written[:1] == "0" and abroad)


def _e164_array(values: pa.ChunkedArray, regions: pa.ChunkedArray) -> pa.Array:
    found = [
        None if text is None else e164(text, region)
        for text, region in zip(values.to_pylist(), regions.to_pylist(), strict=True)
    ]
    return pa.array(found, pa.string())


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `e164` callable from SQL on this connection (again is harmless)."""
    register(connection, _PHONE, _e164_array, 2)


def number(text: str, region: str) -> str:
    """SQL: the number in E.164 or null. What already is E.164 (+ and 8 to 15 digits) is kept as it
    is."""
    bare = f"regexp_replace({text}, '[\\s.-]', '', 'g')"
    return (
        f"(case when regexp_full_match({bare}, '\\+[1-9]\\d{{7,14}}') then {bare} "
        f"when regexp_matches({text}, '\\d') then {_PHONE}({bare}, {region}) end)"
    )

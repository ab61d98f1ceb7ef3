"""Phone numbers as E.164, through Google's rules (`phonenumbers`), with the record's own region."""

import duckdb
import phonenumbers
import pyarrow as pa

from ml.identity.functions import register

_PHONE = "heedline_phone"


def e164(text: str, region: str) -> str | None:
    """The number in E.164, or null when it cannot be one (too short, no digits, impossible in its
    country).

    >>> e164("(415) 555-2671 ext. 3", "US"), e164("0171 5550100", "DE"), e164("n/a", "US")
    ('+14155552671', '+491715550100', None)
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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

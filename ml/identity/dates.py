"""Dates of birth out of text, by stated rules; what cannot be a birth date is unknown.

Read: `1908-12-09` (also with a time), `19081209`, `1908/12/09`, `9.12.1908`, `09/12/1908` (day
first; month first when
only that is a date), a DATE or TIMESTAMP column. Kept as written, to be compared digit by digit:
text of 7 to 9 signs, at least six of them digits,
that is no date (`19670230`, `1967101z`). Unknown (null): a date after `today` or before the
configuration's earliest year,
one of its placeholders, and anything else.
"""

import datetime

from ml.identity.config import Births


def birth_date(text: str, rules: Births, today: datetime.date) -> str:
    """SQL: the birth date in the text expression `text` as yyyymmdd, or what looks like one
    misspelled, or null."""
    clean = f"trim({text})"
    compact = f"regexp_extract({clean}, '^(\\d{{8}})(\\.0)?$', 1)"
    iso = (
        f"regexp_extract({clean}, '^(\\d{{4}})[-/.](\\d{{1,2}})[-/.](\\d{{1,2}})', ['y', 'm', 'd'])"
    )
    day_first = (
        f"regexp_extract({clean}, '^(\\d{{1,2}})[-/. ](\\d{{1,2}})[-/. ](\\d{{4}})', "
        "['d', 'm', 'y'])"
    )

    def of(parts: str, month: str = "m", day: str = "d") -> str:
        return (
            f"try_cast(lpad({parts}.y, 4, '0') || '-' || lpad({parts}.{month}, 2, '0') || '-' || "
            f"lpad({parts}.{day}, 2, '0') as date)"
        )

    parsed = (
        f"coalesce(try_strptime(nullif({compact}, ''), '%Y%m%d')::date, {of(iso)}, "
        f"{of(day_first)}, "
        f"{of(day_first, month='d', day='m')})"
    )
    placeholders = ", ".join(f"'{day}'" for day in rules.placeholders) or "''"
    bare = f"regexp_replace(lower({clean}), '[^0-9a-z]', '', 'g')"
    slip = (
        f"when {parsed} is null and regexp_matches({bare}, '^[12].{{6,8}}$') "
        f"and length(regexp_replace({bare}, '[^0-9]', '', 'g')) >= 6 then {bare} "
    )
    return (
        f"(case when year({parsed}) >= {rules.earliest_year} and {parsed} <= date "
        f"'{today.isoformat()}' "
        f"and strftime({parsed}, '%Y-%m-%d') not in ({placeholders}) then strftime({parsed}, "
        f"'%Y%m%d') {slip}end)"
    )

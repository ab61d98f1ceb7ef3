"""Dates of birth out of text, by stated rules; what cannot be a birth date is unknown.

Read: `1908-12-09` (also with a time), `19081209`, `1908/12/09`, `9.12.1908`, `09/12/1908` (day first; month first when
only that is a date), a DATE or TIMESTAMP column. Unknown (null): a date after `today`, before the
configuration's earliest year, one of its placeholders, or anything else.
"""

import datetime

from ml.identity.config import Births


def birth_date(text: str, rules: Births, today: datetime.date) -> str:
    """SQL: the DATE in the text expression `text`, or null."""
    clean = f"trim({text})"
    compact = f"regexp_extract({clean}, '^(\\d{{8}})(\\.0)?$', 1)"
    iso = (
        f"regexp_extract({clean}, '^(\\d{{4}})[-/.](\\d{{1,2}})[-/.](\\d{{1,2}})', ['y', 'm', 'd'])"
    )
    day_first = f"regexp_extract({clean}, '^(\\d{{1,2}})[-/. ](\\d{{1,2}})[-/. ](\\d{{4}})', ['d', 'm', 'y'])"

    def of(parts: str, month: str = "m", day: str = "d") -> str:
        return (
            f"try_cast(lpad({parts}.y, 4, '0') || '-' || lpad({parts}.{month}, 2, '0') || '-' || "
            f"lpad({parts}.{day}, 2, '0') as date)"
        )

    parsed = (
        f"coalesce(try_strptime(nullif({compact}, ''), '%Y%m%d')::date, {of(iso)}, {of(day_first)}, "
        f"{of(day_first, month='d', day='m')})"
    )
    placeholders = ", ".join(f"'{day}'" for day in rules.placeholders) or "''"
    return (
        f"(case when year({parsed}) >= {rules.earliest_year} and {parsed} <= date '{today.isoformat()}' "
        f"and strftime({parsed}, '%Y-%m-%d') not in ({placeholders}) then {parsed} end)"
    )

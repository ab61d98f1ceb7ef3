"""Numbers as people read them. A missing number is an en dash, never a zero."""

import math
from datetime import date
from numbers import Real

MISSING = "–"
SHARES = ("share", "rate", "ratio")


def _given(value: object) -> float | None:
    if not isinstance(value, Real):
        return None
    return None if math.isnan(value) else float(value)


def number(value: object, digits: int = 0) -> str:
    """`1,234` or `0.53`."""
    given = _given(value)
    return MISSING if given is None else f"{given:,.{digits}f}"


def percent(value: object) -> str:
    """A share in [0, 1] as `85.3 %`."""
    given = _given(value)
    return MISSING if given is None else f"{100 * given:.1f} %"


def duration(value: object) -> str:
    """Minutes as `42 s`, `12 min`, `3.4 h` or `2.1 d`."""
    given = _given(value)
    if given is None:
        return MISSING
    if given < 1:
        return f"{60 * given:.0f} s"
    if given < 120:
        return f"{given:.1f} min" if given < 10 else f"{given:.0f} min"
    return f"{given / 60:.1f} h" if given < 48 * 60 else f"{given / 1440:.1f} d"


def quantity(value: object, unit: object) -> str:
    """A KPI's value in its unit: `minutes`, `share` or anything else as a number."""
    match unit:
        case "minutes":
            return duration(value)
        case str() if unit in SHARES:
            return percent(value)
        case "percent" | "%":
            given = _given(value)
            return MISSING if given is None else f"{given:.1f} %"
        case _:
            given = _given(value)
            digits = 0 if given is not None and given == round(given) else 2
            return number(value, digits)


def cell(value: object) -> str:
    """A cell of a table of numbers: dates as ISO dates, whole numbers without decimals."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()[:10]
    given = _given(value)
    return number(given, 0 if given is not None and given == round(given) else 2)


FILTERS = {"number": number, "quantity": quantity, "cell": cell}

"""What a KPI is made of, said once and in few words, and written out as DAX.

Sums over additive columns, and ratios of such sums: whatever a page is sliced by, both sums are
taken anew and then divided, so no average of averages comes about. Two KPIs do not add up over
days and say which of their rows count: the last day's, or each respondent's last.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """A column of the summed table has one of these values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """Sum of a column over the rows that meet every condition."""

    table: str
    column: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class LastDay:
    """A total of the last day of whatever period is asked for: what is there, not what happened.

    Attributes:
        total: summed over that day.
        day: the date table and its key, which hold days without rows, too.
    """

    total: Total
    day: tuple[str, str]


@dataclass(frozen=True)
class Latest:
    """A total over each respondent's rows of their last day in the period.

    Attributes:
        total: summed over those rows.
        respondent: column that tells them apart.
        day: column of the summed table; its largest value is the last one.
        across: tables that slice the rows and do not decide which of them is the last.
    """

    total: Total
    respondent: str
    day: str
    across: tuple[str, ...]


Sum = Total | LastDay | Latest


@dataclass(frozen=True)
class Ratio:
    """`factor` × one sum / another; empty where the other is 0."""

    numerator: Sum
    denominator: Sum
    factor: int = 1


Expression = Sum | Ratio


def dax(expression: Expression) -> str:
    """The measure's formula."""
    match expression:
        case Ratio(numerator, denominator, factor):
            return _ratio(numerator, denominator, factor)
        case Total():
            return _total(expression)
        case LastDay():
            return _last_day(expression)
        case Latest():
            return f"{_latest_rows(expression)}\nRETURN\n{_indent(_latest_total(expression))}"


def table_ref(table: str) -> str:
    """A table's name as DAX wants it."""
    return "'" + table.replace("'", "''") + "'"


def column_ref(table: str, column: str) -> str:
    """A column's name as DAX wants it."""
    return f"{table_ref(table)}[{column.replace(']', ']]')}]"


def text(value: str) -> str:
    """A string as DAX wants it."""
    return '"' + value.replace('"', '""') + '"'


def calculate(table: str, *arguments: str) -> str:
    """`table(first, …)` over several lines."""
    return f"{table}(\n" + ",\n".join(_indent(argument) for argument in arguments) + "\n)"


def _ratio(numerator: Sum, denominator: Sum, factor: int) -> str:
    if isinstance(numerator, Latest) and isinstance(denominator, Latest):
        rows = f"{_latest_rows(numerator)}\nRETURN\n"
        divided = calculate("DIVIDE", _latest_total(numerator), _latest_total(denominator))
        return rows + _indent(_times(factor, divided))
    return _times(factor, calculate("DIVIDE", dax(numerator), dax(denominator)))


def _times(factor: int, formula: str) -> str:
    return formula if factor == 1 else f"{factor} * {formula}"


def _total(total: Total) -> str:
    conditions = _conditions(total)
    summed = f"SUM({column_ref(total.table, total.column)})"
    return calculate("CALCULATE", summed, *conditions) if conditions else summed


def _conditions(total: Total) -> list[str]:
    """Kept beside the page's own filters: a filter on email finds no chats."""
    found = []
    for condition in total.where:
        values = ", ".join(text(value) for value in condition.values)
        found.append(f"KEEPFILTERS({column_ref(total.table, condition.column)} IN {{{values}}})")
    return found


def _last_day(level: LastDay) -> str:
    """Empty where nothing ever waited, 0 where nothing waits any more."""
    day = column_ref(*level.day)
    summed = f"SUM({column_ref(level.total.table, level.total.column)})"
    conditions = _conditions(level.total)
    rows = f"COUNTROWS({table_ref(level.total.table)})"
    dates = f"REMOVEFILTERS({table_ref(level.day[0])})"
    lines = [
        f"VAR LastDay = MAX({day})",
        "VAR Waiting =",
        _indent(calculate("CALCULATE", summed, *conditions, f"{day} = LastDay")),
        "VAR Known =",
        _indent(calculate("CALCULATE", rows, *conditions, dates)),
        "RETURN",
        _indent("IF(NOT ISBLANK(Known), COALESCE(Waiting, 0))"),
    ]
    return "\n".join(lines)


def _latest_rows(latest: Latest) -> str:
    """The variable `Counted`: respondents, and the last day in the period of each."""
    table = latest.total.table
    respondent = column_ref(table, latest.respondent)
    day = column_ref(table, latest.day)
    across = [f"REMOVEFILTERS({table_ref(dimension)})" for dimension in latest.across]
    respondents = f"SUMMARIZE({table_ref(table)}, {respondent})"
    last = calculate("ADDCOLUMNS", respondents, '"@Last"', f"CALCULATE(MAX({day}))")
    lines = [
        "VAR LastDays =",
        _indent(calculate("CALCULATETABLE", last, *_conditions(latest.total), *across)),
        "VAR Counted =",
        _indent(f"TREATAS(LastDays, {respondent}, {day})"),
    ]
    return "\n".join(lines)


def _latest_total(latest: Latest) -> str:
    summed = f"SUM({column_ref(latest.total.table, latest.total.column)})"
    return calculate("CALCULATE", summed, *_conditions(latest.total), "KEEPFILTERS(Counted)")


def _indent(lines: str) -> str:
    return "\n".join(f"    {line}" for line in lines.split("\n"))

"""The scorecard's rows as measures, each shown in its own unit: shares, minutes, points, counts."""

from publish.destinations.powerbi.measures import calculate, column_ref, text
from publish.destinations.powerbi.model import Measure

MART = "kpi_scorecard"

FORMATS = {
    "share": "0.0%",
    "minutes": '#,0.0 "min"',
    "points": "0.0",
    "score": "0.00",
    "conversations": "#,0",
}
OTHERWISE = "#,0.00"

SHOWN = {
    "value": ("Scorecard value", "Value over the scorecard's days, in the KPI's own unit."),
    "target": ("Scorecard target", "What it is to be, in the KPI's own unit."),
    "previous_value": ("Scorecard value before", "Value over as many days before these."),
}


def format_of(unit: str) -> str:
    """How a KPI of this unit is shown."""
    return FORMATS.get(unit, OTHERWISE)


def measures(mart: str, columns: set[str]) -> tuple[Measure, ...]:
    """One measure per number of a row; empty over several rows, which have no common value."""
    if mart != MART or not {"unit", *SHOWN} <= columns:
        return ()
    cases = [f"{text(unit)}, {text(shown)}" for unit, shown in FORMATS.items()]
    unit = f"SELECTEDVALUE({column_ref(MART, 'unit')})"
    dynamic = calculate("SWITCH", unit, *cases, text(OTHERWISE))
    return tuple(
        Measure(
            name,
            f"SELECTEDVALUE({column_ref(MART, column)})",
            about,
            folder="Scorecard",
            dynamic_format=dynamic,
        )
        for column, (name, about) in SHOWN.items()
    )

"""The table of measures: every KPI under its label, and out of how many it is."""

from publish.destinations.powerbi.measures import Expression, Latest, Ratio, dax
from publish.destinations.powerbi.metrics import Kpi
from publish.destinations.powerbi.model import Measure, ModelColumn, Table
from publish.destinations.powerbi.scorecard import format_of

TABLE = "KPIs"

_OF_LATEST = (
    " In Power BI a page's filters on channel, team, topic or segment do not change which answer"
    " is a customer's latest; they choose among the latest ones. So parts add up to the whole."
)
_COUNTED = "Counted"


def kpi_table(kpis: list[Kpi], folders: dict[str, str]) -> Table:
    """Measures only. `folders`: KPI → display folder."""
    measures: list[Measure] = []
    for kpi in kpis:
        folder = folders.get(kpi.name, "")
        measures.append(
            Measure(
                kpi.label,
                dax(kpi.expression),
                _described(kpi),
                folder,
                format_of(kpi.unit),
            )
        )
        if isinstance(kpi.expression, Ratio):
            measures.append(_counted(kpi, kpi.expression, folder))
    # A table needs a column; a hidden one makes it a table of measures, on top of the list.
    nothing = ModelColumn("Nothing", "Nothing", "VARCHAR", "Empty.", is_hidden=True)
    return Table(
        TABLE,
        "Every KPI as a measure: sums over kpi_daily, taken anew for whatever it is sliced by.",
        (nothing,),
        rows="#table(type table [Nothing = text], {})",
        measures=tuple(sorted(measures, key=lambda measure: measure.name)),
    )


def _described(kpi: Kpi) -> str:
    return kpi.description + (_OF_LATEST if _is_latest(kpi.expression) else "")


def _counted(kpi: Kpi, ratio: Ratio, folder: str) -> Measure:
    about = f"Out of how many {kpi.label} is. A value of few says little."
    path = f"{folder}\\{_COUNTED}" if folder else _COUNTED
    return Measure(f"{kpi.label} – n", dax(ratio.denominator), about, path, "#,0")


def _is_latest(expression: Expression) -> bool:
    parts = (expression.numerator,) if isinstance(expression, Ratio) else (expression,)
    return any(isinstance(part, Latest) for part in parts)

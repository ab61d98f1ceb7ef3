"""The starting report: what to look at first, how it moves, how channels differ, and the targets.

Pages to begin with, not to keep: people lay out their own.
"""

from publish.destinations.powerbi.kpis import TABLE
from publish.destinations.powerbi.model import Model, Table
from publish.destinations.powerbi.pbir import HEIGHT, WIDTH, Field, Page, Place, Visual
from publish.destinations.powerbi.scorecard import MART, SHOWN

GAP = 12
FILTERS = ("Channel", "Team", "Topic")
HEADLINES = (
    "csat",
    "nps",
    "ces",
    "fcr",
    "first_response_minutes_written",
    "resolution_minutes",
    "sla_first_response",
    "backlog",
)
TRENDS = (("conversations_opened", "conversations_solved"), ("csat", "fcr"))
BY_CHANNEL = ("conversations_opened", "first_response_minutes", "resolution_minutes", "csat", "fcr")


def pages(model: Model, labels: dict[str, str]) -> list[Page]:
    """The pages. `labels`: KPI → its measure; what is not there is left out of the page."""
    tables = {table.name: table for table in model.tables}
    measures = {name: Field(TABLE, label, is_measure=True) for name, label in labels.items()}
    overview = Page(
        "overview",
        "Overview",
        (
            *_filters(model.dates, tables),
            *_cards(measures),
            *_trends(model.dates, measures),
            *_channels(tables, measures),
        ),
    )
    return [overview, Page("scorecard", "Scorecard", _targets(tables))]


def _filters(dates: Table | None, tables: dict[str, Table]) -> list[Visual]:
    fields = [Field(dates.name, dates.levels[-1][1])] if dates else []
    fields += [Field(name, name) for name in FILTERS if name in tables]
    return [
        Visual(
            f"filter-{_slug(one.name)}",
            "slicer",
            f"Filter by {one.name}",
            {"Values": (one,)},
            place,
            mode="Between" if dates and one.table == dates.name else "Dropdown",
        )
        for one, place in zip(fields, _row(len(fields), 12, 64), strict=True)
    ]


def _cards(measures: dict[str, Field]) -> list[Visual]:
    names = [name for name in HEADLINES if name in measures]
    return [
        Visual(
            f"card-{_slug(name)}",
            "card",
            measures[name].name,
            {"Values": (measures[name],)},
            place,
        )
        for name, place in zip(names, _row(len(names), 88, 112), strict=True)
    ]


def _trends(dates: Table | None, measures: dict[str, Field]) -> list[Visual]:
    """Lines by month, or by whatever the calendar has in its place."""
    if dates is None:
        return []
    levels = dict(dates.levels)
    month = Field(dates.name, levels.get("Month", dates.levels[-1][1]))
    known = [tuple(measures[n] for n in names if n in measures) for names in TRENDS]
    known = [lines for lines in known if lines]
    return [
        Visual(
            f"trend-{number}",
            "lineChart",
            f"{' and '.join(line.name for line in lines)} by month",
            {"Category": (month,), "Y": lines},
            place,
        )
        for number, (lines, place) in enumerate(
            zip(known, _row(len(known), 212, 240), strict=True), start=1
        )
    ]


def _channels(tables: dict[str, Table], measures: dict[str, Field]) -> list[Visual]:
    shown = tuple(measures[name] for name in BY_CHANNEL if name in measures)
    if not shown or "Channel" not in tables:
        return []
    channel = Field("Channel", "Channel")
    left, right = _row(2, 464, 244)
    bars = {"Category": (channel,), "Y": shown[:1]}
    about = f"{shown[0].name} by channel"
    return [
        Visual("channels-bars", "clusteredBarChart", about, bars, left),
        Visual("channels", "tableEx", "KPIs by channel", {"Values": (channel, *shown)}, right),
    ]


def _targets(tables: dict[str, Table]) -> tuple[Visual, ...]:
    """The scorecard as it was published: each KPI, its target, and the days before."""
    table = tables.get(MART)
    if table is None or not table.measures:
        return ()
    known = {column.name for column in table.columns}
    columns = tuple(Field(MART, name) for name in ("is_attained", "trend") if name in known)
    values = tuple(Field(MART, name, is_measure=True) for name, _ in SHOWN.values())
    roles = {"Values": (Field(MART, "label"), *values, *columns)}
    place = (GAP, GAP, WIDTH - 2 * GAP, HEIGHT - 2 * GAP)
    return (Visual("scorecard", "tableEx", "KPIs against their targets", roles, place),)


def _row(count: int, top: int, height: int) -> list[Place]:
    """Places side by side, as wide as the page allows."""
    width = (WIDTH - GAP * (count + 1)) // count if count else 0
    return [(GAP + i * (width + GAP), top, width, height) for i in range(count)]


def _slug(name: str) -> str:
    return name.lower().replace("_", "-").replace(" ", "-")

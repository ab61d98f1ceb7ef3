"""Any KPI by anything it can be grouped by: what `heedline query` asks of MetricFlow.

The metrics are those of `dbt_project/models/semantic`, the data is the published version.
MetricFlow only writes the SQL. Its own program `mf` is not used: it asks pypi.org for a newer
version on every call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb

from runtime.published import SUPPORT, published_files
from warehouse.settings import Settings

if TYPE_CHECKING:
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow_semantic_interfaces.implementations.semantic_manifest import (
        PydanticSemanticManifest,
    )

FILE = "semantic_manifest.json"
PERIODS = ("day", "week", "month", "quarter", "year")
NONE = "none"
"""What a filter says to ask for what has no such value."""


class CannotAsk(LookupError):
    """There is no such metric or nothing to group it by; the text says what there is."""


@dataclass(frozen=True)
class Metric:
    """A metric as people know it; `better` is at_most, at_least or nothing."""

    name: str
    label: str
    unit: str
    better: str
    description: str


@dataclass(frozen=True)
class Request:
    """Metrics, and what to group and narrow them down by.

    Attributes:
        by: periods (`month`) and names of `Metrics.groups`, short or in full.
        where: name → values, any of which counts; `NONE` is no value.
        first, last: first and last day that count, both included.
    """

    metrics: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Answer:
    """Rows under the names that were asked for, and the SQL that found them in `support.duckdb`."""

    metrics: tuple[Metric, ...]
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    sql: str


class Metrics:
    """The published metrics.

    Raises:
        FileNotFoundError: nothing is published, or by a version of Heedline without metrics.
    """

    def __init__(self, home: Settings) -> None:
        definitions, self._database = published_files(home, FILE, SUPPORT)
        manifest = manifest_at(definitions)
        self._engine = _engine(manifest)
        # What people group by has a label; the rest are keys and parts.
        self._named = {
            entity.name
            for model in manifest.semantic_models
            for entity in model.entities
            if entity.label
        }
        self.all = {
            found.name: Metric(
                found.name,
                found.label or found.name,
                str(found.config.meta["unit"]) if found.config else "",
                str(found.config.meta.get("target_direction", "")) if found.config else "",
                found.description or "",
            )
            for found in self._engine.list_metrics(include_dimensions=False)
            # Those without are parts of others.
            if found.config and "unit" in found.config.meta
        }

    def groups(self, metrics: Sequence[str]) -> list[str]:
        """Everything that all of these metrics can be grouped by, but periods, by its full name."""
        named = list(metrics)
        dimensions = self._engine.simple_dimensions_for_metrics(named)
        entities = self._engine.entities_for_metrics(named)
        return sorted(
            {
                *(d.granularity_free_dunder_name for d in dimensions if d.label),
                *(entity.name for entity in entities if entity.name in self._named),
            }
        )

    def answer(self, request: Request) -> Answer:
        """Ask.

        Raises:
            CannotAsk: no such metric, or it cannot be grouped or narrowed down so.
        """
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest as Query
        from metricflow.engine.metricflow_engine import OutputColumnOrderMode

        metrics = tuple(self._metric(name) for name in request.metrics)
        groups = self.groups(request.metrics)
        by = [
            f"metric_time__{name}" if name in PERIODS else _meant(name, groups, request)
            for name in request.by
        ]
        named = [*request.metrics, *by]
        if twice := {name for name in named if named.count(name) > 1}:
            raise CannotAsk(f"{short(min(twice))} is asked for twice")
        if periods := [name for name in request.where if name in PERIODS]:
            raise CannotAsk(f"{periods[0]!r} is no filter; say the first and the last day")
        conditions = [
            _condition(_meant(name, groups, request), values)
            for name, values in request.where.items()
        ]
        metric_day = "{{ TimeDimension('metric_time', 'day') }}"
        if request.first:
            conditions.append(f"{metric_day} >= '{request.first}'")
        if request.last:
            conditions.append(f"{metric_day} <= '{request.last}'")
        plan = self._engine.explain(
            Query.create(
                metric_names=request.metrics,
                group_by_names=by,
                where_constraints=conditions or None,
                order_by_names=by,
                output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
            )
        )
        sql = plan.sql_statement.without_descriptions.sql
        with duckdb.connect(str(self._database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            rows = connection.execute(sql).fetchall()
        return Answer(metrics, (*request.by, *request.metrics), rows, sql)

    def _metric(self, name: str) -> Metric:
        if name in self.all:
            return self.all[name]
        close = get_close_matches(name, self.all, n=3, cutoff=0.5) or sorted(self.all)[:3]
        raise CannotAsk(
            f"no metric {name!r} is published; did you mean {', '.join(close)}? "
            "`heedline query` alone lists them all"
        )


def short(name: str) -> str:
    """The last part of a full name: `conversation__brand` is `brand`."""
    return name.rsplit("__", 1)[-1]


def _meant(name: str, groups: list[str], request: Request) -> str:
    """The full name of what to group or narrow down by."""
    found = [group for group in groups if name in (group, short(group))]
    if len(found) == 1:
        return found[0]
    if found:
        raise CannotAsk(f"{name!r} can be {' or '.join(found)}; write it in full")
    close = get_close_matches(name, [*PERIODS, *map(short, groups)], n=1, cutoff=0.6)
    raise CannotAsk(
        f"{' and '.join(request.metrics)}: there is no {name!r} to split or filter by"
        + (f"; did you mean {close[0]}?" if close else ".")
        + f" There are {', '.join((*PERIODS, *map(short, groups)))}"
    )


def _condition(name: str, values: Sequence[str]) -> str:
    """SQL in MetricFlow's words; as text, so that `true` means true and any other word nothing."""
    kind = "Dimension" if "__" in name else "Entity"
    column = f"cast({{{{ {kind}('{name}') }}}} as varchar)"
    if broken := [value for value in values if set(value) & set("{}")]:
        raise CannotAsk(f"{broken[0]!r}: braces cannot be asked for")
    literals = ["'" + value.replace("'", "''") + "'" for value in values if value != NONE]
    either = [f"{column} in ({', '.join(literals)})"] if literals else []
    if NONE in values:
        either.append(f"{column} is null")
    return f"({' or '.join(either)})"


def manifest_at(definitions: Path) -> "PydanticSemanticManifest":
    """Definitions as MetricFlow reads them."""
    # Imported here and below: other commands need not wait for it.
    from metricflow_semantics.model.dbt_manifest_parser import (
        parse_manifest_from_dbt_generated_manifest as parsed,
    )

    return parsed(manifest_json_string=definitions.read_text())


def _engine(manifest: "PydanticSemanticManifest") -> "MetricFlowEngine":
    from metricflow.engine.metricflow_engine import MetricFlowEngine
    from metricflow.protocols.sql_client import SqlClient, SqlEngine
    from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    class Dialect:
        """All of a client that writing SQL takes."""

        sql_engine_type = SqlEngine.DUCKDB
        sql_plan_renderer = DuckDbSqlPlanRenderer()

    return MetricFlowEngine(SemanticManifestLookup(manifest), cast(SqlClient, Dialect()))

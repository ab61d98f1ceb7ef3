"""Marts as Superset datasets: the columns of dbt's contracts, and metrics.

Which marts, and what else they need, stands in `dashboards/superset/datasets.yml`. Personal data is
left out here as it is left out of the leaders' snapshot, by the contracts' own mark.
"""

from dataclasses import dataclass, field
from typing import Any

from publish.superset.connection import Connection
from publish.superset.ids import uuid_of
from publish.superset.metrics import Kpi, Metric

# Days between a row and the last day that the scorecard counts: what "the last 28 days" of a chart
# goes by, because a chart may be looked at long after `as_of`.
AGE = "days_ago"
_AGE_MEANS = "Days before the last day that the scorecard counts; 0 to 27 are its 28 days."


class CannotBuild(ValueError):
    """A page or dataset names what is not there; the message says where."""


@dataclass(frozen=True)
class Column:
    """A column of a dataset; `kind` is its SQL type, `expression` makes it a calculated one."""

    name: str
    kind: str
    description: str
    expression: str | None = None

    @property
    def is_time(self) -> bool:
        return self.kind == "DATE" or self.kind.startswith("TIMESTAMP")


@dataclass(frozen=True)
class Dataset:
    """One dataset: a mart, or a query over marts where `sql` is given (with `{schema}`)."""

    name: str
    description: str
    columns: tuple[Column, ...]
    metrics: tuple[Metric, ...]
    time_column: str | None = None
    sql: str | None = None
    uuid: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "uuid", uuid_of("dataset", self.name))

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def metric(self, name: str) -> Metric | None:
        return next((metric for metric in self.metrics if metric.name == name), None)

    def exported(self, connection: Connection) -> dict[str, Any]:
        """As Superset exports it."""
        return {
            "table_name": self.name,
            "description": self.description,
            "schema": connection.schema,
            "catalog": None,
            "sql": self.sql.format(schema=connection.schema) if self.sql else None,
            "source_db_engine": None,
            "main_dttm_col": self.time_column,
            "filter_select_enabled": True,
            "normalize_columns": False,
            "always_filter_main_dttm": False,
            "is_managed_externally": True,
            "columns": [_exported_column(column) for column in self.columns],
            "metrics": [_exported_metric(metric) for metric in self.metrics],
            "uuid": self.uuid,
            "database_uuid": uuid_of("database", connection.name),
            "version": "1.0.0",
        }


def datasets(
    wanted: dict[str, dict[str, Any]], manifest: dict[str, Any], kpis: list[Kpi]
) -> dict[str, Dataset]:
    """Every dataset of `datasets.yml`, by name.

    Args:
        wanted: the file.
        manifest: dbt's.

    Raises:
        CannotBuild: it names a mart, column or KPI that there is not.
    """
    marts = {
        node["name"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    return {name: _dataset(name, asked or {}, marts, kpis) for name, asked in wanted.items()}


def _dataset(name: str, asked: dict[str, Any], marts: dict[str, Any], kpis: list[Kpi]) -> Dataset:
    if name not in marts:
        raise CannotBuild(f"datasets.yml: {name} is no mart")
    own = _public_columns(marts[name])
    joined = {
        other: [_named(f"datasets.yml: {name}", marts[other], c) for c in join["columns"]]
        for other, join in asked.get("join", {}).items()
    }
    columns = [*own, *(column for found in joined.values() for column in found)]
    if "age" in asked:
        columns.append(Column(AGE, "BIGINT", _AGE_MEANS))
    columns += [
        Column(key, made["type"].upper(), made["description"], " ".join(made["sql"].split()))
        for key, made in asked.get("columns", {}).items()
    ]
    described = {column.name: column.description for column in columns}
    metrics = [kpi.metric for kpi in _chosen(name, asked.get("kpis"), kpis)]
    metrics += [
        _metric(name, key, made, described) for key, made in asked.get("metrics", {}).items()
    ]
    return Dataset(
        name=name,
        description=_one_line(marts[name]["description"]),
        columns=tuple(columns),
        metrics=tuple(metrics),
        time_column=asked.get("time"),
        sql=_query(name, own, joined, asked),
    )


def _public_columns(mart: dict[str, Any]) -> list[Column]:
    return [_column(found) for found in mart["columns"].values() if not is_personal(found)]


def is_personal(column: dict[str, Any]) -> bool:
    """The contract's mark, wherever this version of dbt keeps it."""
    metas = (column.get("meta"), (column.get("config") or {}).get("meta"))
    return any(bool((meta or {}).get("personal_data")) for meta in metas)


def _column(found: dict[str, Any]) -> Column:
    return Column(found["name"], found["data_type"].upper(), _one_line(found["description"]))


def _named(where: str, mart: dict[str, Any], name: str) -> Column:
    found = mart["columns"].get(name)
    if found is None or is_personal(found):
        raise CannotBuild(f"{where}: {mart['name']}.{name} is not there, or names a person")
    return _column(found)


def _query(
    name: str, own: list[Column], joined: dict[str, list[Column]], asked: dict[str, Any]
) -> str | None:
    """The query of a dataset that is more than its mart, in SQL that DuckDB and Postgres share."""
    if not joined and "age" not in asked:
        return None
    selected = [f"{name}.{column.name}" for column in own]
    selected += [f"{other}.{c.name}" for other, columns in joined.items() for c in columns]
    tables = [f"from {{schema}}.{name}"]
    for other, join in asked.get("join", {}).items():
        key = join["on"]
        tables.append(f"left join {{schema}}.{other} on {name}.{key} = {other}.{key}")
    if "age" in asked:
        selected.append(f"last.last_day - {name}.{asked['age']} as {AGE}")
        tables.append(
            "cross join (select max(period_end) as last_day from {schema}.kpi_scorecard) as last"
        )
    return "select\n  " + ",\n  ".join(selected) + "\n" + "\n".join(tables)


def _chosen(name: str, asked: str | list[str] | None, kpis: list[Kpi]) -> list[Kpi]:
    """`all`, `additive` (over days), or names."""
    if asked is None:
        return []
    if isinstance(asked, str):
        return [kpi for kpi in kpis if asked == "all" or kpi.adds_up]
    by_name = {kpi.name: kpi for kpi in kpis}
    for missing in sorted(set(asked) - set(by_name)):
        raise CannotBuild(f"datasets.yml: {name}: no metric {missing} in the semantic layer")
    return [by_name[wanted] for wanted in asked]


def _metric(name: str, key: str, made: dict[str, Any], described: dict[str, str]) -> Metric:
    """`about` names the column whose contract says what the metric means."""
    about = made.get("about")
    if about is not None and about not in described:
        raise CannotBuild(f"datasets.yml: {name}: metric {key} is about {about}, no column of it")
    description = described[about] if about else made["description"]
    return Metric(
        key, made["label"], description, " ".join(made["sql"].split()), made.get("format")
    )


def _exported_column(column: Column) -> dict[str, Any]:
    return {
        "column_name": column.name,
        "verbose_name": column.name.removeprefix("is_").replace("_", " ").capitalize(),
        "description": column.description,
        "type": column.kind,
        "is_dttm": column.is_time,
        "is_active": True,
        "groupby": True,
        "filterable": True,
        "expression": column.expression,
    }


def _exported_metric(metric: Metric) -> dict[str, Any]:
    return {
        "metric_name": metric.name,
        "verbose_name": metric.label,
        "description": metric.description,
        "expression": metric.expression,
        "d3format": metric.form,
        "warning_text": metric.warning,
    }


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())

"""The kept bundle: up to date, whole in itself, of what the contracts have, nothing personal."""

import json
import math
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from publish.superset import DUCKDB, POSTGRES, bundle, write
from publish.superset.bundle import ROOM
from publish.superset.datasets import CannotBuild, is_personal
from tests.publish.superset.conftest import Bundle
from warehouse.settings import PROJECT_ROOT


def test_the_kept_bundle_is_what_is_made_today(target: Path) -> None:
    """If it fails: python -m publish.superset, after a run."""
    kept = {
        str(file.relative_to(ROOM / "bundle")): file.read_text()
        for file in (ROOM / "bundle").rglob("*.yaml")
    }
    assert kept == bundle(target, DUCKDB)


def test_uuids_are_unique_and_every_reference_meets_its_part(bundle: Bundle) -> None:
    kinds = (bundle.databases, bundle.datasets, bundle.charts, bundle.dashboards)
    uuids = [part["uuid"] for kind in kinds for part in kind.values()]
    assert len(set(uuids)) == len(uuids)
    (database,) = bundle.databases.values()
    assert {d["database_uuid"] for d in bundle.datasets.values()} == {database["uuid"]}
    datasets = {d["uuid"] for d in bundle.datasets.values()}
    assert {chart["dataset_uuid"] for chart in bundle.charts.values()} <= datasets
    placed = [uuid for board in bundle.dashboards.values() for uuid in chart_uuids(board)]
    assert sorted(placed) == sorted(chart["uuid"] for chart in bundle.charts.values())
    for board in bundle.dashboards.values():
        for found in board["metadata"]["native_filter_configuration"]:
            (goal,) = found["targets"]
            columns = next(d for d in bundle.datasets.values() if d["uuid"] == goal["datasetUuid"])
            assert goal["column"]["name"] in named(columns, "columns", "column_name")


def test_the_exposure_names_the_marts_that_are_read(bundle: Bundle, target: Path) -> None:
    exposures = json.loads((target / "manifest.json").read_text())["exposures"]
    read = set()
    for dataset in bundle.datasets.values():
        read |= {dataset["table_name"], *re.findall(r"left join main\.(\w+)", dataset["sql"] or "")}
    found = exposures["exposure.heedline.superset"]["depends_on"]["nodes"]
    assert {node.rsplit(".", 1)[1] for node in found} == read


def test_the_same_parts_have_the_same_uuids_on_postgres(bundle: Bundle, target: Path) -> None:
    from publish.superset import bundle as make

    other = {path: yaml.safe_load(text) for path, text in make(target, POSTGRES).items()}
    for path, chart in bundle.charts.items():
        assert other[path] == chart
    tables = [part for path, part in other.items() if path.startswith("datasets/")]
    assert {table["schema"] for table in tables} == {"kpi"}
    assert all("main." not in (table["sql"] or "") for table in tables)


def test_every_dashboard_fills_its_rows_and_its_tree_is_whole(bundle: Bundle) -> None:
    for board in bundle.dashboards.values():
        parts = {k: v for k, v in board["position"].items() if isinstance(v, dict)}
        for name, part in parts.items():
            assert part["id"] == name
            for child in part.get("children", ()):
                assert parts[child]["parents"][-1] == name
        rows = [part for part in parts.values() if part["type"] == "ROW"]
        for row in rows:
            assert sum(parts[child]["meta"]["width"] for child in row["children"]) == 12


def test_every_channel_has_a_colour_of_its_own_the_same_on_every_dashboard(
    bundle: Bundle,
) -> None:
    drop = yaml.safe_load((PROJECT_ROOT / "connectors/file_drop/schema.yml").read_text())
    channels = drop["entities"]["conversations"]["columns"]["channel"]["one_of"]
    for board in bundle.dashboards.values():
        colours = board["metadata"]["label_colors"]
        assert set(colours) == set(channels)
        pairs = combinations(colours.values(), 2)
        assert min(apart(one, other) for one, other in pairs) > 120


def apart(one: str, other: str) -> float:
    """How different two colours look ("redmean"); black and white: 765."""
    (r1, g1, b1), (r2, g2, b2) = (bytes.fromhex(colour[1:]) for colour in (one, other))
    red = (r1 + r2) / 512
    return math.sqrt((2 + red) * (r1 - r2) ** 2 + 4 * (g1 - g2) ** 2 + (3 - red) * (b1 - b2) ** 2)


def test_columns_are_those_of_the_contracts_with_their_words(
    bundle: Bundle, contracts: dict[str, dict[str, Any]]
) -> None:
    for dataset in bundle.datasets.values():
        own = contracts[dataset["table_name"]]
        joined = re.findall(r"left join main\.(\w+)", dataset["sql"] or "")
        known = [own, *(contracts[mart] for mart in joined)]
        for column in dataset["columns"]:
            name = column["column_name"]
            if column["expression"] or name == "days_ago":
                continue
            found = next(contract[name] for contract in known if name in contract)
            assert column["description"] == " ".join(found["description"].split()), name
            assert column["type"] == found["data_type"].upper(), name
        public = {name for name, column in own.items() if not is_personal(column)}
        assert public <= named(dataset, "columns", "column_name")


def test_no_dataset_has_or_reads_a_personal_column(
    bundle: Bundle, contracts: dict[str, dict[str, Any]]
) -> None:
    for dataset in bundle.datasets.values():
        personal = {
            f"{mart}.{name}"
            for mart, columns in contracts.items()
            for name, column in columns.items()
            if is_personal(column)
        }
        sql = dataset["sql"] or ""
        assert not personal & set(re.findall(r"\w+\.\w+", sql))
        own = {
            name
            for mart, name in (entry.split(".") for entry in personal)
            if mart == dataset["table_name"]
        }
        assert not own & named(dataset, "columns", "column_name")
        assert "*" not in sql
    assert any(map(is_personal, contracts["at_risk_customers"].values()))


def test_charts_name_only_what_their_dataset_has(bundle: Bundle) -> None:
    for path, chart in bundle.charts.items():
        dataset = bundle.dataset_of(chart)
        columns = named(dataset, "columns", "column_name")
        metrics = named(dataset, "metrics", "metric_name")
        params = chart["params"]
        (query,) = json.loads(chart["query_context"])["queries"]
        groups = [c if isinstance(c, str) else c["sqlExpression"] for c in query["columns"]]
        assert set(groups) <= columns, path
        assert set(query["metrics"] or ()) <= metrics, path
        assert {name for name, _ in query["orderby"]} <= columns | metrics, path
        assert {found["col"] for found in query["filters"]} <= columns, path
        # What the picture is drawn from asks for the same.
        drawn = params.get("metrics", [params["metric"]] if "metric" in params else [])
        assert drawn == (query["metrics"] or []), path
        filters = [(f["subject"], f["operator"], f["comparator"]) for f in params["adhoc_filters"]]
        assert filters == [(f["col"], f["op"], f.get("val")) for f in query["filters"]], path
        assert set(params.get("column_config", ())) <= {*groups, *metrics, *columns}, path


def test_every_metric_is_described_and_nothing_can_be_written(bundle: Bundle) -> None:
    for dataset in bundle.datasets.values():
        assert all(metric["description"] for metric in dataset["metrics"]), dataset["table_name"]
    (database,) = bundle.databases.values()
    allowed = [
        key for key, value in database.items() if key.startswith(("allow", "expose")) and value
    ]
    assert allowed == []
    config = database["extra"]["engine_params"]["connect_args"]["config"]
    assert config["access_mode"] == "READ_ONLY"
    assert config["enable_external_access"] is False
    assert config["lock_configuration"] is True


@pytest.mark.parametrize(
    ("chart", "said"),
    [
        ({"metric": "no_such"}, "kpi_daily has no metric no_such"),
        ({"metric": "csat", "by": ["shoe_size"]}, "kpi_daily has no column shoe_size"),
        ({"metric": "csat", "where": {"email": 1}}, "kpi_daily has no column email"),
        ({"metric": "csat", "dataset": "raw"}, "no dataset raw"),
        ({"metric": "csat", "kind": "cake"}, "no kind cake"),
        ({"metric": "csat", "colour": "red"}, "colour is nothing that a chart can be told"),
        ({"metric": "csat", "width": 5}, "row 1 is 5 of 12 wide"),
        ({"scorecard": "shoe_size"}, "shoe_size is not on the scorecard"),
    ],
)
def test_a_page_that_names_what_is_not_there_is_told_where(
    chart: dict[str, Any], said: str, target: Path, tmp_path: Path
) -> None:
    full = {"kind": "number", "title": "One", "dataset": "kpi_daily", "width": 12} | chart
    page = {"title": "T", "about": "A", "rows": [{"height": 20, "charts": [full]}]}
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "mine.yml").write_text(yaml.safe_dump(page))
    (tmp_path / "datasets.yml").write_text((ROOM / "datasets.yml").read_text())
    with pytest.raises(CannotBuild, match=rf"pages/mine.yml.*{said}"):
        bundle(target, DUCKDB, tmp_path)


def test_personal_data_cannot_be_joined_in(target: Path, tmp_path: Path) -> None:
    wanted = {
        "at_risk_customers": {
            "join": {"dim_customers": {"on": "customer_id", "columns": ["email"]}}
        }
    }
    (tmp_path / "datasets.yml").write_text(yaml.safe_dump(wanted))
    with pytest.raises(CannotBuild, match=r"dim_customers.email is not there, or names a person"):
        bundle(target, DUCKDB, tmp_path)


def test_writing_replaces_a_bundle_and_touches_nothing_else(tmp_path: Path) -> None:
    write({"metadata.yaml": "a", "charts/gone.yaml": "b"}, tmp_path / "made")
    write({"metadata.yaml": "c"}, tmp_path / "made")
    assert [file.name for file in (tmp_path / "made").rglob("*")] == ["metadata.yaml"]
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="is no bundle"):
        write({"metadata.yaml": "c"}, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep"


def named(dataset: dict[str, Any], kind: str, key: str) -> set[str]:
    return {entry[key] for entry in dataset[kind]}


def chart_uuids(board: dict[str, Any]) -> list[str]:
    parts = [part for part in board["position"].values() if isinstance(part, dict)]
    return [part["meta"]["uuid"] for part in parts if part["type"] == "CHART"]

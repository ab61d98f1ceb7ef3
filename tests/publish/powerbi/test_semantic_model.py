"""The semantic model as it was written: whole, unambiguous, described, of what is published."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.publish.powerbi.reading import active, parquet_of, source, values
from tests.publish.powerbi.tmdl_reader import Node, reference

# Microsoft's DataType enumeration, as far as imported tables have it.
TYPES = {"string", "int64", "double", "dateTime", "boolean", "decimal"}
COLUMN = re.compile(r"'((?:[^']|'')+)'\[([^\]]+)\]")
TABLE = re.compile(r"'((?:[^']|'')+)'")


def columns(model: Node) -> set[tuple[str, str]]:
    return {(t.name, c) for t in model.of("table").values() for c in t.of("column")}


def formulas(model: Node) -> Iterator[tuple[str, str]]:
    """Every DAX formula with its name."""
    for table in model.of("table").values():
        for measure in table.of("measure").values():
            yield measure.name, measure.formula
            yield measure.name, measure.properties.get("formatStringDefinition", "")
    for role in model.of("role").values():
        for permission in role.of("tablePermission").values():
            yield permission.name, permission.formula


def test_every_name_in_a_formula_relationship_or_role_is_there(model: Node) -> None:
    tables, known = model.of("table"), columns(model)

    for name, formula in formulas(model):
        said = re.sub(r'"(?:[^"]|"")*"', '""', formula)  # texts may hold anything
        assert {(t, c) for t, c in COLUMN.findall(said)} <= known, name
        assert set(TABLE.findall(said)) <= set(tables), name
        assert said.count("(") == said.count(")"), name
    for one in model.of("relationship").values():
        assert {reference(one.properties[end]) for end in ("fromColumn", "toColumn")} <= known
    for role in model.of("role").values():
        assert set(role.of("tablePermission")) <= set(tables)
    assert {ref.name for ref in model.children if ref.kind == "ref table"} == set(tables)
    for table in tables.values():
        own = set(table.of("column"))
        for hierarchy in table.of("hierarchy").values():
            assert {level.properties["column"] for level in hierarchy.children} <= own
        sorted_by = {c.properties.get("sortByColumn") for c in table.of("column").values()}
        assert sorted_by - {None} <= own


def test_there_is_one_way_at_most_from_any_table_to_any_other(model: Node) -> None:
    edges = Counter(active(model))
    ways = Counter(edges)
    for _ in range(len(model.of("table"))):
        longer: Counter[tuple[str, str]] = Counter()
        for (start, middle), count in ways.items():
            for (also_middle, end), more in edges.items():
                if middle == also_middle:
                    longer[start, end] += count * more
        ways = edges + longer
    assert max(ways.values()) == 1
    assert not [start for start, end in ways if start == end]
    for one in model.of("relationship").values():
        assert "crossFilteringBehavior" not in one.properties  # one way: from the one to the many


def test_facts_are_sliced_by_the_calendar_and_by_what_every_kpi_is_told_apart_by(
    model: Node,
) -> None:
    slicers = {"dim_dates", "Channel", "Team", "Topic", "Segment"}
    for fact in ("kpi_daily", "kpi_answers"):
        assert {one for many, one in active(model) if many == fact} == slicers
    assert ("fct_conversations", "dim_agents") in active(model)
    assert ("fct_conversations", "dim_customers") in active(model)
    assert ("dim_customers", "dim_accounts") in active(model)
    # An account's filter would reach conversations twice.
    assert ("fct_conversations", "dim_accounts") not in active(model)


def test_columns_are_those_of_the_parquet_files_with_their_types(
    model: Node, version: Path
) -> None:
    read = 0
    for table in model.of("table").values():
        path = parquet_of(version, table)
        if path is None:
            continue
        schema = pq.ParquetDataset(path).schema
        for column in table.of("column").values():
            kind = schema.field(column.properties["sourceColumn"]).type
            assert column.properties["dataType"] == tabular(kind), (table.name, column.name)
        chosen = re.search(r"SelectColumns\(Source, \{(.*?)\}\)", source(table))
        assert chosen is not None
        assert chosen[1].replace('"', "").split(", ") == [
            column.properties["sourceColumn"] for column in table.of("column").values()
        ]
        read += 1
    assert read == len(model.of("table")) - 2  # the measures' table and who may see which team


def test_what_grows_is_read_as_a_folder_and_anything_else_as_a_file(
    model: Node, version: Path, manifest: dict[str, Any]
) -> None:
    grows = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["meta"].get("partition_by")
    }
    read = {table.name: source(table) for table in model.of("table").values()}
    folders = {name for name, query in read.items() if "Folder.Files(" in query}
    assert folders == grows & set(read)
    assert {"kpi_daily", "fct_conversations"} <= folders
    for name in folders:
        path = parquet_of(version, model.of("table")[name])
        assert path is not None
        assert {file.suffix for file in path.iterdir()} == {".parquet"}, name


def tabular(kind: pa.DataType) -> str:
    for is_kind, name in (
        (pa.types.is_string, "string"),
        (pa.types.is_integer, "int64"),
        (pa.types.is_floating, "double"),
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_date, "dateTime"),
        (pa.types.is_timestamp, "dateTime"),
    ):
        if is_kind(kind):
            assert name in TYPES
            return name
    raise AssertionError(kind)


def test_instants_are_turned_to_utc_and_days_are_left_alone(model: Node, version: Path) -> None:
    turned = 0
    for table in model.of("table").values():
        path = parquet_of(version, table)
        if path is None:
            continue
        schema = pq.ParquetDataset(path).schema
        instants = {name for name in table.of("column") if is_instant(schema, name)}
        named = set(re.findall(r'\{"(\w+)", UtcInstant, type nullable datetime\}', source(table)))
        assert named == instants, table.name
        turned += len(named)
    assert turned > 10
    assert set(model.of("expression")) == {"PublishedFolder", "UtcInstant"}


def is_instant(schema: pa.Schema, column: str) -> bool:
    return column in schema.names and pa.types.is_timestamp(schema.field(column).type)


def test_what_filters_has_each_value_once_and_every_value_of_its_facts(
    model: Node, version: Path
) -> None:
    tables = model.of("table")
    for one in model.of("relationship").values():
        many, column = reference(one.properties["fromColumn"])
        to_table, key = reference(one.properties["toColumn"])
        keys = values(version, tables[to_table], key)
        assert None not in keys
        assert len(set(keys)) == len(keys), to_table
        if to_table.startswith("dim_") and to_table != "dim_dates":
            continue  # who was erased or is no agent of ours is in no list: (Blank)
        assert set(values(version, tables[many], column)) - {None} <= set(keys), (many, to_table)


def test_the_calendar_has_no_gap_and_begins_with_a_year(model: Node, version: Path) -> None:
    table = model.of("table")["dim_dates"]
    assert table.properties["dataCategory"] == "Time"
    assert "isKey" in table.of("column")["calendar_date"].properties
    days = values(version, table, "calendar_date")
    assert (days[0].month, days[0].day) == (1, 1)
    assert {(after - before).days for before, after in pairwise(days)} == {1}
    published = pq.read_table(version / "parquet/dim_dates/data.parquet").to_pylist()
    path = parquet_of(version, table)
    assert path is not None
    assert pq.read_table(path).to_pylist()[-len(published) :] == published
    assert len(days) > len(published)
    starts = [values(version, table, f"{grain}_start") for grain in ("week", "month", "quarter")]
    for day, week, month, quarter in zip(days, *starts, strict=True):
        assert week == day - timedelta(days=day.weekday())
        assert month == day.replace(day=1)
        assert quarter == day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)

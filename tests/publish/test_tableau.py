"""Tableau's files, read with Tableau's own libraries."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tableaudocumentapi import Datasource
from tableauhyperapi import (
    Connection,
    HyperProcess,
    SchemaName,
    Telemetry,
)

from publish import config, publish
from publish.destinations import tableau
from publish.labels import caption
from publish.marts import CannotPublish
from tests.publish.conftest import Company

pytestmark = pytest.mark.usefixtures("quick_report")


def hyper(folder: Path) -> dict[str, tuple[list[str], list[str], list[list]]]:
    """Every table of the file: names of its columns, their types, its rows."""
    found = {}
    with (
        HyperProcess(
            Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}
        ) as process,
        Connection(process.endpoint, folder / "tableau" / "support.hyper") as file,
    ):
        for table in file.catalog.get_table_names(SchemaName("Extract")):
            columns = file.catalog.get_table_definition(table).columns
            found[table.name.unescaped] = (
                [column.name.unescaped for column in columns],
                [str(column.type) for column in columns],
                file.execute_list_query(f"select * from {table}"),
            )
    return found


def plain(value: object) -> object:
    """A value that can be compared, instants in UTC."""
    if hasattr(value, "to_datetime"):
        return value.to_datetime().replace(tzinfo=None)
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, Decimal):
        return value.normalize()
    return value.to_date() if hasattr(value, "to_date") else value


def test_every_mart_is_there_to_the_last_digit(company: Company) -> None:
    folder = publish(company.as_of).folder

    tables = hyper(folder)
    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        marts = {row[0] for row in snapshot.execute("show tables").fetchall()} - {"about"}
        assert set(tables) == marts
        for mart in marts:
            wanted = snapshot.execute(f"from {mart}").fetchall()
            assert sorted(repr([plain(v) for v in row]) for row in tables[mart][2]) == sorted(
                repr([plain(v) for v in row]) for row in wanted
            ), mart


def test_types_that_tableau_lacks_keep_their_values(company: Company) -> None:
    company.execute(
        """
        create or replace table marts.dim_agents as select
            'a' as agent_id, 9223372036854775807::hugeint as huge, 7::utinyint as small,
            1234567890123456.78::decimal(38, 2) as exact, 0.5::float as half,
            ['x', null] as texts, {'a': 1} as nested, true as flag, date '2026-06-30' as day,
            'b'::enum('a', 'b') as word, time '10:11:12.5' as hour, interval '1 month' as span,
            timestamptz '2026-06-30 23:59:59.999999+02' as instant
        """
    )
    company.describe({})

    names, types, ((*values,),) = hyper(publish(company.as_of).folder)["dim_agents"]
    assert dict(zip(names, zip(types, map(plain, values), strict=True), strict=True)) == {
        "agent_id": ("TEXT", "a"),
        "huge": ("BIG_INT", 9223372036854775807),
        "small": ("BIG_INT", 7),
        "exact": ("NUMERIC(18, 2)", values[3]),
        "half": ("DOUBLE", 0.5),
        "texts": ("TEXT", '["x",null]'),
        "nested": ("TEXT", '{"a":1}'),
        "flag": ("BOOL", True),
        "day": ("DATE", datetime(2026, 6, 30).date()),
        "word": ("TEXT", "b"),
        "hour": ("TEXT", "10:11:12.5"),
        "span": ("TEXT", "1 month"),
        "instant": ("TIMESTAMP", datetime(2026, 6, 30, 21, 59, 59, 999999)),
    }
    assert str(values[3]) == "1234567890123456.78"


def test_a_number_that_does_not_fit_is_refused_and_not_rounded(company: Company) -> None:
    first = publish(company.as_of)
    company.execute("create or replace table marts.dim_agents as select 2::hugeint ** 70 as huge")
    company.execute("alter table marts.dim_agents alter huge type hugeint")
    company.describe({})

    with pytest.raises(CannotPublish, match=r"marts\.dim_agents holds a number that Tableau"):
        publish(company.as_of)
    assert (first.folder.parent / "current").resolve() == first.folder


def test_an_empty_mart_is_an_empty_table(company: Company) -> None:
    company.execute("delete from marts.fct_survey_responses")

    names, _, rows = hyper(publish(company.as_of).folder)["fct_survey_responses"]
    assert names == ["response_id", "survey_type", "score"]
    assert rows == []


def test_leaders_find_nobody_in_it(company: Company) -> None:
    text = str(hyper(publish(company.as_of).folder))

    for person in ("@customer.example", "Ana Müller", "+4915100000"):
        assert person not in text


def test_the_engine_leaves_nothing_behind(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    folder = publish(company.as_of).folder

    assert list((tmp_path / "here").iterdir()) == []
    left = {path.suffix for path in (folder / "tableau").iterdir()}
    assert left == {".hyper", ".tds"}


def test_a_data_source_explains_its_fields_and_finds_its_rows(company: Company) -> None:
    folder = publish(company.as_of).folder
    source = Datasource.from_file(str(folder / "tableau" / "fct_conversations.tds"))

    (connection,) = source.connections
    assert connection.dbclass == "hyper"
    assert (folder / "tableau" / connection.dbname).exists()
    names, types, _ = hyper(folder)["fct_conversations"]
    assert [field.strip("[]") for field in source.fields] == names
    shown = {
        "TEXT": "string",
        "BIG_INT": "integer",
        "DOUBLE": "real",
        "TIMESTAMP": "datetime",
        "BOOL": "boolean",
        "NUMERIC": "real",
    }
    fields = source.fields
    for name, kind in zip(names, types, strict=True):
        assert fields[f"[{name}]"].datatype == shown[kind.split("(")[0]]
    minutes = fields["[first_response_minutes]"]
    assert (minutes.caption, minutes.role, minutes.type) == (
        "First response minutes",
        "measure",
        "quantitative",
    )
    assert "What first_response_minutes means." in minutes.description


def test_names_are_said_as_people_say_them() -> None:
    said = {
        "kpi_scorecard": "KPI scorecard",
        "customer_id": "Customer ID",
        "fcr_decided": "FCR decided",
        "as_of": "As of",
        "is_fcr": "Is FCR",
    }
    assert {name: caption(name) for name in said} == said


@pytest.mark.parametrize(
    ("named", "on"),
    [("", True), ("tableau", True), ("tableau, postgres", True), ("postgres", False)],
)
def test_it_is_written_where_the_settings_say_so(
    monkeypatch: pytest.MonkeyPatch, named: str, on: bool
) -> None:
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", named)
    assert (tableau in config.destinations()) is on


def test_a_destination_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", "tableu")
    with pytest.raises(CannotPublish, match="names tableu; known are tableau, postgres"):
        config.destinations()


def test_another_choice_of_destinations_makes_another_version(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", "postgres")
    without = publish(company.as_of)
    assert not (without.folder / "tableau").exists()
    monkeypatch.delenv("HEEDLINE_DESTINATIONS")

    added = publish(company.as_of)
    assert (added.folder / "tableau" / "support.hyper").exists()
    assert publish(company.as_of).unchanged

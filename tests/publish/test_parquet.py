"""Parquet: a folder per mart, a file per year where it grows, one table to whoever reads it."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from publish import publish
from publish.marts import CannotPublish
from tests.publish.conftest import Company

pytestmark = pytest.mark.usefixtures("quick_report")
MART = "fct_conversations"
# A year's last instant and the next one's first; one that is next year's in another zone; none.
ACROSS = """
    update marts.fct_conversations set opened_at = case conversation_id
        when 'v1' then timestamptz '2024-12-31 23:59:59.999999+00'
        when 'v2' then timestamptz '2025-01-01 00:00:00+00'
        when 'v3' then timestamptz '2025-01-01 01:00:00+02'
        when 'v4' then null
    end where conversation_id in ('v1', 'v2', 'v3', 'v4')
"""


def cut(company: Company, change: str = ACROSS, by: str = "opened_at") -> Path:
    """Publish with a file per year; the mart's folder."""
    company.execute(change)
    company.partition_by = {MART: by}
    company.describe({})
    return publish(company.as_of).folder / "parquet" / MART


def ids(file: Path) -> set[str]:
    return set(pq.read_table(file).column("conversation_id").to_pylist())


def test_each_year_has_a_file_and_each_row_is_in_that_of_its_year(company: Company) -> None:
    folder = cut(company)

    years = {file.name for file in folder.iterdir()}
    assert years == {"2024.parquet", "2025.parquet", "2026.parquet", "undated.parquet"}
    assert ids(folder / "2024.parquet") == {"v1", "v3"}
    assert ids(folder / "2025.parquet") >= {"v2"}
    assert ids(folder / "undated.parquet") == {"v4"}
    assert [file.name for file in (folder.parent / "kpi_daily").iterdir()] == ["data.parquet"]


def test_read_as_a_whole_it_is_the_mart_with_its_own_columns_and_types(company: Company) -> None:
    folder = cut(company)
    version = folder.parent.parent

    with duckdb.connect(str(version / "support.duckdb"), read_only=True) as snapshot:
        snapshot.execute("set TimeZone = 'UTC'")
        wanted = snapshot.sql(f"from {MART} order by conversation_id")
        parts = snapshot.sql(f"from '{folder}/*.parquet' order by conversation_id")
        assert (parts.columns, parts.types) == (wanted.columns, wanted.types)
        columns, rows = wanted.columns, wanted.fetchall()
        assert parts.fetchall() == rows
    assert len(rows) == 1300
    frame = pd.read_parquet(folder)
    assert list(frame.columns) == columns
    assert len(frame) == 1300
    schemas = [pq.read_schema(file) for file in folder.iterdir()]
    assert all(schema.equals(schemas[0]) for schema in schemas)


def test_the_manifest_counts_the_rows_of_all_files_and_names_each(company: Company) -> None:
    folder = cut(company)
    published = publish(company.as_of)

    assert published.unchanged
    assert {name for name in published.files if name.startswith(f"parquet/{MART}/")} == {
        f"parquet/{MART}/{file.name}" for file in folder.iterdir()
    }
    (folder / "2024.parquet").unlink()
    assert not publish(company.as_of).unchanged


def test_without_rows_there_is_a_file_with_the_columns(company: Company) -> None:
    folder = cut(company, f"delete from marts.{MART}")

    frame = pd.read_parquet(folder)
    assert frame.empty
    assert {"conversation_id", "opened_at"} <= set(frame.columns)


@pytest.mark.parametrize("column", ["status", "closed_on"])
def test_a_column_that_is_no_day_or_instant_stops_the_publish(
    company: Company, column: str
) -> None:
    with pytest.raises(CannotPublish, match=rf"cut by {column}, which is no day .* opened_at"):
        cut(company, by=column)


def test_a_lost_part_is_noticed_before_anybody_reads(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a year that is not written, when the version is audited, then it is not published."""
    from publish.destinations import parquet

    whole = parquet._parts
    monkeypatch.setattr(
        parquet,
        "_parts",
        lambda *found: {name: rows for name, rows in whole(*found).items() if "2024" not in name},
    )
    with pytest.raises(CannotPublish, match=rf"{MART}: 1298 rows in parquet/{MART}, 1300 in the"):
        cut(company)


def test_what_the_folders_above_are_called_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a home in a folder that readers would make a column of, then it is published."""
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "env=prod" / "it's *our* home"))
    company = Company()
    company.build()
    folder = cut(company)
    assert sum(pq.read_metadata(file).num_rows for file in folder.iterdir()) == 1300

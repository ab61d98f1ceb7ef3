"""One publish from marts to files: what is written, what is not, and when nothing is."""

import hashlib
import json

import duckdb
import pyarrow.parquet as pq
import pytest

from publish import publish
from publish.destinations import parquet
from publish.marts import CannotPublish
from tests.publish.conftest import PERSONAL, Company
from warehouse import dbt
from warehouse.settings import settings


def test_a_publish_gives_every_file_and_a_manifest_that_describes_them(company: Company) -> None:
    published = publish(company.as_of)

    assert published.folder == settings().published.resolve() / published.version
    assert (settings().published / "current").resolve() == published.folder
    assert {
        "support.duckdb",
        "report.html",
        "parquet/kpi_scorecard/data.parquet",
        "success/at_risk_customers.csv",
        "success/suppressed.csv",
        "success/success.duckdb",
    } <= set(published.files)
    manifest = json.loads((published.folder / "manifest.json").read_text())
    assert manifest["content"]["as_of"] == "2026-06-30T00:00:00Z"
    assert manifest["content"]["rows"]["fct_conversations"] == 1300
    for name, entry in manifest["files"].items():
        written = (published.folder / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (
            len(written),
            hashlib.sha256(written).hexdigest(),
        )


@pytest.mark.usefixtures("quick_report")
def test_snapshot_and_parquet_hold_the_same_rows_and_the_definitions(company: Company) -> None:
    folder = publish(company.as_of).folder

    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        tables = {row[0] for row in snapshot.execute("show tables").fetchall()}
        for mart in tables - {"about"}:
            (rows,) = snapshot.execute(f"select count(*) from {mart}").fetchone() or (None,)
            assert pq.read_metadata(folder / "parquet" / mart / "data.parquet").num_rows == rows
        comments = snapshot.execute(
            "select distinct comment from duckdb_tables() where table_name = 'kpi_daily'"
        ).fetchall()
        column = snapshot.execute(
            "select comment from duckdb_columns() "
            "where table_name = 'kpi_daily' and column_name = 'channel'"
        ).fetchone()
    assert comments == [("One row per test row of kpi_daily; the customer's own.",)]
    assert column == ("What channel means.",)


@pytest.mark.usefixtures("quick_report")
def test_publishing_the_same_again_writes_nothing(company: Company) -> None:
    first = publish(company.as_of)
    company.build()  # the same rows, built again
    second = publish(company.as_of)

    assert second.unchanged
    assert second.version == first.version
    assert second.files == first.files


@pytest.mark.usefixtures("quick_report")
@pytest.mark.parametrize(
    "change",
    [
        "update marts.kpi_scorecard set value = 0.91 where kpi = 'csat'",
        "insert into marts.dim_agents by name select 'a9' as agent_id",
        "delete from outreach.list_entries where position = 1",
    ],
)
def test_any_changed_row_gives_a_new_version(company: Company, change: str) -> None:
    first = publish(company.as_of)
    company.execute(change)
    second = publish(company.as_of)

    assert not second.unchanged
    assert second.version > first.version


@pytest.mark.usefixtures("quick_report")
def test_a_version_that_lost_a_file_is_published_anew(company: Company) -> None:
    first = publish(company.as_of)
    (first.folder / "report.html").unlink()

    assert not publish(company.as_of).unchanged


@pytest.mark.usefixtures("quick_report")
def test_old_versions_are_removed_beyond_the_number_kept(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_KEEP_VERSIONS", "2")
    monkeypatch.setenv("HEEDLINE_KEEP_MINUTES", "0")
    versions = []
    for number in range(4):
        company.execute(f"update marts.kpi_daily set value = {number}")
        versions.append(publish(company.as_of).version)

    left = sorted(p.name for p in settings().published.iterdir() if p.name.startswith("v"))
    assert left == versions[-2:]


def test_leaders_files_hold_nobody(company: Company) -> None:
    folder = publish(company.as_of).folder

    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as snapshot:
        texts = _all_text(snapshot)
    for file in (folder / "parquet").rglob("*.parquet"):
        texts.append(str(pq.read_table(file).to_pydict()))
    texts.append((folder / "report.html").read_text())
    for text in texts:
        assert "@customer.example" not in text
        assert "Ana Müller" not in text
        assert "+4915100000" not in text


@pytest.mark.usefixtures("quick_report")
def test_personal_data_in_an_unmarked_column_stops_the_publish(company: Company) -> None:
    first = publish(company.as_of)
    company.execute(
        "update marts.fct_conversations set topic = 'from ANA3@customer.example today' "
        "where conversation_id = 'v3'"
    )

    with pytest.raises(CannotPublish, match=r"marts\.fct_conversations\.topic .* personal_data"):
        publish(company.as_of)
    assert (settings().published / "current").resolve() == first.folder


def test_without_a_manifest_nothing_is_published(company: Company) -> None:
    dbt.manifest().unlink()

    with pytest.raises(CannotPublish, match="no dbt manifest"):
        publish(company.as_of)


def test_a_column_nobody_described_stops_the_publish(company: Company) -> None:
    company.describe(PERSONAL, leave_out=("segment",))

    with pytest.raises(CannotPublish, match=r"segment has no entry in the model's yml"):
        publish(company.as_of)


def test_a_described_mart_that_was_not_built_stops_the_publish(company: Company) -> None:
    company.execute("drop table marts.kpi_daily")

    with pytest.raises(CannotPublish, match="kpi_daily is described but not in the warehouse"):
        publish(company.as_of)


@pytest.mark.usefixtures("quick_report")
def test_marts_of_another_time_stop_the_publish(company: Company) -> None:
    company.execute("update marts.kpi_scorecard set as_of = timestamptz '2026-06-29 00:00:00+00'")

    with pytest.raises(CannotPublish, match=r"kpi_scorecard describes 2026-06-29"):
        publish(company.as_of)


def test_marts_with_no_rows_are_published_empty(company: Company) -> None:
    for mart in ("fct_conversations", "kpi_daily", "kpi_scorecard", "customer_health"):
        company.execute(f"delete from marts.{mart}")

    page = (publish(company.as_of).folder / "report.html").read_text()
    assert "No KPI could be computed yet" in page
    assert "No customer has been scored yet" in page


def _all_text(snapshot: duckdb.DuckDBPyConnection) -> list[str]:
    tables = snapshot.execute("show tables").fetchall()
    return [str(snapshot.execute(f"from {name}").fetchall()) for (name,) in tables]


@pytest.mark.usefixtures("quick_report")
def test_whole_numbers_of_128_bits_are_exact_in_parquet(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_DESTINATIONS", "postgres")  # Tableau would refuse it
    company.execute(
        "create or replace table marts.dim_agents as "
        "select 17014118346046923173168730371588410572::hugeint as huge"
    )
    company.describe({})
    folder = publish(company.as_of).folder

    with duckdb.connect() as reader:
        file = folder / "parquet" / "dim_agents" / "data.parquet"
        assert reader.execute(f"select huge::varchar from '{file}'").fetchall() == [
            ("17014118346046923173168730371588410572",)
        ]


@pytest.mark.usefixtures("quick_report")
def test_a_destination_that_changes_a_value_is_not_published(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(company.as_of)
    company.execute("update marts.kpi_scorecard set value = 1 / 3 where kpi = 'csat'")
    monkeypatch.setattr(
        parquet,
        "_exact",
        lambda column: (
            f"round({column.name}, 9) as value" if column.name == "value" else column.name
        ),
    )

    with pytest.raises(CannotPublish, match=r"kpi_\w+: other values in parquet/kpi_\w+/data"):
        publish(company.as_of)
    assert (settings().published / "current").resolve() == first.folder


@pytest.mark.usefixtures("quick_report")
def test_the_manifest_says_what_every_destination_holds(company: Company) -> None:
    folder = publish(company.as_of).folder

    held = json.loads((folder / "manifest.json").read_text())["destinations"]
    assert set(held) == {"snapshot", "parquet", "success", "report", "powerbi", "tableau"}
    conversations = [held[name]["fct_conversations"] for name in ("snapshot", "parquet", "tableau")]
    assert {(one["rows"], one["checksum"]) for one in conversations} == {
        (1300, conversations[0]["checksum"])
    }
    # Tableau keeps instants and whole numbers as types of its own.
    assert conversations[0]["schema_hash"] == conversations[1]["schema_hash"]
    assert conversations[0]["schema_hash"] != conversations[2]["schema_hash"]
    assert held["success"]["at_risk_customers"]["rows"] == 10

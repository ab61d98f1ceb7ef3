"""One publish from marts to files: what is written, what is not, and when nothing is."""

import csv
import hashlib
import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from publish import publish
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
        "insert into marts.dim_agents values ('a9', 'team 9')",
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
    versions = []
    for number in range(4):
        company.execute(f"update marts.kpi_daily set value = {number}")
        versions.append(publish(company.as_of).version)

    left = sorted(p.name for p in settings().published.iterdir() if p.name.startswith("v"))
    assert left == versions[-2:]


@pytest.mark.usefixtures("quick_report")
def test_at_risk_list_is_ranked_complete_and_safe_to_open(company: Company) -> None:
    folder = publish(company.as_of).folder / "success"

    with (folder / "at_risk_customers.csv").open(encoding="utf-8-sig", newline="") as stream:
        entries = list(csv.DictReader(stream))
    with (folder / "suppressed.csv").open(encoding="utf-8-sig", newline="") as stream:
        suppressed = list(csv.DictReader(stream))
    assert [int(e["position"]) for e in entries] == list(range(1, 11))
    assert entries[0]["customer_name"] == '\'=HYPERLINK("https://bad.example","x")'
    assert entries[0]["phone"] == "+4915100000039"
    assert entries[0]["as_of"] == "2026-06-30T00:00:00Z"
    assert "c38" not in {e["customer_id"] for e in entries}
    assert [(s["customer_id"], s["reason"]) for s in suppressed] == [("c38", "do_not_contact")]


@pytest.mark.usefixtures("quick_report")
def test_the_list_says_what_changed_and_what_to_do_in_words_ready_to_send(company: Company) -> None:
    folder = publish(company.as_of).folder / "success"

    with (folder / "at_risk_customers.csv").open(encoding="utf-8-sig", newline="") as stream:
        entries = {entry["customer_id"]: entry for entry in csv.DictReader(stream)}
    entry = entries["c37"]
    assert entry["what_changed"] == "open conversations +0.20"
    assert (entry["play"], entry["play_channel"]) == ("check_in", "phone")
    assert entry["due_at"] == "2026-07-05T00:00:00Z"
    assert entry["message"].startswith("Hello Ana Müller 37,\nI look after Acme here")
    # A name that looks like a formula is text in the message, too.
    assert entries["c39"]["message"].startswith('Hello =HYPERLINK("https://bad.example","x"),')
    with duckdb.connect(str(folder / "success.duckdb"), read_only=True) as team:
        assert team.execute(
            "select evidence from customer_reasons where customer_id = 'c38'"
        ).fetchall() == [("2 conversations open, the oldest for 52 h",)]
        assert team.execute("select count(*) from customer_risk_changes").fetchall() == [(11,)]


@pytest.mark.usefixtures("quick_report")
def test_another_play_makes_another_version(company: Company) -> None:
    first = publish(company.as_of)
    assert publish(company.as_of).unchanged
    company.execute("update outreach.plays set play = 'call_them' where customer_id = 'c37'")

    assert publish(company.as_of).version != first.version


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


def test_a_list_nobody_prepared_stops_the_publish(company: Company) -> None:
    company.execute("drop schema outreach cascade")

    with pytest.raises(CannotPublish, match=r"call outreach\.prepare"):
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
def test_success_folder_is_closed_to_others(company: Company) -> None:
    folder: Path = publish(company.as_of).folder / "success"

    assert folder.stat().st_mode & 0o007 == 0


@pytest.mark.usefixtures("quick_report")
def test_the_success_team_gets_whole_customers_and_leaders_only_their_ids(company: Company) -> None:
    folder: Path = publish(company.as_of).folder

    with duckdb.connect(str(folder / "success" / "customers.duckdb"), read_only=True) as whole:
        assert whole.execute(
            "select email from dim_customers where customer_id = 'c7'"
        ).fetchall() == [("ana7@customer.example",)]
    with duckdb.connect(str(folder / "support.duckdb"), read_only=True) as leaders:
        columns = {row[0] for row in leaders.execute("describe dim_customers").fetchall()}
        assert "customer_id" in columns
        assert not columns & {"email", "phone", "customer_name"}

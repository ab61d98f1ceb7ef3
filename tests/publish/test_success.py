"""The success team's files: the lists, who was left out, who recovered."""

import csv
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from outreach import prepare
from publish import publish
from publish.marts import CannotPublish
from tests.publish.conftest import PERSONAL, Company
from warehouse.settings import settings


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.usefixtures("quick_report")
def test_at_risk_list_is_ranked_complete_and_safe_to_open(company: Company) -> None:
    folder = publish(company.as_of).folder / "success"

    entries, suppressed = read(folder / "at_risk_customers.csv"), read(folder / "suppressed.csv")
    assert [int(e["position"]) for e in entries] == list(range(1, 11))
    assert entries[0]["customer_name"] == '\'=HYPERLINK("https://bad.example","x")'
    assert entries[0]["phone"] == "+4915100000039"
    assert entries[0]["as_of"] == "2026-06-30T00:00:00Z"
    assert "c38" not in {e["customer_id"] for e in entries}
    assert [(s["customer_id"], s["reason"]) for s in suppressed] == [("c38", "do_not_contact")]


@pytest.mark.usefixtures("quick_report")
def test_the_list_says_what_changed_and_what_to_do_in_words_ready_to_send(company: Company) -> None:
    folder = publish(company.as_of).folder / "success"

    entries = {entry["customer_id"]: entry for entry in read(folder / "at_risk_customers.csv")}
    entry = entries["c37"]
    assert entry["what_changed"] == "open conversations +0.20"
    assert (entry["play"], entry["play_channel"]) == ("check_in", "phone")
    assert entry["due_at"] == "2026-07-05T00:00:00Z"
    assert entry["message"].startswith("Hello Ana Müller 37,\nI look after Acme here")
    assert entry["message"].endswith("Olga Owner")
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


def test_a_list_nobody_prepared_stops_the_publish(company: Company) -> None:
    company.execute("drop schema outreach cascade")

    with pytest.raises(CannotPublish, match=r"call outreach\.prepare"):
        publish(company.as_of)


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


@pytest.mark.usefixtures("quick_report")
def test_the_success_team_sees_new_and_still_who_recovered_and_everybody_left_out(
    company: Company,
) -> None:
    company.rules = company.rules.replace("capacity: 50", "capacity: 5")
    company.build()
    publish(company.as_of)
    tomorrow = company.as_of + timedelta(days=1)
    reasons = ("customer_reasons", "customer_risk_changes")
    for mart in ("at_risk_customers", "customer_health", "kpi_scorecard", *reasons):
        company.execute(f"update marts.{mart} set as_of = as_of + interval 1 day")
    company.execute("update marts.at_risk_customers set score = 0.01 where customer_id = 'c39'")
    company.execute("update marts.customer_consents set customer_id = 'c38', status = 'refused'")
    prepare(tomorrow)
    folder = publish(tomorrow).folder / "success"

    entries, suppressed, recovered = (
        read(folder / f"{name}.csv") for name in ("at_risk_customers", "suppressed", "recovered")
    )
    assert list(entries[0])[:8] == [
        *("position", "state", "since", "days_on_list", "entry_id", "expected_value", "owner"),
        "owner_note",
    ]
    assert [(e["customer_id"], e["state"], e["days_on_list"]) for e in entries[:5]] == [
        *(("c37", "still", "1"), ("c36", "still", "1"), ("c35", "still", "1")),
        *(("c34", "still", "1"), ("c33", "new", "0")),
    ]
    assert entries[0]["since"] == "2026-06-30T00:00:00Z"
    assert float(entries[0]["expected_value"]) == pytest.approx(37 / 40 * 99.5 * 12 * 0.2)
    assert [(r["customer_id"], r["reason"], r["last_as_of"]) for r in recovered] == [
        ("c39", "over_capacity", "2026-06-30T00:00:00Z")
    ]
    assert sorted((s["customer_id"], s["reason"], s["other_reasons"]) for s in suppressed) == [
        *((who, "over_capacity", "") for who in ("c29", "c30", "c31", "c32")),
        ("c38", "do_not_contact", "consent_refused"),
        ("c39", "over_capacity", ""),
    ]
    for rows in (suppressed, recovered):
        assert rows[0]["customer_name"]
        assert "@customer.example" not in str(rows)
        assert "+4915100000" not in str(rows)
    with duckdb.connect(str(folder / "success.duckdb"), read_only=True) as database:
        for name, rows in (("at_risk_customers", entries), ("suppressed", suppressed)):
            assert database.execute(f"select count(*) from {name}").fetchone() == (len(rows),)
        assert database.execute("select customer_id from recovered").fetchall() == [("c39",)]
        assert not database.execute(
            "select column_name from duckdb_columns() "
            "where table_name = 'at_risk_customers' and comment is null"
        ).fetchall()


@pytest.mark.usefixtures("quick_report")
def test_a_list_of_a_mart_that_nobody_described_stops_the_publish(company: Company) -> None:
    company.execute("create table marts.growth_customers as from marts.at_risk_customers")
    company.rules = company.rules.replace(
        "lists: {", "lists: {growth: {capacity: 5, chance_to_help: 0.1}, "
    )
    settings().lists_file.write_text(company.rules)
    prepare(company.as_of)
    with pytest.raises(CannotPublish, match=r"made from marts\.growth_customers, which dbt does"):
        publish(company.as_of)

    company.build({**PERSONAL, "growth_customers": PERSONAL["at_risk_customers"]})
    assert len(read(publish(company.as_of).folder / "success" / "growth_customers.csv")) == 5

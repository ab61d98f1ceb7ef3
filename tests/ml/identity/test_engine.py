# ruff: noqa: E501 (a table: one contact a line)
"""Contacts to persons, end to end: who is linked, who is not, and that order, decisions and
re-runs are kept."""

import datetime
import json
import random

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.identity import engine
from ml.identity.engine import Decision, Model

TODAY = datetime.date(2026, 1, 1)
GIVEN = [
    "anna",
    "bernd",
    "carla",
    "david",
    "elena",
    "frank",
    "greta",
    "hugo",
    "irene",
    "jonas",
    "karin",
    "lukas",
    "maria",
    "nils",
    "olga",
    "peter",
]
LAST = [
    "archer",
    "brook",
    "carter",
    "dalton",
    "eastman",
    "fisher",
    "grover",
    "hunter",
    "ingram",
    "jarvis",
    "keller",
    "lawson",
    "morton",
    "norris",
]


def strangers(count: int, start: int = 0) -> list[dict]:
    """People with nothing in common but names that recur."""
    draw = random.Random(5)
    people = []
    for number in range(start, start + count):
        given, last = draw.choice(GIVEN), draw.choice(LAST)
        people.append({
            "record_id": f"s{number:05d}", "given_name": given, "surname": last,
            "emails": f"{given}.{last}{number}@mail{number % 7}.example", "phones": f"+1415555{number:04d}",
            "date_of_birth": f"{draw.randint(1940, 2004)}-{draw.randint(1, 12):02d}-{draw.randint(2, 28):02d}",
            "street_number": str(draw.randint(1, 200)), "address_1": f"{draw.choice(LAST)} street {draw.choice(GIVEN)}",
            "postcode": str(draw.randint(10000, 99999)),
        })  # fmt: skip
    return people


def contacts(connection: duckdb.DuckDBPyConnection, rows: list[dict]) -> None:
    names = sorted({name for row in rows for name in row} | {"record_id"})
    table = pa.table(
        {name: pa.array([row.get(name) for row in rows], pa.string()) for name in names}
    )
    connection.register("contacts", table)
    engine.prepare(connection, "contacts", "prepared", today=TODAY)


class Linked:
    """One run over rows; `same(a, b)` tells whether two records are one person."""

    def __init__(self, rows: list[dict], decisions=(), model: Model | None = None) -> None:
        self.connection = duckdb.connect()
        contacts(self.connection, rows)
        self.model = model or engine.train(self.connection, "prepared")
        engine.score(self.connection, self.model, "prepared", "pairs")
        self.cluster(decisions)

    def cluster(self, decisions) -> dict[str, str]:
        engine.cluster(self.connection, self.model, "prepared", "pairs", decisions, "clusters")
        found = self.connection.execute(
            "select record_id, cluster_id, confidence from clusters"
        ).fetchall()
        self.of = {record: cluster for record, cluster, _ in found}
        self.confidence = {record: confidence for record, _, confidence in found}
        return self.of

    def same(self, one: str, other: str) -> bool:
        return self.of[one] == self.of[other]

    def pair(self, left: str, right: str):
        return self.connection.execute(
            "select match_probability, match_weight, reasons, status from pairs where left_id = ? "
            "and right_id = ?",
            [left, right],
        ).fetchall()


CASES = [
    {"record_id": "nick1", "given_name": "Robert", "surname": "Quimby", "emails": "rq@home.example"},
    {"record_id": "nick2", "name": "Quimby, Bob", "emails": "RQ@home.example"},
    {"record_id": "call1", "phones": "+14155559001"},
    {"record_id": "call2", "given_name": "Tess", "surname": "Underhill", "phones": "(415) 555-9001"},
    {"record_id": "swap1", "given_name": "Ottilie", "surname": "Vanstone", "date_of_birth": "1971-03-04", "postcode": "55123"},
    {"record_id": "swap2", "given_name": "Ottilie", "surname": "Vanstone", "date_of_birth": "1971-04-03", "postcode": "55123"},
    {"record_id": "fam1", "given_name": "Walter", "surname": "Xanders", "phones": "+14155559002", "emails": "xanders@home.example",
     "street_number": "7", "address_1": "Elm Road", "postcode": "60601", "date_of_birth": "1960-02-03"},
    {"record_id": "fam2", "given_name": "Sophie", "surname": "Xanders", "phones": "+14155559002", "emails": "xanders@home.example",
     "street_number": "7", "address_1": "Elm Road", "postcode": "60601", "date_of_birth": "1989-07-15"},
    {"record_id": "off1", "name": "Yara Zoller", "company": "Acme Inc.", "phones": "+14155559003", "emails": "yara@acme.example"},
    {"record_id": "off2", "name": "Ulf Tanner", "company": "ACME", "phones": "+14155559003", "emails": "ulf@acme.example"},
    {"record_id": "info1", "name": "Quentin Rowe", "emails": "info@shop.example"},
    {"record_id": "info2", "name": "Pia Sandberg", "emails": "info@shop.example"},
    {"record_id": "desk1", "name": "Gus Almond", "emails": "desk@firm.example"},
    {"record_id": "desk2", "name": "Hal Birch", "emails": "desk@firm.example"},
    {"record_id": "desk3", "name": "Ida Cedar", "emails": "desk@firm.example"},
    {"record_id": "desk4", "name": "Jan Dogwood", "emails": "desk@firm.example"},
    {"record_id": "desk5", "emails": "desk@firm.example"},
    {"record_id": "two1", "name": "Noel Nightly", "emails": "nn@home.example", "date_of_birth": "1950-05-06"},
    {"record_id": "two2", "name": "Noel Nightly", "emails": "nn@home.example", "phones": "+14155559004"},
    {"record_id": "two3", "name": "Noel Nightly", "phones": "+14155559004", "date_of_birth": "1982-11-27"},
    {"record_id": "key1", "name": "Olaf Early", "emails": "olaf@home.example", "keys": "customer_number:11"},
    {"record_id": "key2", "name": "Olaf Early", "emails": "olaf@home.example", "keys": "customer_number:12"},
    {"record_id": "slip1", "name": "Orbert Pembrook", "phones": "+14155559005"},
    {"record_id": "slip2", "name": "Robert Pembrook", "phones": "+14155559005"},
    {"record_id": "slip3", "phones": "+14155559005"},
    {"record_id": "wed1", "name": "Camille Tourneau", "emails": "camille88@home.example"},
    {"record_id": "wed2", "name": "Camille Fontaine", "emails": "camille88@home.example"},
    {"record_id": "host1", "name": "Wilfred Edgeford", "emails": "wilfred.edgeford@yahoo.com"},
    {"record_id": "host2", "name": "Wilfred Edgeford", "emails": "wilfred.edgeford@yaoho.com"},
    {"record_id": "tie1", "name": "Vera Weld", "keys": "zendesk:77"},
    {"record_id": "tie2", "emails": "other@home.example", "keys": "Zendesk:77"},
]  # fmt: skip


@pytest.fixture(scope="module")
def company() -> Linked:
    return Linked([*CASES, *strangers(300)])


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("nick1", "nick2", "same mailbox, nickname"),
        ("call1", "call2", "same phone, nothing against it"),
        ("swap1", "swap2", "day and month of birth swapped"),
        ("tie1", "tie2", "same identifier in another system"),
        ("slip1", "slip3", "a slip in a name does not make a phone a family's"),
        ("wed1", "wed2", "same own mailbox and given name, another surname"),
        ("host1", "host2", "mail provider misspelled"),
    ],
)
def test_one_person_is_linked(company, one, other, why) -> None:
    assert company.same(one, other), why


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("fam1", "fam2", "a family shares phone, mailbox and address"),
        ("off1", "off2", "colleagues share company and switchboard"),
        ("info1", "info2", "a role mailbox links nobody"),
        ("desk1", "desk5", "a mailbox under many names links nobody"),
        ("two1", "two3", "two birth dates"),
        ("key1", "key2", "two customer numbers"),
    ],
)
def test_two_persons_are_not(company, one, other, why) -> None:
    assert not company.same(one, other), why


def test_strangers_stay_alone(company) -> None:
    alone = [record for record in company.of if record.startswith("s") and record[1:].isdigit()]
    assert len({company.of[record] for record in alone}) >= len(alone) - 1


def test_a_contradiction_cuts_the_weaker_edge_and_says_so(company) -> None:
    statuses = {company.pair("two1", "two2")[0][3], company.pair("two2", "two3")[0][3]}
    assert statuses == {"linked", "cut"}


def test_reasons_are_the_models_own_and_add_up(company) -> None:
    rows = company.connection.execute(
        "select match_weight, match_probability, reasons from pairs"
    ).fetchall()
    assert rows
    for weight, probability, reasons in rows:
        listed = json.loads(reasons)
        assert abs(sum(reason["weight"] for reason in listed) - weight) < 0.1
        assert probability == pytest.approx(1 / (1 + 2**-weight))
    labels = [reason["label"] for reason in json.loads(company.pair("swap1", "swap2")[0][2])]
    assert "birth day and month swapped" in labels


def test_a_cluster_is_named_after_its_smallest_record(company) -> None:
    assert company.of["nick2"] == "nick1"


def test_confidence_is_a_probability_and_one_when_alone(company) -> None:
    assert all(0 <= value <= 1 for value in company.confidence.values())
    assert company.confidence["info1"] == 1


def test_a_model_survives_json(company) -> None:
    again = Model.from_json(company.model.to_json())
    assert again == company.model
    assert again.version == company.model.version


@settings(max_examples=3)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(company, shuffle) -> None:
    rows = [*CASES, *strangers(300)]
    shuffle.shuffle(rows)
    again = Linked(rows)
    assert again.model.version == company.model.version
    assert again.of == company.of


@settings(max_examples=6)
@given(
    st.sampled_from([("nick1", "nick2"), ("call1", "call2"), ("two1", "two2"), ("tie1", "tie2")])
)
def test_never_separates_and_taking_it_back_restores(company, pair) -> None:
    before = company.cluster([])
    company.cluster([Decision(*pair, False)])
    assert not company.same(*pair)
    assert company.pair(*pair)[0][3] == "decided"
    assert company.cluster([]) == before


@settings(max_examples=6)
@given(st.tuples(*[st.sampled_from(["fam1", "fam2", "info1", "s00001", "s00002", "desk1"])] * 2))
def test_link_joins_and_taking_it_back_restores(company, pair) -> None:
    before = company.cluster([])
    company.cluster([Decision(*pair, True)])
    assert company.same(*pair)
    assert company.cluster([]) == before


def test_a_decision_about_unknown_records_changes_nothing(company) -> None:
    before = company.cluster([])
    assert (
        company.cluster([Decision("nobody", "nick1", True), Decision("nobody", "x", False)])
        == before
    )


def test_new_records_alone_give_the_pairs_that_they_are_in(company) -> None:
    connection = company.connection
    connection.execute(
        "create or replace table changed as select 'nick2' as record_id union select 'call1'"
    )
    engine.score(connection, company.model, "prepared", "new_pairs", changed="changed")
    whole = connection.execute(
        "select left_id, right_id, match_weight from pairs where left_id in ('nick2', 'call1') or "
        "right_id in ('nick2', 'call1') order by all"
    ).fetchall()
    assert (
        connection.execute(
            "select left_id, right_id, match_weight from new_pairs order by all"
        ).fetchall()
        == whole
    )


def test_within_clusters_only_what_it_is_told_to(company) -> None:
    before = company.cluster([])
    connection = company.connection
    connection.execute(
        "create or replace table chosen as select unnest(['nick1', 'nick2', 's00001']) as record_id"
    )
    engine.cluster(connection, company.model, "prepared", "pairs", [], "part", within="chosen")
    found = dict(connection.execute("select record_id, cluster_id from part").fetchall())
    assert found == {record: before[record] for record in ("nick1", "nick2", "s00001")}


def test_ten_thousand_identical_rows_are_one_person_without_a_pair_of_each() -> None:
    row = {
        "given_name": "Ada",
        "surname": "Lovelace",
        "emails": "ada@home.example",
        "date_of_birth": "1915-12-10",
    }
    linked = Linked([{"record_id": f"r{n:05d}", **row} for n in range(10_000)] + strangers(50))
    assert {linked.of[f"r{n:05d}"] for n in range(10_000)} == {"r00000"}
    assert linked.connection.execute("select count(*) from pairs").fetchall()[0][0] < 20_000


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"record_id": "1"}],
        [{"record_id": "1"}, {"record_id": "2"}],
        [{"record_id": "1", "given_name": "Ann"}],
        [{"record_id": str(n), "given_name": None, "surname": "\u202e\u200b"} for n in range(3)],
        [{"record_id": str(n), "date_of_birth": "2999-01-01"} for n in range(3)],
        [{"record_id": str(n), "given_name": "Ann", "surname": "Lee"} for n in range(4)],
    ],
)
def test_poor_tables_leave_everybody_alone(rows) -> None:
    linked = Linked(rows)
    assert linked.of == {row["record_id"]: row["record_id"] for row in rows}


def test_a_table_of_five_rows_links_the_two_that_are_one_person() -> None:
    rows = [*strangers(3), {"record_id": "a", "name": "Ann Lee", "emails": "ann@home.example"},
            {"record_id": "b", "name": "Ann Lee", "emails": "Ann@home.example"}]  # fmt: skip
    linked = Linked(rows)
    assert linked.same("a", "b")
    assert len(set(linked.of.values())) == 4

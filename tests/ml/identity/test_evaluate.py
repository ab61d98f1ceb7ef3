"""Measures of linkage are what counting every pair gives, and every way in is judged by them."""

import itertools
import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import commands.evaluate
from heedline import app
from ml.identity import evaluate
from ml.identity.evaluate import evaluate_tables, evaluate_warehouse
from ml.identity.evaluate.measures import quality, worst
from ml.identity.evaluate.peers import exact_email, textbook_splink
from ml.identity.evaluate.tables import Labelled, clerical, fake_1000, febrl, simulated
from ml.identity.simulate import TRUTH, simulate
from warehouse.duck import warehouse

labels = st.integers(0, 6)
labelled = st.lists(st.tuples(labels, labels), min_size=1, max_size=30)


def every_pair(rows: list[tuple[int, int]]) -> tuple[int, int, int]:
    """Pairs linked rightly, linked, and to be linked: counted one by one."""
    right = linked = wanted = 0
    for (c1, p1), (c2, p2) in itertools.combinations(rows, 2):
        right += c1 == c2 and p1 == p2
        linked += c1 == c2
        wanted += p1 == p2
    return right, linked, wanted


@settings(max_examples=200)
@given(labelled)
def test_pairwise_numbers_are_those_of_counting_every_pair(rows) -> None:
    right, linked, wanted = every_pair(rows)
    found = quality([c for c, _ in rows], [p for _, p in rows])
    assert found.precision.value == (pytest.approx(right / linked) if linked else None)
    assert found.recall.value == (pytest.approx(right / wanted) if wanted else None)
    both = linked + wanted
    assert found.f1.value == (pytest.approx(2 * right / both) if both else None)
    assert (found.wrong_pairs, found.missed_pairs) == (linked - right, wanted - right)


@settings(max_examples=100)
@given(labelled)
def test_b_cubed_is_the_mean_over_records(rows) -> None:
    def mean(own: int, of: int) -> float:
        shares = []
        for row in rows:
            company = [other for other in rows if other[own] == row[own]]
            shares.append(sum(other[of] == row[of] for other in company) / len(company))
        return sum(shares) / len(shares)

    found = quality([c for c, _ in rows], [p for _, p in rows])
    assert found.bcubed_precision == pytest.approx(mean(0, 1))
    assert found.bcubed_recall == pytest.approx(mean(1, 0))


@settings(max_examples=50)
@given(labelled, st.randoms(use_true_random=False))
def test_neither_order_nor_the_names_of_clusters_matter(rows, random) -> None:
    shuffled = [(f"c{c}", f"p{p}") for c, p in rows]
    random.shuffle(shuffled)
    one = quality([c for c, _ in rows], [p for _, p in rows])
    other = quality([c for c, _ in shuffled], [p for _, p in shuffled])
    assert one == other


def test_an_interval_holds_its_value_and_closes_with_more_people() -> None:
    def with_errors(people: int):
        persons = [f"p{n}" for n in range(people) for _ in range(3)]
        clusters = [f"c{n if k or n % 5 else -n}" for n in range(people) for k in range(3)]
        return quality(clusters, persons)

    small, large = with_errors(50), with_errors(5000)
    for found in (small, large):
        assert found.recall.low < found.recall.value < found.recall.high
    assert large.recall.high - large.recall.low < (small.recall.high - small.recall.low) / 5


def test_false_merges_and_splits_are_told_apart_and_shown_worst_first() -> None:
    #          two persons merged | one person split | fine
    clusters = ["a", "a", "a", "a", "b", "c", "d", "d"]
    persons = ["1", "1", "2", "2", "3", "3", "4", "4"]
    found = quality(clusters, persons)
    assert (found.merged, found.strangers, found.split, found.pieces) == (1, 2, 1, 1)
    merges, splits = worst(clusters, persons)
    assert merges == [[0, 1, 2, 3]]
    assert splits == [[4, 5]]


def test_labels_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="2 cluster labels for 1 persons"):
        quality(["a", "b"], ["a"])


def test_equal_email_joins_mailboxes_and_nothing_else() -> None:
    table = pa.table(
        {"record_id": ["1", "2", "3", "4"], "emails": ["A@x.example", "a@x.example ", None, None]}
    )
    found = exact_email(table)
    assert found["1"] == found["2"]
    assert len(set(found.values())) == 3


def test_the_textbook_peer_finds_most_of_an_easy_register() -> None:
    table = simulate("registry", 1000, seed=3)
    found = textbook_splink(table.drop_columns(TRUTH))
    ids = table["record_id"].to_pylist()
    assert found.keys() == set(ids)
    judged = quality([found[i] for i in ids], table[TRUTH].to_pylist())
    assert judged.recall.value > 0.9


def test_a_method_that_loses_a_record_is_found_out(monkeypatch) -> None:
    monkeypatch.setitem(evaluate.METHODS, "loser", lambda table: {"r0": "x"})
    with pytest.raises(RuntimeError, match="loser on simulated crm, seed 1: 1 records came back"):
        list(evaluate_tables(simulated(20, 1), ["loser"]))


def test_where_nobody_has_an_email_address_no_join_on_it_is_tried() -> None:
    table = pa.table({"record_id": ["1"], "given_name": ["ann"]})
    assert not list(evaluate_tables([Labelled("one", table, {"1": "p"})], ["equal e-mail"]))


def test_the_engine_is_judged_through_the_files_of_its_command() -> None:
    (people,) = [t for t in simulated(400, 1) if "crm" in t.name]
    results = list(evaluate_tables([people], examples=1))
    assert [r.method for r in results] == list(evaluate.METHODS)
    ours, _, email = results
    assert ours.quality.records == 400
    assert ours.quality.f1.value > email.quality.f1.value


def test_labelled_files_are_read_with_their_truth_apart(tmp_path: Path) -> None:
    (tmp_path / "febrl").mkdir()
    for number in (1, 2, 3):
        (tmp_path / "febrl" / f"dataset{number}.csv").write_text(
            "rec_id, given_name, soc_sec_id\n"
            "rec-7-org, ann, 12\nrec-7-dup-0, , 12\nrec-8-org, bo, 3\n"
        )
    first, without, *_ = febrl(tmp_path)
    assert first.truth == {"rec-7-org": "7", "rec-7-dup-0": "7", "rec-8-org": "8"}
    assert first.people.to_pylist()[1] == {
        "record_id": "rec-7-dup-0", "given_name": None, "soc_sec_id": "12",
    }  # fmt: skip
    assert without.people.column_names == ["record_id", "given_name"]
    (tmp_path / "fake_1000").mkdir()
    (tmp_path / "fake_1000" / "fake_1000.csv").write_text(
        "unique_id,first_name,dob,city,email,cluster\n0,Ann,1971-06-24,,a@x.example,5\n1,An,,York,,5\n"
    )
    (tmp_path / "fake_1000" / "fake_1000_labels.csv").write_text(
        "unique_id_l,unique_id_r,clerical_match_score\n0,1,0.2\n"
    )
    table = fake_1000(tmp_path)
    assert table.people.column_names == [
        "record_id", "given_name", "date_of_birth", "suburb", "emails",
    ]  # fmt: skip
    assert table.truth == {"0": "5", "1": "5"}
    assert clerical(tmp_path, table.truth) == (1, 0)


def company(
    home: Path, rows: list[tuple[str, str, str]], truth: list[tuple[str, str, str]]
) -> None:
    """A home with these clusters and this truth, each (system, remote_id, person or customer)."""
    with warehouse(path=home / "warehouse" / "heedline.duckdb") as connection:
        connection.executemany("insert into ml.identity_clusters values (?, ?, ?, 1)", rows)
    folder = home / "sample" / "small-7" / "truth"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create table t (system text, remote_id text, person_id text)")
        connection.executemany("insert into t values (?, ?, ?)", truth)
        connection.execute(f"copy t to '{folder}/identities.parquet'")


def test_a_warehouse_is_judged_against_its_companys_truth(tmp_path: Path) -> None:
    company(
        tmp_path,
        [("crm", "1", "x"), ("mail", "1", "x"), ("crm", "2", "y"), ("crm", "9", "y")],
        [("crm", "1", "p"), ("mail", "1", "p"), ("crm", "2", "p"), ("mail", "8", "q")],
    )
    result, coverage = evaluate_warehouse(tmp_path, examples=1)
    assert result.table == "sample company small-7"
    assert result.quality.precision.value == 1
    assert result.quality.recall.value == pytest.approx(1 / 3)
    assert (coverage.without_truth, coverage.not_received) == (1, 1)
    assert [row["record_id"] for row in result.worst_splits[0]] == ["crm 1", "crm 2", "mail 1"]


def test_a_home_without_truth_or_with_two_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run the sample company in this home"):
        evaluate_warehouse(tmp_path)
    company(tmp_path, [("crm", "1", "x")], [("crm", "2", "p")])
    with pytest.raises(ValueError, match=r"no contact .* has been linked yet"):
        evaluate_warehouse(tmp_path)
    other = tmp_path / "sample" / "large-7" / "truth"
    other.mkdir(parents=True)
    (other / "identities.parquet").touch()
    with pytest.raises(ValueError, match="large-7, small-7"):
        evaluate_warehouse(tmp_path)


def test_examples_come_with_the_record_as_it_was() -> None:
    table = pa.table({"record_id": ["1", "2"], "emails": ["a@x.example", None]})
    judged = Labelled("two", table, {"1": "p", "2": "p"})
    (result,) = evaluate_tables([judged], ["equal e-mail"], examples=1)
    assert result.worst_splits == [
        [
            {"person": "p", "cluster": "1", "record_id": "1", "emails": "a@x.example"},
            {"person": "p", "cluster": "2", "record_id": "2"},
        ]
    ]


@pytest.fixture
def only_emails(monkeypatch, tmp_path: Path) -> None:
    """The command with its fastest method, in a home of its own."""
    monkeypatch.setattr(
        commands.evaluate,
        "evaluate_tables",
        lambda tables, examples: evaluate_tables(tables, ["equal e-mail"], examples),
    )
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))


@pytest.mark.usefixtures("only_emails")
def test_the_command_prints_a_row_per_method_what_it_left_out_and_how_it_was_tuned() -> None:
    shown = CliRunner().invoke(
        app, ["evaluate", "identity", "--rows", "50", "--seeds", "1", "--examples", "1"]
    )
    assert shown.exit_code == 0, shown.output
    (row,) = [
        line for line in shown.output.splitlines() if line.startswith("simulated crm, seed 1 ")
    ]
    assert "equal e-mail" in row
    assert evaluate.DISCLAIMER in shown.output
    assert "FEBRL and fake_1000 were not measured: name their folder with --tables." in shown.output
    assert "The sample company was not measured: no truth at" in shown.output
    assert "one person but not linked" in shown.output


@pytest.mark.usefixtures("only_emails")
def test_json_holds_every_number_and_note() -> None:
    shown = CliRunner().invoke(
        app, ["evaluate", "identity", "--rows", "50", "--seeds", "1", "--json"]
    )
    found = json.loads(shown.stdout)
    (result,) = found["results"]
    assert (result["table"], result["quality"]["records"]) == ("simulated crm, seed 1", 50)
    assert set(result["quality"]["f1"]) == {"value", "low", "high"}
    assert evaluate.DISCLAIMER in found["notes"]


@pytest.mark.usefixtures("only_emails")
def test_a_folder_without_the_tables_is_named_in_one_line(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["evaluate", "identity", "--tables", str(tmp_path)])
    assert "dataset1.csv is not there; --tables wants its folder" in str(shown.exception)

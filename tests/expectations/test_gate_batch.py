"""The raw gate: what it accepts, sets aside, refuses, and when it says that it is broken itself."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations import suites
from expectations.gate import BatchRefused, CheckerBroken, gate_batch

LOAD = "1700000000.1"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty HEEDLINE_HOME and an empty folder of suites."""
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(suites, "RAW", tmp_path / "suites")
    return tmp_path


def landed(house: Path, rows: dict[str, list[Any]], resource: str = "tickets", n: int = 0) -> None:
    folder = house / "home" / "landing" / "shop" / resource
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(rows), folder / f"{LOAD}.{n}.parquet")


def suite(
    house: Path, *expectations: dict[str, Any], resource: str = "tickets", **meta: Any
) -> None:
    folder = house / "suites" / "shop"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"name": resource, "expectations": expectations, "meta": meta})
    (folder / f"{resource}.json").write_text(text)


def verdict(house: Path, kind: str, resource: str = "tickets") -> list[dict[str, Any]]:
    file = house / "home/landing/shop/_gated" / LOAD / f"{resource}.{kind}.parquet"
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows


NOT_NULL = {
    "type": "expect_column_values_to_not_be_null",
    "kwargs": {"column": "id"},
    "meta": {"notes": "ask the shop to fill it"},
}
KNOWN = {
    "type": "expect_column_values_to_be_in_set",
    "kwargs": {"column": "status", "value_set": ["open", "closed"]},
    "meta": {"notes": "map the word"},
}


def test_a_row_that_fails_is_set_aside_with_every_reason_and_the_others_pass(house: Path) -> None:
    suite(house, NOT_NULL, KNOWN, row_key=["id"])
    landed(house, {"id": ["a", None, "c"], "status": ["open", "lost\nfound", None]})
    report = gate_batch("shop", LOAD)
    assert report.summary() == {"tickets": {"received": 3, "accepted": 2, "quarantined": 1}}
    assert verdict(house, "accepted") == [
        {"id": "a", "status": "open"},
        {"id": "c", "status": None},
    ]
    (row,) = verdict(house, "quarantined")
    assert row["status"] == "lost\nfound"
    assert row["_row_key"] == '{"id": null}'
    assert row["_reason"] == (
        'shop: tickets {"id": null}: id: is missing; ask the shop to fill it | '
        "status: 'lost\\nfound' is not one of open, closed; map the word"
    )


def test_files_of_one_load_with_different_columns_are_one_batch(house: Path) -> None:
    suite(house, NOT_NULL, KNOWN)
    landed(house, {"id": ["a"]}, n=0)
    landed(house, {"status": ["gone"], "id": ["b"]}, n=1)
    assert gate_batch("shop", LOAD).summary()["tickets"]["quarantined"] == 1
    assert verdict(house, "accepted") == [{"id": "a", "status": None}]


def test_a_column_that_the_source_stopped_sending_is_judged_as_null(house: Path) -> None:
    suite(house, NOT_NULL)
    landed(house, {"status": ["open", "open"]})
    assert gate_batch("shop", LOAD).summary()["tickets"]["quarantined"] == 2


def test_a_value_of_another_type_than_declared_is_set_aside(house: Path) -> None:
    suite(house, NOT_NULL)
    landed(house, {"id": ["a", "b"], "score": [4, None], "score__v_text": [None, "good"]})
    assert gate_batch("shop", LOAD).summary()["tickets"]["quarantined"] == 1
    assert verdict(house, "accepted") == [{"id": "a", "score": 4}]
    (row,) = verdict(house, "quarantined")
    assert "score: 'good' is text where int64 is declared" in row["_reason"]


def test_a_table_level_failure_refuses_the_batch_and_leaves_no_verdict(house: Path) -> None:
    suite(
        house,
        {
            "type": "expect_table_row_count_to_be_between",
            "kwargs": {"min_value": 3},
            "meta": {"notes": "the export was cut; request it again"},
        },
    )
    landed(house, {"id": ["a"]})
    with pytest.raises(BatchRefused, match=r"shop: tickets: .*observed 1; the export was cut"):
        gate_batch("shop", LOAD)
    assert list((house / "home/landing/shop/_gated").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such suite"),
        ("{", "not JSON"),
        ("[]", "not a suite"),
        ('{"expectations": [{"kwargs": {}}]}', "not a suite"),
        (
            '{"expectations": [{"type": "expect_the_moon", "kwargs": {}}]}',
            "expect_the_moon is unknown",
        ),
        (
            '{"expectations": [{"type": "expect_column_values_to_match_regex",'
            ' "kwargs": {"column": "id", "regex": "("}}]}',
            "raised instead of answering",
        ),
    ],
)
def test_a_broken_check_is_told_apart_from_bad_data(
    house: Path, text: str | None, said: str
) -> None:
    landed(house, {"id": ["a"]})
    if text is not None:
        suite(house)
        (house / "suites/shop/tickets.json").write_text(text)
    with pytest.raises(CheckerBroken, match=said):
        gate_batch("shop", LOAD)


def test_an_empty_batch_passes_and_a_second_gating_gives_the_same_verdict(house: Path) -> None:
    suite(house, NOT_NULL)
    landed(house, {"id": pa.array([], pa.string())})
    for _ in range(2):
        assert gate_batch("shop", LOAD).summary() == {
            "tickets": {"received": 0, "accepted": 0, "quarantined": 0}
        }
        assert verdict(house, "accepted") == []


def test_what_a_killed_gating_left_aside_is_cleared(house: Path) -> None:
    suite(house, NOT_NULL)
    landed(house, {"id": ["a"]})
    aside = house / f"home/landing/shop/_gated/.{LOAD}.unfinished"
    aside.mkdir(parents=True)
    (aside / "tickets.accepted.parquet").write_bytes(b"PAR1 cut")
    gate_batch("shop", LOAD)
    assert [p.name for p in aside.parent.iterdir()] == [LOAD]


def test_mostly_lets_a_declared_share_of_rows_through(house: Path) -> None:
    tolerant = {**NOT_NULL, "kwargs": {"column": "id", "mostly": 0.5}}
    suite(house, tolerant)
    landed(house, {"id": ["a", None]})
    assert gate_batch("shop", LOAD).summary()["tickets"]["quarantined"] == 0


def landed_keys(house: Path, *key: str) -> None:
    """The schema that dlt lands with the data: these columns of `tickets` are its key."""
    columns = {name: {"primary_key": True} for name in key} | {"status": {}}
    schema = json.dumps({"tables": {"tickets": {"columns": columns}}})
    folder = house / "home/landing/shop/_dlt_version"
    folder.mkdir(parents=True)
    (folder / "shop__1__hash.jsonl").write_text(json.dumps({"schema": schema}) + "\n")


def test_a_row_is_named_by_the_primary_key_that_landed_with_the_data(house: Path) -> None:
    suite(house, KNOWN)
    landed(house, {"id": ["a"], "shop": ["north"], "status": ["lost"]})
    landed_keys(house, "shop", "id")
    gate_batch("shop", LOAD)
    (row,) = verdict(house, "quarantined")
    assert row["_row_key"] == '{"shop": "north", "id": "a"}'


def test_a_row_without_its_key_is_set_aside_although_no_suite_looks_at_the_key(house: Path) -> None:
    suite(house, KNOWN)
    landed(house, {"id": ["a", None, "c"], "shop": ["n", "n", None], "status": ["open"] * 3})
    landed_keys(house, "shop", "id")
    assert gate_batch("shop", LOAD).summary()["tickets"]["quarantined"] == 2
    assert [row["id"] for row in verdict(house, "accepted")] == ["a"]
    reasons = [row["_reason"] for row in verdict(house, "quarantined")]
    assert [r.split(": ", 2)[2].split(";")[0] for r in reasons] == [
        '"n", "id": null}: id: is missing',
        'null, "id": "c"}: shop: is missing',
    ]


def test_a_key_column_that_did_not_land_is_missing_in_every_row(house: Path) -> None:
    suite(house)
    landed(house, {"status": ["open", "closed"]})
    landed_keys(house, "id")
    assert gate_batch("shop", LOAD).summary()["tickets"]["quarantined"] == 2


def test_a_suites_own_word_on_the_key_is_not_said_twice(house: Path) -> None:
    suite(house, NOT_NULL)
    landed(house, {"id": [None], "status": ["open"]})
    landed_keys(house, "id")
    gate_batch("shop", LOAD)
    (row,) = verdict(house, "quarantined")
    assert row["_reason"].count("is missing") == 1
    assert "ask the shop to fill it" in row["_reason"]

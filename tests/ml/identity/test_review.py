"""What the model is unsure of is put before a person, in words, in the file that is read back."""

import csv

import pytest
from typer.testing import CliRunner

import heedline
from ml.identity import steps
from ml.identity.decisions import read_decisions
from ml.identity.review import why
from tests.ml.identity import small_world as world
from warehouse.settings import settings


@pytest.fixture(autouse=True)
def _plain_engine(monkeypatch):
    monkeypatch.setattr(steps, "engine", world.PLAIN_ENGINE)


def review(*arguments):
    result = CliRunner().invoke(heedline.app, ["review", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def rows():
    with settings().decisions_file.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def decide(*words):
    """Fill in the first column, row by row, and save in place."""
    filled = rows()
    for row, word in zip(filled, words, strict=False):
        row["decision"] = word
    with settings().decisions_file.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, filled[0])
        writer.writeheader()
        writer.writerows(filled)


UNSURE = {"a": "p@x.example", "b": "pp@x.example", "c": "pp@x.example", "d": "q@x.example"}


def test_a_pair_is_shown_in_words_decided_in_place_and_gone() -> None:
    world.link(UNSURE)
    output = review()
    assert "s: a" in output
    assert "1 of 1 pairs" in output
    (row,) = rows()
    assert row["decision"] == ""
    assert {row["left_remote_id"], row["right_remote_id"]} <= {"a", "b", "c"}
    assert "p@x.example" in row["left_contact"]
    assert row["why"] == "50% likely: same e-mail address"
    decide("link")
    assert world.link().merges == 1
    assert len(world.persons()) == 2
    assert "no pair is waiting" in review()


def test_what_was_decided_stays_in_the_file_without_the_helping_words() -> None:
    world.link({**UNSURE, "e": "qq@x.example"})
    review("--top", "1")
    decide("never")
    world.link()
    review()
    first, *rest = rows()
    assert (first["decision"], first["left_contact"], first["why"]) == ("never", "", "")
    assert [row["decision"] for row in rest] == [""]
    assert len(read_decisions(settings().decisions_file)) == 1


def test_pairs_worth_most_come_first_and_each_pair_of_customers_once() -> None:
    world.link({**UNSURE, "e": "qq@x.example"})
    review()
    assert [{row["left_remote_id"], row["right_remote_id"]} for row in rows()] == [
        {"a", "b"},
        {"d", "e"},
    ]


def test_another_file_is_left_alone_by_linking(tmp_path) -> None:
    world.link(UNSURE)
    review("--output", str(tmp_path / "look.csv"))
    assert not settings().decisions_file.exists()
    assert (tmp_path / "look.csv").read_text().count("\n") == 2


def test_a_contact_with_markup_or_a_formula_for_a_name_is_only_text() -> None:
    names = {"a": "p@x.example", "b": "pp@x.example"}
    world.write_contacts(
        {"source_system": "s", "remote_id": key, "name": "=1+1 [red]", "email": email}
        for key, email in names.items()
    )
    world.link()
    assert "=1+1 [red]" in review()
    assert rows()[0]["left_contact"].startswith("s: a")


def test_reasons_read_as_what_speaks_for_then_against() -> None:
    told = (
        '[{"field":"e-mail","label":"same e-mail address","weight":9},'
        '{"field":"prior","label":"rare","weight":-8},'
        '{"field":"phone","label":"different phone number","weight":-1.5}]'
    )
    assert why(told) == "same e-mail address; but different phone number"


def test_without_contacts_the_remedy_is_named() -> None:
    result = CliRunner().invoke(heedline.app, ["review"])
    assert isinstance(result.exception, FileNotFoundError)

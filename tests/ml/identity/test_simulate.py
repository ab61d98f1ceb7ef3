"""Simulated tables of people: repeatable, of the size asked for, hard in the ways they promise."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.identity.simulate import STYLES, TRUTH, simulate
from ml.identity.simulate.draw import heard, scanned, typo

styles = pytest.mark.parametrize("style", sorted(STYLES))


@styles
def test_a_seed_gives_one_table_and_another_seed_another(style: str) -> None:
    assert simulate(style, 300, seed=1).equals(simulate(style, 300, seed=1))
    assert not simulate(style, 300, seed=1).equals(simulate(style, 300, seed=2))


@styles
@pytest.mark.parametrize("rows", [1, 5, 777])
def test_as_many_records_as_asked_for_each_with_its_own_id(style: str, rows: int) -> None:
    table = simulate(style, rows)
    assert table.num_rows == rows == len(set(table["record_id"].to_pylist()))
    assert None not in table[TRUTH].to_pylist()


@styles
def test_people_have_several_records_and_records_have_gaps(style: str) -> None:
    table = simulate(style, 3000)
    assert 0.1 < len(set(table[TRUTH].to_pylist())) / 3000 < 0.6
    assert table["surname"].null_count > 0
    assert table["date_of_birth"].null_count > 0


def test_equal_is_not_the_same_person_and_the_same_person_is_not_equal() -> None:
    rows = simulate("crm", 20_000).to_pylist()
    people_of: dict[str, set[str]] = {}
    mails_of: dict[str, set[str]] = {}
    for row in rows:
        if row["emails"]:
            people_of.setdefault(row["emails"], set()).add(row[TRUTH])
            mails_of.setdefault(row[TRUTH], set()).add(row["emails"])
    assert any(len(people) > 5 for people in people_of.values())  # an office mailbox
    assert any(len(people) == 2 and ".family" in mail for mail, people in people_of.items())
    assert sum(len(mails) > 1 for mails in mails_of.values()) > 1000


def test_register_households_share_addresses_and_a_national_id_is_nobody_elses() -> None:
    rows = simulate("registry", 20_000).to_pylist()
    homes: dict[tuple[str, ...], set[str]] = {}
    ids: dict[str, set[str]] = {}
    for row in rows:
        key = (row["street_number"], row["address_1"], row["suburb"])
        if all(key):
            homes.setdefault(key, set()).add(row[TRUTH])
        if row["soc_sec_id"]:
            ids.setdefault(row["soc_sec_id"], set()).add(row[TRUTH])
    assert sum(len(people) > 1 for people in homes.values()) > 1000
    shared = sum(len(people) > 1 for people in ids.values())
    assert shared / len(ids) < 0.005  # only by a slip of the pen


def test_history_defaults_birth_dates_to_the_first_of_january() -> None:
    dates = [d for d in simulate("historical", 5000)["date_of_birth"].to_pylist() if d]
    assert 0.1 < sum(d.endswith("-01-01") for d in dates) / len(dates) < 0.25


@settings(max_examples=200)
@given(st.text(min_size=1), st.floats(0, 1, exclude_max=True), st.integers(0, 1 << 30))
def test_a_slip_moves_a_text_by_little(text: str, place: float, number: int) -> None:
    for slip in (typo, scanned, heard):
        assert abs(len(slip(text, place, number)) - len(text)) <= 2


@pytest.mark.parametrize(("style", "rows"), [("paper", 10), ("crm", 0)])
def test_what_cannot_be_made_is_refused_by_name(style: str, rows: int) -> None:
    with pytest.raises(ValueError, match=r"no style 'paper'|0 rows"):
        simulate(style, rows)


def test_contacts_are_reached_by_numbers_that_a_telephone_plan_knows() -> None:
    rows = [row for row in simulate("crm", 4000).to_pylist() if row["phones"]]
    valid = sum(
        any(readable(row["phones"], region) for region in ("GB", "US", "DE")) for row in rows
    )
    assert valid / len(rows) > 0.95


def readable(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False

"""Who is meant, and which identifiers are theirs alone."""

import pytest

from privacy.finding import Ambiguous, Unknown, find
from tests.privacy.conftest import BOB, JANE, JANES, insert
from warehouse.duck import warehouse

pytestmark = pytest.mark.usefixtures("house")


@pytest.mark.parametrize("who", [JANE, JANES, JANES.upper(), "zendesk:364000000001"])
def test_a_person_is_named_by_id_address_or_contact(who: str) -> None:
    with warehouse() as connection:
        case = find(connection, who, "r")
    person = case.person
    assert person.customers == [JANE]
    assert {i.source_system for i in case.identities} == {"zendesk", "intercom", "email"}
    assert person.emails == [JANES]
    assert set(person.phones) == {"441144960832", "01144960832"}
    assert person.names == ["jane roe"]
    assert set(person.ids) == {"364000000001", "5b2c4a004b55b3a2", "FH-200999"}


def test_nobody_is_an_error_of_one_line() -> None:
    with warehouse() as connection, pytest.raises(Unknown, match="nobody is known as x@y"):
        find(connection, "x@y", "r")


def test_a_shared_address_names_nobody_and_is_not_erased() -> None:
    for source, id_, customer in (("intercom", "aaaaaaaa1", JANE), ("intercom", "aaaaaaaa2", BOB)):
        insert(
            "ml.identity_clusters",
            source_system=source,
            remote_id=id_,
            customer_id=customer,
            confidence=1.0,
        )
        insert(
            "intermediate.int_contacts",
            source_system=source,
            remote_id=id_,
            email="info@firm.example",
            phone="+44 20 7946 0000",
            name="Jane Roe",
        )
    with warehouse() as connection:
        with pytest.raises(Ambiguous, match=f"{BOB}, {JANE}"):
            find(connection, "info@firm.example", "r")
        person = find(connection, JANE, "r").person
    assert "info@firm.example" not in person.emails
    assert person.shared == {"info@firm.example": 1, "+44 20 7946 0000": 1}
    assert person.names == []
    assert not any(p.endswith("79460000") for p in person.phones)


def test_ids_merged_into_this_one_are_theirs_too() -> None:
    for gone, kept in (("c-old", JANE), ("c-older", "c-old"), ("c-other", BOB)):
        insert(
            "ml.customer_changes",
            change="merge",
            from_customer_id=gone,
            to_customer_id=kept,
            contacts=1,
            reason="",
            recorded_at="2026-01-01",
        )
    with warehouse() as connection:
        assert find(connection, JANE, "r").person.customers == [JANE, "c-old", "c-older"]


def test_a_number_that_is_another_records_key_is_no_mark_of_a_person() -> None:
    insert("raw_zendesk.tickets", id=364000000001, requester_id=5)
    with warehouse() as connection:
        assert "364000000001" not in find(connection, JANE, "r").person.ids

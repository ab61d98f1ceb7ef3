"""Who is due, once per stay on the list, and who is not any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from outreach.delivery import preview, queue
from outreach.delivery.targets import Target
from outreach.lists import NoList
from tests.outreach.delivery.house import AS_OF, NOW, House


@pytest.fixture
def target(make_target: Callable[..., Target]) -> Target:
    return make_target("csv", fields={"Name": "{customer_name}", "Mail": "{email}"})


def off(target: Target) -> Target:
    return target.model_copy(update={"enabled": False})


def keys(house: House) -> list[tuple[Any, ...]]:
    return house.read("select customer_id, idempotency_key from outreach.outbox order by all")


def test_queueing_again_adds_nothing(house: House, target: Target) -> None:
    assert queue(target, NOW) == {"pending": 3}
    before = keys(house)
    house.relist(AS_OF)

    assert queue(target, NOW) == {"pending": 3}
    assert keys(house) == before


def test_a_stay_over_many_lists_is_one_episode(house: House, target: Target) -> None:
    queue(target, NOW)
    before = keys(house)
    for day in (1, 2, 25):
        house.relist(AS_OF + timedelta(days=day))
        queue(target, NOW)

    assert keys(house) == before


def test_back_on_the_list_within_the_days_is_the_same_episode_and_after_them_another(
    house: House, target: Target
) -> None:
    queue(target, NOW)
    house.change("update outreach.outbox set status = 'sent'")
    house.relist(AS_OF + timedelta(days=1), "rank > 1")
    queue(target, NOW)
    house.relist(AS_OF + timedelta(days=30))
    queue(target, NOW)
    assert house.outbox() == [("c1", "sent", 0), ("c2", "sent", 0), ("c3", "sent", 0)]

    house.relist(AS_OF + timedelta(days=31), "rank > 1")
    queue(target, NOW)
    house.relist(AS_OF + timedelta(days=61))
    queue(target, NOW)
    assert house.outbox()[:2] == [("c1", "pending", 0), ("c1", "sent", 0)]
    assert len({key for _, key in keys(house)}) == 4


def test_who_left_the_list_or_may_not_be_contacted_is_withdrawn(
    house: House, target: Target
) -> None:
    queue(target, NOW)
    house.change("update marts.dim_customers set do_not_contact = true where customer_id = 'c2'")
    house.relist(AS_OF + timedelta(days=1), "rank < 3")

    queue(target, NOW)
    assert house.outbox() == [("c1", "pending", 0), ("c2", "withdrawn", 0), ("c3", "withdrawn", 0)]


def test_merged_customers_keep_their_episode(house: House, target: Target) -> None:
    queue(target, NOW)
    house.change("update outreach.outbox set status = 'sent' where customer_id = 'c1'")
    house.change("insert into marts.customer_merges values ('merge', 'c1', 'c2')")
    house.relist(AS_OF + timedelta(days=1), "rank > 1")

    queue(target, NOW)
    # c2 was pending when it turned out to be c1, who was told already.
    assert house.outbox() == [("c2", "sent", 0), ("c2", "withdrawn", 0), ("c3", "pending", 0)]


def test_a_target_that_is_off_queues_nothing_to_send_until_it_is_on(
    house: House, target: Target
) -> None:
    assert queue(off(target), NOW) == {"dry_run": 3}
    assert queue(target, NOW) == {"pending": 3}
    assert queue(off(target), NOW) == {"dry_run": 3}


def test_keys_are_the_same_in_another_warehouse(house: House, target: Target) -> None:
    queue(target, NOW)

    assert keys(house)[0] == ("c1", "dd5a2626ab46f2363ce4224675aa116b")


def test_a_preview_shows_everything_and_changes_nothing(house: House, target: Target) -> None:
    queue(off(target), NOW)
    before = house.read("from outreach.outbox order by all")

    [message] = preview(off(target), NOW)
    assert message.rows[0] == {"customer_name": "Ana Ruiz", "email": "ana@x.example"}
    assert house.read("from outreach.outbox order by all") == before


def test_the_outbox_holds_ids_and_digests_only(house: House, target: Target) -> None:
    queue(target, NOW)
    text = str(house.read("from outreach.outbox"))

    assert "c1" in text
    for personal in ("Ana", "ana@x.example", "+4930"):
        assert personal not in text


def test_marts_that_went_on_without_a_list_are_not_delivered(house: House, target: Target) -> None:
    house.change("update marts.at_risk_customers set as_of = '2026-07-05 00:00:00+00'")

    with pytest.raises(NoList, match="not of the marts' as_of"):
        queue(target, NOW)


def test_without_a_list_the_message_says_what_makes_one(target: Target) -> None:
    with pytest.raises(NoList, match="heedline run"):
        queue(target, NOW)

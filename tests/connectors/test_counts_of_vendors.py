"""What each vendor counts is held against the same rows: no gap is overlooked, none is made up."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from fastapi import Request

from connectors import repull
from connectors.reconciling import Unreconciled, reconcile
from sample.servers import shopify
from tests.connectors.counting import NUMBERS, VENDORS, Vendor, app_store_
from tests.connectors.hubspot_house import House, at, open_house, people
from tests.connectors.shopify_records import ask, order
from tests.connectors.slices import extract, intercept, load, raw, served
from warehouse.clock import iso, wall_now
from warehouse.duck import warehouse

NONE = frozenset[str]()
COUNTS_MORE = (
    *("freshdesk.companies", "freshdesk.articles", "aircall.calls", "aircall.users"),
    *("surveymonkey.responses", "qualtrics.responses", "app_store.reviews"),
)


def run(vendor: Vendor, address: str) -> None:
    extract(vendor.name, vendor.source(address))
    load(vendor.name)
    reconcile(vendor.name)


def stand(resource: str) -> tuple[int, int, str]:
    """The vendor's count, the difference to it, and the status, as they were last written."""
    (last, *_) = raw(
        "select vendor_count, difference, status from ops.reconciliation "
        f"where resource = '{resource}' and vendor_count is not null "
        "order by reconciled_at desc, rowid desc"
    )
    return last


@pytest.mark.parametrize("make", VENDORS.values(), ids=VENDORS)
def test_rows_lost_here_are_missing_and_pulled_anew_rows_deleted_there_are_not(
    make: Callable[[], Vendor],
) -> None:
    vendor = make()
    with served(vendor.api) as address:
        run(vendor, address)
        assert stand(vendor.resource) == (9, 0, "balanced")
        run(vendor, address)
        assert stand(vendor.resource) == (9, 0, "balanced")

        vendor.delete()
        run(vendor, address)
        status = "surplus" if vendor.surplus else "balanced"
        assert stand(vendor.resource)[1:] == (vendor.surplus, status)
        assert repull.asked(vendor.name) == NONE

        if vendor.counts_once:
            repull.ask(vendor.name, [vendor.resource])
        extract(vendor.name, vendor.source(address))
        load(vendor.name)
        with warehouse() as connection:
            connection.execute(f"delete from raw_{vendor.name}.{vendor.resource}")
        with pytest.raises(Unreconciled, match="the vendor counts 6, 6 of them are missing"):
            reconcile(vendor.name)
        assert repull.asked(vendor.name) == {vendor.resource}
        run(vendor, address)
        assert stand(vendor.resource) == (6, 0, "balanced")
        assert repull.asked(vendor.name) == NONE


@pytest.mark.parametrize("name", COUNTS_MORE)
def test_a_count_above_what_the_list_gives_fails_nothing(name: str) -> None:
    vendor = VENDORS[name]()
    assert vendor.counts_more
    vendor.counts_more()
    with served(vendor.api) as address:
        for _ in range(2):
            run(vendor, address)
            number, difference, status = stand(vendor.resource)
            assert (number + difference, status) == (len(NUMBERS), "approximate")


def test_reviews_of_an_app_that_is_no_longer_declared_are_not_compared() -> None:
    vendor = app_store_("reviews")
    with served(vendor.api) as address:
        run(vendor, address)
        with warehouse() as connection:
            connection.execute(
                "insert into raw_app_store.reviews (id, app_id) select 'x' || n, '2' "
                "from range(5) as others (n)"
            )
        extract(vendor.name, vendor.source(address))
        load(vendor.name)
        reconcile(vendor.name)
    assert stand("reviews") == (9, 0, "balanced")


def test_orders_that_come_during_a_long_walk_are_not_missing() -> None:
    shop = shopify.Shop()
    for number in NUMBERS:
        shop.put("orders", order(number))
    api = shopify.app(shop)

    def come(request: Request) -> None:
        if "page_info" in request.query_params and len(shop.rows["orders"]) == len(NUMBERS):
            for number in range(20, 25):  # newest first: on the page that was read
                shop.put("orders", order(number))

    intercept(api, come)
    with served(api) as address:
        extract("shopify", ask(address))
        load("shopify")
        reconcile("shopify")
        assert stand("orders") == (9, 0, "balanced")
        extract("shopify", ask(address))
        load("shopify")
        reconcile("shopify")
        assert stand("orders") == (14, 0, "balanced")


def hubspot_reconciled(house: House) -> tuple[int, int, str]:
    house.pull("contacts")
    load("hubspot")
    reconcile("hubspot")
    return stand("contacts")


def test_contacts_that_change_during_a_long_walk_are_not_missing() -> None:
    with open_house() as house:
        people(house, range(1, 20))

        def change(request: Request) -> None:
            if house.asked.count("/crm/objects/2026-03/contacts/search") == 3:
                people(house, range(11, 20), minute=30)

        api = house.app()
        intercept(api, change)
        with served(api) as house.address:
            assert hubspot_reconciled(house)[1:] == (0, "balanced")
            assert raw("select count(*) < 19 from raw_hubspot.contacts") == [(True,)]
            assert hubspot_reconciled(house) == (19, 0, "balanced")


def test_contacts_deleted_or_merged_just_now_may_be_counted_still() -> None:
    with open_house() as house:
        account = house.account
        people(house, range(1, 12))
        account.put("contacts", 12, at(0, day=9))
        assert hubspot_reconciled(house) == (12, 0, "balanced")
        for number in range(1, 11):
            # The search knows none of it yet.
            key = ("contacts", str(number))
            account.unindexed[key] = deepcopy(account.records["contacts"][str(number)])
            if number <= 5:
                account.delete("contacts", number, iso(wall_now()))
            else:
                account.merge("contacts", number, 12, iso(wall_now()))
        assert hubspot_reconciled(house) == (12, 0, "balanced")

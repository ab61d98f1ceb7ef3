"""Who is called, who is left alone and why, and that a second run says the same."""

from datetime import UTC, datetime

import pytest

from outreach import Prepared, prepare
from outreach.lists import NoList
from warehouse.duck import warehouse

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
MARTS = """
create schema marts;
create table marts.at_risk_customers as
select r.rank, 'e' || r.rank as entry_id, 'c' || r.rank as customer_id, r.email, r.phone,
    timestamptz '2026-06-30 00:00:00+00' as as_of
from (values
    (1, 'a@x.example', null), (2, 'b@x.example', '+4930123456'), (3, null, null),
    (4, null, '+4930123457'), (5, '  ', '')
) as r(rank, email, phone);
create table marts.dim_customers as
select * from (values ('c1', null), ('c2', true), ('c3', false), ('c5', true), ('c9', true))
    as c(customer_id, do_not_contact);
"""


@pytest.fixture
def _marts() -> None:
    with warehouse() as connection:
        connection.execute(MARTS)


def read(query: str) -> list[tuple]:
    with warehouse(read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.usefixtures("_marts")
def test_everybody_is_either_on_the_list_or_left_out_with_a_reason() -> None:
    assert prepare(AS_OF) == Prepared(entries=2, suppressed=3)

    assert read(
        "select position, entry_id, customer_id from outreach.list_entries order by position"
    ) == [(1, "e1", "c1"), (2, "e4", "c4")]
    assert read(
        "select customer_id, reason, detail from outreach.suppressions order by position"
    ) == [
        ("c2", "do_not_contact", "asked not to be contacted"),
        ("c3", "no_contact_details", "neither an e-mail address nor a phone number is known"),
        # Two reasons apply to this one: the first rule is the one told.
        ("c5", "do_not_contact", "asked not to be contacted"),
    ]


@pytest.mark.usefixtures("_marts")
def test_preparing_again_repeats_nothing() -> None:
    prepare(AS_OF)
    before = read("select * from outreach.list_entries order by all")
    prepare(AS_OF)

    assert read("select * from outreach.list_entries order by all") == before
    assert read("select entries, suppressed from outreach.list_runs") == [(2, 3)]


@pytest.mark.usefixtures("_marts")
def test_earlier_lists_stay() -> None:
    prepare(AS_OF)
    later = datetime(2026, 7, 1, tzinfo=UTC)
    with warehouse() as connection:
        connection.execute("update marts.at_risk_customers set as_of = '2026-07-01 00:00:00+00'")
    prepare(later)

    assert read("select as_of::date::varchar, entries from outreach.list_runs order by 1") == [
        ("2026-06-30", 2),
        ("2026-07-01", 2),
    ]


@pytest.mark.usefixtures("_marts")
def test_a_mart_of_another_time_makes_no_list() -> None:
    with pytest.raises(NoList, match="describes 2026-06-30"):
        prepare(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.usefixtures("_marts")
def test_a_repeated_entry_makes_no_list() -> None:
    with warehouse() as connection:
        connection.execute("insert into marts.at_risk_customers from marts.at_risk_customers")

    with pytest.raises(NoList, match="repeats an entry_id"):
        prepare(AS_OF)


def test_without_marts_the_message_says_what_to_build() -> None:
    with pytest.raises(NoList, match="build the marts"):
        prepare(AS_OF)


@pytest.mark.usefixtures("_marts")
def test_a_failure_half_way_keeps_the_list_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(AS_OF)

    def fail(*_: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr("outreach.lists._enter", fail)
    with pytest.raises(RuntimeError, match="half way"):
        prepare(AS_OF)
    assert read("select count(*) from outreach.list_entries") == [(2,)]

"""One person over several systems: linked by what they share, under an id that stays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.identity.linking import fresh_id, groups, links, name_groups
from ml.identity.predict import NotUnified, link_warehouse
from warehouse.duck import warehouse

keys = st.tuples(st.sampled_from(["zendesk", "email", "stripe"]), st.sampled_from("abcdefgh"))
values = st.tuples(st.sampled_from(["email", "phone"]), st.sampled_from(["v1", "v2", "v3", "v4"]))
identities = st.lists(st.tuples(keys, values).map(lambda r: (*r[0], *r[1])), max_size=25)


def named(rows, held=None):
    found = links(rows)
    return name_groups(groups([(r[0], r[1]) for r in rows], found), held or {}, {})


@settings(max_examples=40, deadline=None)
@given(identities, st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_same_persons(rows, random) -> None:
    shuffled = rows * 2
    random.shuffle(shuffled)
    assert named(rows) == named(shuffled)


@settings(max_examples=40, deadline=None)
@given(identities)
def test_a_second_run_changes_nothing(rows) -> None:
    first = named(rows)
    assert named(rows, held=first) == first


@settings(max_examples=60, deadline=None)
@given(identities, identities)
def test_after_any_change_each_person_has_one_id_of_their_own(before, after) -> None:
    ids = named(after, held=named(before))
    persons = groups([(r[0], r[1]) for r in after], links(after))
    assert all(len({ids[key] for key in members}) == 1 for members in persons)
    assert len({ids[members[0]] for members in persons}) == len(persons)


def test_sharing_a_value_links_and_links_are_followed() -> None:
    rows = [
        ("zendesk", "1", "email", "a@x.example"),
        ("email", "a@x.example", "email", "a@x.example"),
        ("zendesk", "1", "phone", "+4930"),
        ("twilio", "+4930", "phone", "+4930"),
        ("stripe", "cus_9", "email", "b@x.example"),
    ]
    ids = named(rows)
    assert ids["twilio", "+4930"] == ids["email", "a@x.example"] == ids["zendesk", "1"]
    assert ids["stripe", "cus_9"] == fresh_id(("stripe", "cus_9")) != ids["zendesk", "1"]


def test_a_value_of_eleven_contacts_links_nobody() -> None:
    rows = [("zendesk", str(n), "phone", "+1") for n in range(11)]
    assert links(rows) == []
    assert len(links(rows[:10])) == 9


def test_two_known_persons_joining_keep_the_id_held_by_most() -> None:
    held = {("a", "1"): "small", ("b", "1"): "big", ("b", "2"): "big"}
    ids = name_groups([[("a", "1"), ("b", "1"), ("b", "2")]], held, {})
    assert set(ids.values()) == {"big"}


def test_of_two_ids_held_equally_the_oldest_contact_decides() -> None:
    held = {("a", "1"): "younger", ("b", "1"): "older"}
    created = {("a", "1"): "2024-05-01", ("b", "1"): "2023-05-01"}
    assert set(name_groups([[("a", "1"), ("b", "1")]], held, created).values()) == {"older"}


def test_a_person_that_splits_leaves_its_id_with_the_larger_part() -> None:
    a, b, c = ("s", "a"), ("s", "b"), ("s", "c")
    held = dict.fromkeys((a, b, c), fresh_id(a))
    ids = name_groups([[a], [b, c]], held, {})
    assert ids[b] == ids[c] == fresh_id(a)
    assert ids[a] not in {ids[b], None}


UNIFIED = """
create schema intermediate;
create table intermediate.int_contacts as select * from (values
    ('zendesk', '1', timestamptz '2025-01-01'),
    ('email', 'a@x.example', null),
    ('stripe', 'c', null)
) as t(source_system, remote_id, created_at);
create table intermediate.int_contact_identities as select * from (values
    ('zendesk', '1', 'email', 'a@x.example'), ('email', 'a@x.example', 'email', 'a@x.example')
) as t(source_system, remote_id, identity_type, identity_value);
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))


@pytest.mark.usefixtures("home")
def test_the_warehouse_is_linked_once_and_for_all() -> None:
    with warehouse() as connection:
        connection.execute(UNIFIED)
    first = link_warehouse()
    assert (first.contacts, first.customers, first.links, first.kept) == (3, 2, 1, 0)
    assert link_warehouse().kept == 3
    with warehouse(read_only=True) as connection:
        clusters = connection.execute(
            "select count(*), count(distinct customer_id) from ml.identity_clusters"
        ).fetchone()
        reasons = connection.execute("select reasons from ml.identity_links").fetchall()
    assert clusters == (3, 2)
    assert reasons == [('[{"type": "email", "value": "a@x.example"}]',)]


@pytest.mark.usefixtures("home")
def test_before_unify_the_remedy_is_named() -> None:
    with pytest.raises(NotUnified, match="unify"):
        link_warehouse()

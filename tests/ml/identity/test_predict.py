"""From contacts of several systems to customers, with the real engine; what it is told."""

import pytest

from ml.identity import steps
from ml.identity.contacts import BadContactsConfig, NotUnified, make_records, read_config
from ml.identity.predict import link_warehouse
from tests.ml.identity import small_world as world
from warehouse.duck import warehouse
from warehouse.free_mail import write_free_mail_domains


@pytest.fixture
def records():
    """Makes contacts (dicts) into engine records by remote_id."""

    def make(*contacts, accounts=(), more=""):
        world.write_contacts(contacts, accounts)
        with warehouse() as connection:
            write_free_mail_domains(connection)
            if more:
                connection.execute(more)
            make_records(connection, '"heedline"', "records")
            cursor = connection.execute("from records")
            names = [column[0] for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return {row["remote_id"]: row for row in rows}

    return make


def contact(key, system="zendesk", **columns):
    return {"source_system": system, "remote_id": key, **columns}


def test_an_id_that_is_an_address_or_a_number_is_that_and_no_verified_id(records) -> None:
    found = records(
        contact("Ann@X.example", "email"),
        contact("+4930123456", "twilio", email="ann@x.example"),
        contact("7", external_ids='{"mail":"b@x.example","Twitter":"@Ann"}'),
    )
    assert (found["Ann@X.example"]["emails"], found["Ann@X.example"]["keys"]) == (
        ["Ann@X.example"],
        [],
    )
    assert found["+4930123456"]["phones"] == ["+4930123456"]
    assert (found["7"]["emails"], found["7"]["keys"]) == (["b@x.example"], ["twitter:ann"])


def test_a_tagged_address_counts_without_its_tag_too(records) -> None:
    found = records(contact("1", email="ann+shop@x.example"), contact("2", email="+49@x.example"))
    assert found["1"]["emails"] == ["ann+shop@x.example", "ann@x.example"]
    assert found["2"]["emails"] == ["+49@x.example"]


def test_a_vendors_merge_and_an_id_of_another_system_are_shared_keys(records) -> None:
    found = records(
        contact("1"),
        contact("2", merged_into_remote_id="1"),
        contact("3", "crm", external_ids='{"zendesk":"1"}'),
        contact("4", external_ids="not json"),
    )
    assert {key: row["keys"] for key, row in found.items()} == {
        "1": ["zendesk:1"],
        "2": ["zendesk:1"],
        "3": ["zendesk:1"],
        "4": [],
    }


def test_the_ids_a_person_has_one_of_are_of_a_kind_that_contradicts(records) -> None:
    found = records(contact("1", external_ids='{"account":"FH-1","device":"d9"}'))
    assert found["1"]["keys"] == ["customer_number:FH-1", "device:d9"]


def test_who_answers_a_survey_about_a_conversation_is_who_had_it(records) -> None:
    surveys = """
        insert into intermediate.int_conversations values
            ('zendesk', 't1', '1'), ('zendesk', 't2', '2'), ('email', 'm1', 'info@x.example');
        insert into intermediate.int_survey_responses values
            ('survey', 's1', 'ann@x.example', 'zendesk', 't1'),
            ('survey', 's2', 'both@x.example', 'zendesk', 't1'),
            ('survey', 's3', 'both@x.example', 'zendesk', 't2'),
            ('survey', 's4', 'ann@x.example', 'email', 'm1')
    """
    addresses = ("ann@x.example", "both@x.example")
    found = records(
        contact("1"), contact("2"), *(contact(a, "survey") for a in addresses), more=surveys
    )
    assert found["ann@x.example"]["keys"] == ["zendesk:1"] == found["1"]["keys"]
    assert found["both@x.example"]["keys"] == [] == found["2"]["keys"]


def test_a_region_comes_of_the_country_the_time_zone_or_the_account(records) -> None:
    found = records(
        contact("1", country="Deutschland", account_remote_id="a"),
        contact("2", time_zone="Europe/Paris"),
        contact("3", account_remote_id="a"),
        contact("4", country="uk"),
        contact("5"),
        accounts=[("zendesk", "a", "Umber", None)],
    )
    assert [found[key]["region"] for key in "12345"] == ["DE", "FR", "DE", "GB", None]
    assert found["3"]["company"] == "Umber"


def test_an_address_at_a_companys_own_domain_tells_the_company_a_free_one_does_not(records) -> None:
    found = records(
        contact("1", email="Ann@Umber.example"),
        contact("2", email="bo@gmail.com"),
        contact("3", email="cy@two.example"),
        accounts=[
            ("crm", "a", "Umber", "umber.example"),
            ("crm", "b", "Solo trader", "gmail.com"),
            ("crm", "c", "Two", "two.example"),
            ("crm", "d", "Three", "two.example"),
        ],
    )
    assert [found[key]["company"] for key in "123"] == ["Umber", None, None]


def test_only_what_the_linker_reads_changes_a_fingerprint(records) -> None:
    before = records(contact("1", email="a@x.example", language="de"))["1"]["fingerprint"]
    assert records(contact("1", email="a@x.example", language="en"))["1"]["fingerprint"] == before
    assert records(contact("1", email="b@x.example"))["1"]["fingerprint"] != before


def test_of_two_rows_of_one_contact_the_newest_speaks(records) -> None:
    rows = [
        contact("1", name=name, remote_updated_at=f"2026-01-0{day}")
        for name, day in (("a", 1), ("b", 2))
    ]
    assert records(*rows)["1"]["name"] == records(*rows[::-1])["1"]["name"] == "b"


def test_a_wrong_configuration_is_refused_by_key(tmp_path) -> None:
    file = tmp_path / "contacts.yml"
    file.write_text("one_per_person: [account]\nretrain_share: 7\n")
    with pytest.raises(BadContactsConfig, match=r"contacts\.yml:2: retrain_share"):
        read_config(file)


def test_before_unify_the_remedy_is_named() -> None:
    with pytest.raises(NotUnified, match="unify"):
        link_warehouse(world.AS_OF)


PEOPLE = [
    ("Ann", "Fletcher", "ann.fletcher@x.example", "+441154960761", "FH-1"),
    ("Boris", "Kovalenko", "boris.k@y.example", "+493023125527", "FH-2"),
    ("Chioma", "Abubakar", "chioma@z.example", "+33465711965", "FH-3"),
    ("Dmitri", "Vargas", "dvargas@x.example", "+16155550117", "FH-4"),
]


def company():
    """Four people, each in three systems: by mailbox, by number, by the app's number."""
    found = []
    for number, (given, surname, email, phone, account) in enumerate(PEOPLE):
        own = f'{{"account":"{account}"}}'
        found += [
            contact(f"z{number}", name=f"{given} {surname}", email=email, phone=phone),
            contact(
                f"i{number}", "intercom", name=f"{given} {surname}", email=email, external_ids=own
            ),
            contact(f"s{number}", "stripe", name=f"{given} {surname}", external_ids=own),
        ]
    return found


def people():
    return sorted("".join(sorted(name[1] for name in group)) for group in world.persons())


def tables():
    found = world.remembered()
    with warehouse() as connection:
        found["prepared"] = connection.execute(
            "select * from ml.identity_prepared order by record_id"
        ).fetchall()
    return found


def test_the_engine_links_the_warehouse_and_what_is_new_later_ends_the_same() -> None:
    everybody = company()
    world.write_contacts(everybody[:-1])
    first = link_warehouse(world.AS_OF)
    assert (first.trained, first.contacts) == (True, 11)
    assert people() == ["000", "111", "222", "33"]
    before = world.customers()
    changed = {**everybody[0], "name": "Ann B. Fletcher"}
    world.write_contacts([changed, *everybody[1:]])
    second = link_warehouse(world.AS_OF)
    assert (second.new, second.changed, second.trained) == (1, 1, False)
    assert people() == ["000", "111", "222", "333"]
    assert world.customers() == {**before, "s3": before["z3"]}
    world.write_decisions(("never", ("zendesk", "z1"), ("intercom", "i1")))
    assert link_warehouse(world.AS_OF).unmerges == 1
    world.write_decisions()
    assert link_warehouse(world.AS_OF).merges == 1
    by_steps = tables()
    assert world.customers() == {**before, "s3": before["z3"]}
    with warehouse() as connection:
        (json_text,) = connection.execute("select model from ml.identity_models").fetchone()
    world.forget_model()
    with pytest.MonkeyPatch.context() as patched:
        model = steps.engine.Model.from_json(json_text)
        patched.setattr(steps.engine, "train", lambda connection, prepared: model)
        assert link_warehouse(world.AS_OF).trained
    assert tables() == by_steps


def test_a_links_reasons_are_kept_in_words() -> None:
    world.write_contacts(company())
    link_warehouse(world.AS_OF)
    with warehouse() as connection:
        assert connection.execute(
            "select count(*) > 0 from ml.identity_links where status = 'linked' "
            "and json_extract_string(reasons, '$[0].label') is not null and match_weight > 3"
        ).fetchone() == (True,)

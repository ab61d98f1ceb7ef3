"""Every column is read by a stated rule; what cannot be read is null."""

import datetime

import duckdb
import pyarrow as pa

from ml.identity.engine import prepare
from ml.identity.folding import fold

TODAY = datetime.date(2026, 1, 1)


def prepared_rows(rows: list[dict]) -> list[dict]:
    """Each row prepared, in one go."""
    connection = duckdb.connect()
    names = sorted({name for row in rows for name in row})
    columns = {name: [row.get(name) for row in rows] for name in names}
    table = pa.table({"record_id": [f"{n:03d}" for n in range(len(rows))], **columns})
    connection.register("contacts", table)
    prepare(connection, "contacts", "prepared", today=TODAY)
    found = connection.execute("select * from prepared order by record_id")
    header = [column[0] for column in found.description]
    return [dict(zip(header, row, strict=True)) for row in found.fetchall()]


def prepared(**columns) -> dict:
    return prepared_rows([columns])[0]


MAILBOXES = [
    ("Jo.Hn+shop@Gmail.com", "john@gmail.com"),
    ("john@googlemail.com", "john@gmail.com"),
    ("john+a@outlook.com", "john@outlook.com"),
    ("jo-list@yahoo.com", "jo@yahoo.com"),
    ("jo.hn+x@company.example", "jo.hn+x@company.example"),
    ("mailto:Jo@X.org", "jo@x.org"),
    ("Jo Doe <jo@x.org>", "jo@x.org"),
    ("jo@BÜCHER.example", "jo@xn--bcher-kva.example"),
    ("jo@xn--bcher-kva.example", "jo@xn--bcher-kva.example"),
    ("not an address", None),
    ("info@x.org", None),
    ("support+de@x.org", None),
]


def test_an_email_becomes_its_mailbox_by_the_providers_rules() -> None:
    found = prepared_rows([{"emails": text} for text, _ in MAILBOXES])
    assert [(t, row["email"]) for (t, _), row in zip(MAILBOXES, found, strict=True)] == MAILBOXES


def test_several_emails_are_all_kept_offices_are_not() -> None:
    assert prepared(emails="b@x.org; info@x.org, a@x.org")["emails"] == ["a@x.org", "b@x.org"]
    assert prepared(emails=["b@x.org", None])["emails"] == ["b@x.org"]


NUMBERS = [
    ("(415) 555-2671 ext. 3", "US", "+14155552671"),
    ("0171 5550100", "DE", "+491715550100"),
    ("0044 20 7946 0018", "GB", "+442079460018"),
    ("+442079460018", None, "+442079460018"),
    ("0044 20 7946 0018", "US", "+442079460018"),
    ("011 44 20 7946 0018", "US", "+442079460018"),
    ("0899 9998619", "US", "~8999998619"),
    ("0353 013598", "US", "~353013598"),
    ("0116 4960194", "US", "~1164960194"),
    ("06 698 12345", "IT", "+390669812345"),
    ("0171 5550100", "XX", "~1715550100"),
    ("n/a", "US", None),
    ("12", "US", None),
    ("000 000 000", "US", None),
    ("0111 111 111", "XX", None),
    ("171 5550100", "XX", None),
]


def test_a_phone_becomes_e164_by_its_region() -> None:
    found = prepared_rows([{"phones": text, "region": region} for text, region, _ in NUMBERS])
    assert [(*n[:2], row["phone"]) for n, row in zip(NUMBERS, found, strict=True)] == NUMBERS


BIRTHS = [
    ("1908-12-09", "19081209"),
    ("19081209", "19081209"),
    ("09/12/1908", "19081209"),
    ("12/25/1908", "19081225"),
    ("9.12.1908", "19081209"),
    ("1908-12-09 00:00:00", "19081209"),
    ("2999-01-02", None),
    ("0007-01-02", None),
    ("1970-01-01", None),
    ("19670230", "19670230"),
    ("1967101z", "1967101z"),
    ("yesterday", None),
    ("00000000", None),
]


def test_a_birth_date_is_read_or_unknown() -> None:
    found = prepared_rows([{"date_of_birth": text} for text, _ in BIRTHS])
    assert [(t, row["born"]) for (t, _), row in zip(BIRTHS, found, strict=True)] == BIRTHS


NAMES = [
    ("Bob Smith", "bob", "smith"),
    ("Smith, Dr. Bob", "bob", "smith"),
    ("Jan van der Berg", "jan", "vanderberg"),
    ("José María Núñez", "josemaria", "nunez"),
    ("Jürgen Becker-Fischer", "jurgen", "beckerfischer"),
    ("Jo Smith, PhD", "jo", "smith"),
    ("O'Brien, Mary", "mary", "obrien"),
    ("Madonna", "madonna", None),
    ("Mr", "mr", None),
    ("???", None, None),
]


def test_a_full_name_is_parted() -> None:
    found = prepared_rows([{"name": name} for name, _, _ in NAMES])
    assert [
        (n[0], row["given"], row["surname"]) for n, row in zip(NAMES, found, strict=True)
    ] == NAMES


def test_own_columns_win_over_the_full_name() -> None:
    found = prepared(name="X Y", given_name="Ann ", surname=" Lee")
    assert (found["given"], found["surname"]) == ("ann", "lee")


def test_short_forms_share_a_root() -> None:
    bob, robert = (set(prepared(given_name=name)["given_roots"]) for name in ("Bob", "Robert"))
    assert bob & robert


def test_address_parts_and_free_text_give_the_same_street() -> None:
    parts = prepared(street_number="12", address_1="Main Street", postcode=" 94105-1234 ")
    free = prepared(address="12 Main St.", postcode="94105")
    for column in ("house_number", "street", "postcode"):
        assert parts[column] == free[column]


def test_a_company_is_known_without_its_legal_form() -> None:
    assert (
        prepared(company="ACME, Inc.")["company"] == prepared(company="Acme")["company"] == "acme"
    )
    assert prepared(company="Co.")["company"] == "co"


def test_absurd_unicode_ends_as_letters_or_nothing() -> None:
    assert fold("\u202eＪｏｓｅ\u0301\u200b\u200d") == "jose"
    found = prepared(given_name="\U0001f600\u202e", surname="Z\u0336a\u0336lgo" + "x" * 5000)
    assert found["given"] is None
    assert found["surname"].startswith("zalgo")
    assert len(found["surname"]) <= 300


def test_the_fullest_of_rows_with_one_id_speaks_in_any_order() -> None:
    rows = {
        "record_id": ["1", "1", "2"],
        "given_name": ["Ann", "Ann", None],
        "surname": [None, "Lee", None],
    }
    for order in ([0, 1, 2], [2, 1, 0]):
        connection = duckdb.connect()
        connection.register("contacts", pa.table(rows).take(order))
        prepare(connection, "contacts", "prepared", today=TODAY)
        found = connection.execute("select record_id, surname from prepared order by 1").fetchall()
        assert found == [("1", "lee"), ("2", None)]


def test_only_a_record_id_is_enough() -> None:
    assert prepared()["record_id"] == "000"


def test_a_zero_in_brackets_is_no_digit_of_the_number() -> None:
    assert prepared(phones="+44 (0)20 7946 0018")["phone"] == "+442079460018"
    assert prepared(phones="+44 20-7946.0018")["phone"] == "+442079460018"

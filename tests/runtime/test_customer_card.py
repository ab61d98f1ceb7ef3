"""`heedline customer`: found by every way people know a customer, shown from what was published."""

import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

import heedline
from commands.console import CommandFailed
from runtime.customer_card import Span, look_up
from runtime.customer_page import show_candidates
from warehouse.settings import settings

PUBLISHED = Path(__file__).with_name("published_customers.sql")
ANNA, BEN = "aaaaaaaa01", "aaaaaaaa02"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a published version and no warehouse at all."""
    home = tmp_path_factory.mktemp("home")
    version = home / "published" / "v000001"
    (version / "success").mkdir(parents=True)
    (home / "published" / "current").symlink_to("v000001")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{version / 'success' / 'customers.duckdb'}' as people")
        connection.execute(f"attach '{version / 'support.duckdb'}' as marts")
        connection.execute(PUBLISHED.read_text())
    return home


@pytest.fixture(autouse=True)
def _here(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(published))
    monkeypatch.setenv("COLUMNS", "200")


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(heedline.app, ["customer", *arguments])


def ids(asked: str) -> tuple[str, ...]:
    return look_up(settings(), asked, Span()).found.customer_ids


@pytest.mark.parametrize(
    ("asked", "by"),
    [
        (ANNA, "customer id"),
        ("old-id-0001", "merged customer id"),
        ("ANNA@Kestrel.example", "e-mail address"),
        ("info@kestrel.example", "e-mail address"),
        ("+49 30 1234567", "phone number"),
        ("0049 (30) 123-4567", "phone number"),
        ("030 1234567", "phone number"),
        ("zendesk:42", "record"),
        ("42", "record"),
    ],
)
def test_a_customer_is_found_by_what_people_know(asked: str, by: str) -> None:
    found = look_up(settings(), asked, Span()).found
    assert (found.customer_ids, found.by) == ((ANNA,), by)


def test_a_number_kept_without_country_code_is_found_with_one() -> None:
    assert ids("+44 20 7946 0958") == (BEN,)


@pytest.mark.parametrize("asked", ["4567", "+49 30 9999999", "nobody@kestrel.example", "zendesk:4"])
def test_what_is_nobodys_finds_nobody(asked: str) -> None:
    assert ids(asked) == ()


def test_the_beginning_of_an_id_does_when_it_is_one_customers() -> None:
    assert ids("bbbbbbbb") == ("bbbbbbbb03",)
    assert len(ids("aaaaaaaa")) == 2


def test_the_page_says_who_where_what_and_why() -> None:
    result = ask("anna@kestrel.example")
    assert result.exit_code == 0
    page = result.stdout
    # A name is shown as it is, brackets and all.
    assert "Anna [bold]Kern" in page
    for line in (
        "do not contact (says crm since 2026-01-10)",
        "Kestrel Legal, smb, looked after by Olga, 2 customers, 1 open issue, 20.00 USD a month",
        "channel email, language de, time zone Europe/Berlin",
        "do not contact: refused since 2026-01-10 (crm)",
        "paid 100.00 EUR + 25.00 USD so far; 1 subscription at 20.00 USD a month; 4 orders",
        "red, 20 of 100: leaves within 30 days with probability 0.80",
        "asked to cancel",
        "old-id-0001 merged into aaaaaaaa01, 2026-03-01: same phone",
        "chatbot > phone",
        "timeline (20 of 25, newest first)",
    ):
        assert line in page, line
    # What speaks for staying is no reason to call.
    assert "long a customer" not in page
    assert page.index("wrote about thing 24") < page.index("wrote about thing 5")
    assert "wrote about thing 4 " not in page


def card(*arguments: str) -> dict[str, Any]:
    result = ask(ANNA, "--format", "json", *arguments)
    assert result.exit_code == 0
    read: dict[str, Any] = json.loads(result.stdout)
    return read


def test_json_is_the_whole_card() -> None:
    read = card()
    assert read["as_of"] == "2026-06-30T00:00:00Z"
    assert read["customer"]["emails"] == ["anna@kestrel.example", "info@kestrel.example"]
    assert {(r["source_system"], r["remote_id"]) for r in read["identities"]} == {
        ("zendesk", "42"),
        ("email", "anna@kestrel.example"),
    }
    assert read["health"]["reasons"][0]["reason"] == "asked to cancel"
    assert read["account"]["expected_loss_per_month"] == 16
    assert (len(read["timeline"]), read["timeline_events"]) == (20, 25)


def test_the_timeline_can_be_cut_and_had_whole() -> None:
    assert [event["remote_id"] for event in card("--limit", "2")["timeline"]] == ["24", "23"]
    assert len(card("--all")["timeline"]) == 25
    assert len(card("--since", "2026-06-24")["timeline"]) == 2
    assert card("--limit", "0")["timeline"] == []


def test_a_shared_mailbox_lists_who_shares_it() -> None:
    result = ask("team@mill.example")
    assert isinstance(result.exception, CommandFailed)
    assert "2 customers share" in str(result.exception)
    assert BEN in result.stdout
    assert "bbbbbbbb03" in result.stdout
    shared = json.loads(ask("team@mill.example", "--format", "json").stdout)
    assert [row["customer_id"] for row in shared["candidates"]] == [BEN, "bbbbbbbb03"]


def test_the_ids_to_ask_with_are_never_cut() -> None:
    narrow = Console(file=io.StringIO(), width=40)
    ids = [f"{number:032x}" for number in range(2)]
    shared = {"customer_name": "A very long name of somebody", "email": None, "account_name": "B"}
    show_candidates(
        narrow,
        "info@b.example",
        "e-mail address",
        [{"customer_id": one, "last_contact_at": None, **shared} for one in ids],
    )
    assert isinstance(narrow.file, io.StringIO)
    assert all(one in narrow.file.getvalue() for one in ids)


def test_nobody_is_one_line_and_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        heedline.main(["customer", "nobody@nowhere.example"])
    assert ended.value.code == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("heedline: no customer 'nobody@nowhere.example'")
    assert "\n" not in said


def test_before_the_first_publish_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="run `heedline run` first"):
        look_up(settings(), ANNA, Span())

"""Delighted: exports of several shapes, each file once, what is wrong set aside, staging."""

from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Credentials, SourceError
from connectors.delighted.exports import Export
from connectors.delighted.source import source
from connectors.landing import land
from connectors.loading import Account
from tests.connectors.slices import at, build_staging, load, raw, staged
from warehouse.clock import BadTimestamp

NPS = {"files": "nps*.csv", "survey_type": "nps", "scale_min": 0, "scale_max": 10}
CSAT = {"files": "csat*.csv", "survey_type": "csat", "scale_min": 1, "scale_max": 5}
HEADER = "Response ID,Email,Name,Score,Comment,Permalink,Created at,Updated at,conversation_id"
ANN = (
    "101,Ann@Example.com,Ann Example,9,Quick and kind,https://x.example/r/abc,"
    "2026-03-01 09:00:00 UTC,2026-03-01 09:00:00 UTC,4711"
)
BOB = "102,bob@example.com,Bob Example,3,,https://x.example/r/def,2026-03-01 10:00:00 UTC,,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


def write(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines) + "\n")


def pull(folder: Path, **surveys: Any) -> Account | None:
    made = source(Credentials(base_url=""), folder=str(folder), surveys=surveys or {"nps": NPS})
    land("delighted", made)
    return load("delighted").get("responses")


def files() -> dict[str, tuple[str, int, str]]:
    found = raw("select drop_file, status, rows, message from raw_delighted.files")
    return {name: (status, rows, message) for name, status, rows, message in found}


def test_when_a_file_is_dropped_then_its_rows_come_once(folder: Path) -> None:
    write(folder, "nps-2026.csv", HEADER, ANN, BOB)
    first = pull(folder)
    assert first is not None
    assert (first.received, first.accepted, first.quarantined, first.duplicates) == (2, 2, 0, 0)
    write(folder, "nps-copy.csv", HEADER, ANN, BOB)
    assert pull(folder) is None
    assert files() == {
        "nps-2026.csv": ("read", 2, ""),
        "nps-copy.csv": (*("ignored", 0), "same content as nps-2026.csv, which is read already"),
    }


def test_when_a_later_export_has_a_newer_state_then_it_wins_whatever_the_order(
    folder: Path,
) -> None:
    newer = ANN.replace(",9,", ",4,").replace("2026-03-01 09:00:00 UTC,4711", "2026-03-05,4711")
    write(folder, "nps-b.csv", HEADER, newer)
    pull(folder)
    write(folder, "nps-a.csv", HEADER, ANN)
    account = pull(folder)
    assert account is not None
    assert (account.accepted, account.duplicates) == (0, 1)
    assert raw("select declared_score from raw_delighted.responses") == [(4.0,)]


def test_when_a_row_is_wrong_then_it_alone_is_set_aside_and_says_where(folder: Path) -> None:
    late = ANN.replace("2026-03-01 09:00:00 UTC", "03/01/2026 9:00 AM").replace("101", "103")
    off = BOB.replace(",3,", ",11,").replace("102", "104")
    write(folder, "nps.csv", HEADER, ANN, late, off, "105,short")
    account = pull(folder)
    assert account is not None
    assert (account.received, account.accepted, account.quarantined) == (4, 1, 3)
    reasons = [reason for (reason,) in raw("select reason from quarantine.delighted__responses")]
    assert any("nps.csv row 2" in r and "declare time_format" in r for r in reasons)
    assert any("nps.csv row 3" in r and "scale_max" in r for r in reasons)
    assert any("nps.csv row 4" in r and "has 2 values" in r for r in reasons)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"Email,Comment\na@b.example,hi\n", "has no column for score; name it in `columns`"),
        (b"Score,Created at\n9,2026-03-01\n", "has no column for id or permalink"),
        (b"", "is empty"),
        ("ID,Score,Created at,Comment\n1,9,2026-03-01,ü\n".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_when_a_file_is_no_export_then_all_its_rows_are_set_aside(
    folder: Path, content: bytes, problem: str
) -> None:
    (folder / "nps.csv").write_bytes(content)
    account = pull(folder)
    assert account is not None
    assert (account.received, account.accepted, account.quarantined) == (1, 0, 1)
    status, rows, message = files()["nps.csv"]
    assert (status, rows) == ("refused", 1)
    assert problem in message
    assert pull(folder) is None


def test_when_a_name_fits_no_survey_or_two_then_the_file_is_ignored_and_listed(
    folder: Path,
) -> None:
    write(folder, "people.csv", HEADER, ANN)
    write(folder, "nps.csv", HEADER, ANN)
    write(folder, "nps.txt", HEADER, ANN)
    assert pull(folder, nps=NPS, again={**NPS, "files": "n*.csv"}) is None
    assert {name: found[2] for name, found in files().items()} == {
        "people.csv": "is no CSV file of one declared survey (0 patterns fit its name)",
        "nps.csv": "is no CSV file of one declared survey (2 patterns fit its name)",
        "nps.txt": "is no CSV file of one declared survey (0 patterns fit its name)",
    }


def test_when_the_declaration_changes_then_the_file_is_read_again(folder: Path) -> None:
    write(folder, "csat.csv", HEADER, BOB)
    assert pull(folder) is None
    account = pull(folder, nps=NPS, csat=CSAT)
    assert account is not None
    assert account.accepted == 1
    assert pull(folder, nps=NPS, csat=CSAT) is None
    account = pull(folder, nps=NPS, csat={**CSAT, "survey_type": "ces"})
    assert account is not None
    assert account.accepted == 1
    assert raw("select declared_survey_type from raw_delighted.responses") == [("ces",)]


@pytest.mark.parametrize(
    ("text", "declared", "instant"),
    [
        ("1641289688", {}, "2022-01-04T09:48:08Z"),
        ("2026-03-01 09:00:00 UTC", {}, "2026-03-01T09:00:00Z"),
        ("2026-03-01 09:00:00 -0800", {}, "2026-03-01T17:00:00Z"),
        ("2026-07-01T09:00:00", {"time_zone": "Europe/Berlin"}, "2026-07-01T07:00:00Z"),
        ("01/02/2026 9:05 PM", {"time_format": "%d/%m/%Y %I:%M %p"}, "2026-02-01T21:05:00Z"),
        ("", {}, None),
    ],
)
def test_a_time_is_read_as_it_is_declared(
    text: str, declared: dict[str, str], instant: str | None
) -> None:
    assert Export.model_validate({**NPS, **declared}).time(text) == instant


def test_a_time_whose_day_and_month_are_anybodys_guess_is_not_guessed() -> None:
    with pytest.raises(BadTimestamp, match="declare time_format"):
        Export.model_validate(NPS).time("01/02/2026 9:05 PM")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not an IANA time zone"),
        ({"columns": {"mood": "Mood"}}, "no column 'mood'"),
        ({"files": None}, "survey nps: files"),
    ],
)
def test_a_wrong_declaration_is_named(folder: Path, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        source(folder=str(folder), surveys={"nps": {**NPS, **changes}})


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(SourceError, match="/nowhere: no such folder"):
        source(folder="/nowhere", surveys={"nps": NPS})


def test_when_staged_then_addresses_numbers_and_properties_are_tied(folder: Path) -> None:
    write(folder, "nps.csv", f"{HEADER},conversation_source", f"{ANN},zendesk", f"{BOB},")
    write(
        folder,
        "csat.csv",
        "permalink;Mood;phone number;created_at;Comment",
        "https://x.example/r/xyz;Happy;+15550001;1641289688;Fine",
    )
    words = {**CSAT, "columns": {"score": "Mood"}, "values": {"Happy": 5}}
    pull(folder, nps=NPS, csat=words)
    build_staging("delighted")

    rows = staged("delighted", "survey_responses")
    assert set(rows) == {"101", "102", "xyz"}
    done = rows["101"]
    assert (done["survey_type"], done["score"], done["scale_max"]) == ("nps", 9.0, 10.0)
    assert (done["sent_at"], done["responded_at"]) == (at("2026-03-01 09:00"),) * 2
    assert (done["conversation_source_system"], done["conversation_remote_id"]) == (
        *("zendesk", "4711"),
    )
    assert (done["contact_remote_id"], done["comment"]) == ("ann@example.com", "Quick and kind")
    by_phone = rows["xyz"]
    assert (by_phone["survey_type"], by_phone["score"]) == ("csat", 5.0)
    assert by_phone["contact_remote_id"] == "+15550001"
    people = staged("delighted", "contacts")
    assert {(row["email"], row["phone"], row["name"]) for row in people.values()} == {
        ("ann@example.com", None, "Ann Example"),
        ("bob@example.com", None, "Bob Example"),
        (None, "+15550001", None),
    }

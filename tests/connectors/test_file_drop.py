"""A drop folder from file to warehouse: what loads, what is set aside and why."""

from pathlib import Path

import pytest

from connectors.contract import Credentials, SourceError
from connectors.file_drop.docs import outputs
from connectors.file_drop.source import source
from connectors.landing import land
from expectations.gate import ResourceReport
from tests.connectors.drop_house import DropHouse

HEADER = "message_id,conversation_id,sent_at,author_type,body\n"
GOOD = "m1,c1,2026-01-01T10:00:00Z,customer,hello\n"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DropHouse:
    """An empty drop folder named acme and an empty HEEDLINE_HOME."""
    folder = tmp_path / "acme"
    folder.mkdir()
    monkeypatch.setenv("HEEDLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEEDLINE_DROP_DIR", str(folder))
    return DropHouse(folder)


def test_what_is_generated_from_the_schema_is_up_to_date() -> None:
    stale = [p.name for p, text in outputs().items() if p.read_text(encoding="utf-8") != text]
    assert stale == [], "run python -m connectors.file_drop.docs"


def test_bad_rows_are_set_aside_with_file_row_value_and_remedy(house: DropHouse) -> None:
    house.write(
        "messages_2.csv",
        HEADER
        + GOOD
        + "m2,c1,31/12/2025,customer,late\n"
        + ",c1,2026-01-01T10:00:00Z,Customer,no id\n"
        + "m4,c1,2026-01-01T10:00:00Z,martian,hi\n",
    )
    assert house.gate()["messages"] == ResourceReport(4, 1, 3)
    assert house.reasons("messages") == [
        "file_drop: messages_2.csv row 2: sent_at: '31/12/2025' is not an ISO 8601 timestamp; "
        "write 2025-12-31T10:00:00Z",
        "file_drop: messages_2.csv row 3: message_id: is missing; every row of messages needs it",
        "file_drop: messages_2.csv row 4: author_type: 'martian' is not one of customer, agent, "
        "bot, system; write one of these words",
    ]
    keys = [row["_row_key"] for row in house.rows("messages", "quarantined")]
    assert keys[0] == '{"source_system": "acme", "message_id": "m2"}'


def test_every_form_is_checked(house: DropHouse) -> None:
    house.write(
        "schedules.csv",
        "schedule_id;time_zone;weekday;start_local;end_local;valid_from\n"
        "s;Europe/Berlin;1;22:00;24:00;\n"
        "s;Berlin;8;25:00;9:00;2025-02-30\n",
    )
    house.write(
        "conversations.jsonl",
        '{"conversation_id": 1, "channel": "email", "opened_at": "2026-01-01", "tags": ["a"]}\n'
        '{"conversation_id": 2, "channel": "email", "opened_at": "2026-01-01T00:00:00",'
        ' "tags": "a, b", "is_spam": "perhaps"}\n',
    )
    house.write("calls.csv", "call_id,conversation_id,ring_at,talk_seconds\nk,c,2026-01-01,1 min\n")
    house.gate()
    (bad,) = house.reasons("schedules")
    for said in ("'Berlin' is not an IANA", "'8' is not a weekday", "'25:00' is not a time of day",
                 "'9:00' is not a time", "'2025-02-30' is not an ISO 8601 date"):  # fmt: skip
        assert said in bad
    assert house.rows("schedules")[0]["valid_from"] == ""
    (bad,) = house.reasons("conversations")
    assert "tags: 'a, b' is not JSON" in bad
    assert "is_spam: 'perhaps' is neither true nor false" in bad
    assert "talk_seconds: '1 min' is not a number" in house.reasons("calls")[0]


def test_a_file_without_a_required_column_is_refused_and_the_others_load(house: DropHouse) -> None:
    house.write(
        "messages_1.csv", "message_id,conversation_id,author_type\nm1,c1,customer\nm2,c1,agent\n"
    )
    house.write("messages_2.csv", HEADER + GOOD)
    assert house.gate()["messages"] == ResourceReport(3, 1, 2)
    assert house.reasons("messages")[0] == (
        "file_drop: messages_1.csv row 1: the file lacks the required column sent_at; add it "
        "(columns of messages: docs/file_drop.md) and drop the file again"
    )
    assert house.files()["messages_1.csv"][:2] == ("refused", 2)
    assert house.files()["messages_2.csv"] == ("loaded", 1, "")


def test_unreadable_and_unknown_files_are_listed_and_the_others_load(house: DropHouse) -> None:
    house.write("messages_1.parquet", b"PAR1 cut off")
    house.write("contacts.csv", "contact_id,name\nu1,Ann\nu2,caf\xe9\n".encode("latin-1"))
    house.write("tickets.csv", "id\n1\n")
    house.write("messages_2.csv", HEADER + GOOD)
    reports = house.gate()
    assert reports["messages"] == ResourceReport(2, 1, 1)
    assert reports["contacts"].accepted == 0
    assert "is not UTF-8 text; save it as UTF-8, then drop it again" in house.reasons("contacts")[0]
    files = house.files()
    assert files["messages_1.parquet"][0] == "refused"
    assert files["tickets.csv"][0] == "ignored"
    assert "no entity has this name; begin it with one of agents" in files["tickets.csv"][2]


def test_a_file_is_loaded_once_whatever_it_is_called_and_a_fixed_one_again(
    house: DropHouse,
) -> None:
    house.write("messages_1.csv", HEADER + "m1,c1,yesterday,customer,hello\n")
    assert house.land() == {"messages": 1, "files": 1}
    assert house.land() == {}
    house.write("messages_copy.csv", HEADER + "m1,c1,yesterday,customer,hello\n")
    assert house.gate() == {"files": ResourceReport(1, 1, 0)}
    assert house.files()["messages_copy.csv"] == (
        *("ignored", 1, "same content as messages_1.csv, which is loaded already"),
    )
    house.write("messages_1.csv", HEADER + GOOD)
    assert house.gate()["messages"] == ResourceReport(1, 1, 0)
    assert house.land() == {}


def test_the_newest_state_of_a_row_wins(house: DropHouse) -> None:
    head = "conversation_id,channel,opened_at,subject,updated_at\n"
    at = "2026-01-01T00:00:00Z"
    house.write("conversations_1.csv", f"{head}c1,email,{at},new,2026-01-03T09:00:00+02:00\n")
    house.write("conversations_2.csv", f"{head}c1,email,{at},old,2026-01-03T06:30:00Z\n")
    house.write("contacts_9.csv", "contact_id,name\nu1,First\n")
    house.write("contacts_10.csv", "contact_id,name\nu1,Second\n")
    house.load()
    assert house.query("select subject from raw_file_drop.conversations") == [("new",)]
    assert house.query("select name from raw_file_drop.contacts") == [("Second",)]
    house.write("contacts_1.csv", "contact_id,name\nu1,Third\n")
    house.load()
    assert house.query("select name from raw_file_drop.contacts") == [("Third",)]


def test_rows_are_accounted_for_and_repeated_ones_are_duplicates(house: DropHouse) -> None:
    house.write("messages_1.csv", HEADER + GOOD)
    assert house.load()["messages"] == (1, 1, 0, 0)
    house.write(
        "messages_2.csv", HEADER + GOOD + "m2,c1,never,customer,x\nm3,c1,2026-01-01,bot,y\n"
    )
    assert house.load()["messages"] == (3, 1, 1, 1)
    assert house.query("select count(*) from raw_file_drop.messages") == [(2,)]
    assert house.query("select reason from quarantine.file_drop__messages")[0][0].startswith(
        "file_drop: messages_2.csv row 2: sent_at: 'never'"
    )


def test_a_key_with_an_absent_optional_part_does_not_repeat_itself(house: DropHouse) -> None:
    head = "schedule_id,scope,value,valid_from,valid_to\n"
    house.write("schedule_assignments.csv", f"{head}s1,default,,,\n")
    house.load()
    house.write("schedule_assignments_2.csv", f"{head}s1,default,,,\ns2,team,Billing,,\n")
    assert house.load()["schedule_assignments"] == (2, 1, 0, 1)


def test_a_killed_landing_is_finished_by_the_next(
    house: DropHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.file_drop import source as module

    house.write("contacts.csv", "contact_id\nu1\n")
    house.write("messages.csv", HEADER + GOOD)
    real = module.shape

    def cut(*args: object) -> object:
        if args[2].key == ("message_id",):  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return real(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(module, "shape", cut)
        with pytest.raises(BaseException):  # noqa: B017
            house.land()
    assert house.load()["messages"] == (1, 1, 0, 0)
    assert house.query("select count(*) from raw_file_drop.contacts") == [(1,)]


def test_no_folder_is_an_error_with_a_remedy_and_none_set_is_nothing_to_do(
    house: DropHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEEDLINE_DROP_DIR", str(house.folder / "gone"))
    with pytest.raises(SourceError, match="no such folder; create it, or correct"):
        house.land()
    monkeypatch.delenv("HEEDLINE_DROP_DIR")
    assert land("file_drop", source(Credentials(base_url=""))).rows == {}

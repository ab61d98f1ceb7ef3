"""What an erased person's vendor still serves does not come in again; every row is counted."""

import json
import stat
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.contract import ROOM, resources
from connectors.judging import judge
from connectors.landing import completion_mark
from connectors.ledger import Ledger, SaltMissing, folder
from connectors.loading import Account, gated_folder, load_pending
from warehouse.duck import warehouse
from warehouse.settings import settings

JANE = "jane@home.example"


def put(source: str, load_id: str, **rows: list[dict[str, Any]]) -> None:
    """Lay a landed and gated load down; rows with `_reason` were refused by the gate."""
    gated = gated_folder(source, load_id)
    for resource, given in rows.items():
        declared = resources(source)[resource].columns
        types = {"bigint": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}
        schema = pa.schema([(c, types.get(kind, pa.string())) for c, kind in declared.items()])
        landed = settings().landing / source / resource / f"{load_id}.0.parquet"
        for folder_ in (landed.parent, gated, completion_mark(source, load_id).parent):
            folder_.mkdir(parents=True, exist_ok=True)
        accepted = [row for row in given if "_reason" not in row]
        refused = [row for row in given if "_reason" in row]
        pq.write_table(pa.Table.from_pylist(given, schema=schema), landed)
        pq.write_table(
            pa.Table.from_pylist(accepted, schema=schema), gated / f"{resource}.accepted.parquet"
        )
        reasons = [("_reason", pa.string()), ("_row_key", pa.string())]
        pq.write_table(
            pa.Table.from_pylist(refused, schema=pa.schema([*schema, *reasons])),
            gated / f"{resource}.quarantined.parquet",
        )
    completion_mark(source, load_id).write_text("{}")


def load(source: str) -> dict[str, Account]:
    return {account.resource: account for account in load_pending(source)}


def held(table: str, column: str) -> list[Any]:
    with warehouse(read_only=True) as connection:
        rows = connection.execute(f"select {column} from {table} order by all").fetchall()
    return [row[0] for row in rows]


def letter(id_: str, sender: str, to: list[str], **more: Any) -> dict[str, Any]:
    own = sender.endswith("@shop.example")
    return {
        "message_id": id_,
        "from_address": sender,
        "counterpart_address": to[0] if own else sender,
        "to_addresses": json.dumps(to),
        "cc_addresses": "[]",
        "is_own": own,
        **more,
    }


@pytest.fixture
def jane() -> Ledger:
    ledger = Ledger()
    ledger.add(
        "r1",
        [
            ("email", "", JANE),
            ("phone", "", "441144960832"),
            ("contact", "zendesk", "364000000001"),
            ("mention", "", "364000000001"),
            ("contact", "intercom", "aa11bb22"),
            ("account", "", "FH-200999"),
            ("mention", "", "FH-200999"),
        ],
    )
    return ledger


def test_with_nobody_erased_nothing_is_written_and_nothing_missing() -> None:
    put("email", "1", messages=[letter("a", JANE, ["help@shop.example"])])
    assert load("email")["messages"].accepted == 1
    assert not (folder() / "ledger").exists()


@pytest.mark.usefixtures("jane")
def test_letters_of_the_erased_are_left_out_and_counted() -> None:
    put(
        "email",
        "1",
        messages=[
            letter("a", JANE, ["help@shop.example"]),
            letter("b", "agent@shop.example", [JANE]),
            letter("c", "bob@home.example", ["help@shop.example"]),
        ],
    )
    account = load("email")["messages"]
    assert (account.received, account.accepted, account.erased) == (3, 1, 2)
    assert held("raw_email.messages", "message_id") == ["c"]
    assert held("ops.loads", "erased") == [2]


@pytest.mark.usefixtures("jane")
def test_a_letter_to_several_stays_without_the_erased_one() -> None:
    both = letter(
        "b",
        "agent@shop.example",
        [JANE, "bob@home.example"],
        counterpart_name="Jane Roe",
        headers=json.dumps({"to": [f'"Roe, Jane" <{JANE}>, Bob <bob@home.example>']}),
        body=f"On Monday, Jane Roe <{JANE}> wrote: call +44 (114) 496-0832\n{JANE}",
    )
    put("email", "1", messages=[both])
    account = load("email")["messages"]
    assert (account.accepted, account.erased) == (1, 0)
    with warehouse(read_only=True) as connection:
        to, name, counterpart, body, headers = connection.execute(
            "select to_addresses, counterpart_name, counterpart_address, body, headers "
            "from raw_email.messages"
        ).fetchall()[0]
    assert json.loads(to) == ["bob@home.example"]
    assert (name, counterpart) == (None, "bob@home.example")
    assert body == "On Monday, [erased] wrote: call [erased]\n[erased]"
    assert json.loads(headers) == {"to": ["[erased], Bob <bob@home.example>"]}


@pytest.mark.usefixtures("jane")
def test_what_follows_an_erased_row_goes_with_it_also_in_a_later_load() -> None:
    ticket = {"id": 7, "requester_id": 364000000001, "generated_timestamp": 1}
    event = {"id": 70, "ticket_id": 7, "child_events": "[]"}
    put(
        "zendesk", "1", ticket_events=[event, {**event, "id": 71, "ticket_id": 8}], tickets=[ticket]
    )
    first = load("zendesk")
    assert (first["tickets"].erased, first["ticket_events"].erased) == (1, 1)
    put("zendesk", "2", ticket_events=[{**event, "id": 72}])
    assert load("zendesk")["ticket_events"].erased == 1
    assert held("raw_zendesk.ticket_events", "id") == [71]


@pytest.mark.usefixtures("jane")
def test_a_new_record_of_the_erased_person_is_known_by_its_address() -> None:
    user = {"id": 364000000555, "email": "Jane@Home.example ", "updated_at": "2026"}
    ticket = {"id": 9, "requester_id": 364000000555, "generated_timestamp": 1}
    put("zendesk", "1", tickets=[ticket], users=[user])
    loaded = load("zendesk")
    assert (loaded["users"].erased, loaded["tickets"].erased) == (1, 1)


@pytest.mark.usefixtures("jane")
def test_an_event_that_came_before_its_ticket_makes_the_warehouse_due_for_a_sweep() -> None:
    put("zendesk", "1", ticket_events=[{"id": 70, "ticket_id": 7, "child_events": "[]"}])
    load("zendesk")
    with warehouse() as connection:
        connection.execute("insert into ops.erasures values ('r1', now(), 0, 0, now())")
    ticket = {"id": 7, "requester_id": 364000000001, "generated_timestamp": 1}
    put("zendesk", "2", tickets=[ticket])
    load("zendesk")
    assert held("ops.erasures", "request_id") == []


@pytest.mark.usefixtures("jane")
def test_a_refused_row_of_the_erased_is_not_kept_either() -> None:
    refused = {"_reason": f"from_address: {JANE} is blocked", "_row_key": '{"message_id":"x"}'}
    put(
        "email",
        "1",
        messages=[
            {**letter("x", JANE, []), **refused},
            {"message_id": "y", "body": f"from {JANE}", **refused},
            {**letter("z", "bob@home.example", []), **refused},
        ],
    )
    account = load("email")["messages"]
    assert (account.received, account.quarantined, account.erased) == (3, 1, 2)
    assert held("quarantine.email__messages", "reason") == ["from_address: [erased] is blocked"]


@pytest.mark.usefixtures("jane")
def test_of_a_group_conversation_only_the_persons_own_words_go() -> None:
    def part(id_: str, author: str) -> dict[str, Any]:
        return {"id": id_, "body": "words", "author": {"type": "user", "id": author}}

    talk = {
        "id": "5",
        "contacts": {"contacts": [{"id": "aa11bb22"}, {"id": "cc33dd44"}]},
        "source": {"id": "1", "body": "mine", "author": {"id": "aa11bb22"}},
        "conversation_parts": {
            "conversation_parts": [part("2", "aa11bb22"), part("3", "cc33dd44")]
        },
    }
    row = {k: v if isinstance(v, str) else json.dumps(v) for k, v in talk.items()}
    clause = resources("intercom")["conversations"].person
    assert clause
    kept = judge(clause, row, "intercom", Ledger(), ("id",))
    assert kept
    assert json.loads(kept["contacts"]) == {"contacts": [{"id": "cc33dd44"}]}
    assert kept["source"] is None
    assert [p["id"] for p in json.loads(kept["conversation_parts"])["conversation_parts"]] == ["3"]
    alone = {**row, "contacts": json.dumps({"contacts": [{"id": "aa11bb22"}]})}
    assert judge(clause, alone, "intercom", Ledger(), ("id",)) is None


@pytest.mark.usefixtures("jane")
def test_another_persons_row_is_handed_back_untouched() -> None:
    clause = resources("zendesk")["users"].person
    assert clause
    row = {"id": 364000000002, "email": "mary-jane@home.example", "phone": "+441144960833"}
    assert judge(clause, row, "zendesk", Ledger(), ("id",)) is row


@pytest.mark.usefixtures("jane")
def test_an_agents_id_in_a_drop_file_is_not_a_contacts() -> None:
    ledger = Ledger()
    ledger.add("r2", [("contact", "shop", "17")])
    clause = resources("file_drop")["messages"].person
    assert clause
    row = {"message_id": "1", "source_system": "shop", "author_id": "17", "author_type": "agent"}
    assert judge(clause, row, "file_drop", ledger) is row
    assert judge(clause, {**row, "author_type": "customer"}, "file_drop", ledger) is None
    other = {**row, "author_type": "customer", "source_system": "elsewhere"}
    assert judge(clause, other, "file_drop", ledger) is other


def test_the_ledger_says_nothing_of_anybody_and_is_its_owners_alone(jane: Ledger) -> None:
    text = "".join(p.read_text() for p in folder().rglob("*") if p.is_file())
    for plain in (JANE, "441144960832", "364000000001", "FH-200999"):
        assert plain not in text
    for path in (folder() / "salt", folder() / "ledger" / "r1.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    assert jane.add("r1", [("email", "", JANE.upper())]) == 0


@pytest.mark.usefixtures("jane")
def test_a_lost_salt_is_an_error_not_everybodys_return() -> None:
    (folder() / "salt").unlink()
    with pytest.raises(SaltMissing, match="restore the file"):
        Ledger()


def test_plus_tags_and_gmail_dots_do_not_bring_anybody_back() -> None:
    ledger = Ledger()
    ledger.add("r1", [("mailbox", "", "janeroe@gmail.com"), ("mailbox", "", "jane@home.example")])
    assert ledger.has("email", "Jane.Roe+shop@googlemail.com")
    assert ledger.has("email", "jane+2@home.example")
    assert not ledger.has("email", "jane.roe@home.example")


def test_every_resource_says_how_it_is_tied_to_a_person() -> None:
    silent = [
        f"{path.parent.name}.{name}"
        for path in sorted(Path(ROOM).glob("*/resources.yml"))
        for name, declared in resources(path.parent.name).items()
        if declared.person is None
    ]
    assert not silent

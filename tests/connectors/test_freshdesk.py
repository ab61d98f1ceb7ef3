"""Freshdesk: lists that shift, caps, the trash, what faults say, and the staging it ends in."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from connectors.contract import Credentials, SourceError
from connectors.freshdesk import paging
from connectors.freshdesk.source import source
from connectors.http import Policy
from sample.servers.freshdesk import Desk, app
from tests.connectors.prism import prism
from tests.connectors.slices import (
    Row,
    at,
    build_staging,
    credentials,
    extract,
    intercept,
    load,
    raw,
    served,
    staged,
)
from warehouse.clock import iso
from warehouse.settings import settings

KEY = "fd-sample-0c7d5e91ab"
ANN, JOE, UMA, LEE = 11, 12, 7, 8


def when(day: int, hour: int = 9, minute: int = 0) -> str:
    """In May 2026, as Freshdesk writes it."""
    return iso(at(f"2026-05-{day:02d} {hour:02d}:{minute:02d}"))


def ticket(id_: int, **changes: Any) -> Row:
    """Opened by Ann at nine on that day of May, by mail."""
    opened = when(id_ % 28 + 1)
    return {
        "id": id_,
        "subject": f"Ticket {id_}",
        "description": "<p>help</p>",
        "description_text": "help",
        "status": 2,
        "priority": 1,
        "source": 1,
        "requester_id": ANN,
        "responder_id": UMA,
        "group_id": 1,
        "product_id": None,
        "spam": False,
        "tags": ["delivery"],
        "stats": {"status_updated_at": opened},
        "created_at": opened,
        "updated_at": opened,
    } | changes


def reply(id_: int, at_: str, by: int = UMA, **changes: Any) -> Row:
    own = {"incoming": by in (ANN, JOE), "private": False, "source": 0, "auto_response": False}
    text = f"words {id_}"
    return own | {"id": id_, "user_id": by, "body_text": text, "created_at": at_} | changes


def dated(id_: int, **own: Any) -> Row:
    return {"id": id_, "created_at": when(1), "updated_at": when(1)} | own


@pytest.fixture(scope="module")
def served_desk() -> Iterator[tuple[Desk, FastAPI, str]]:
    desk = Desk(KEY)
    api = app(desk)
    with served(api) as address:
        yield desk, api, address


@pytest.fixture
def desk(served_desk: tuple[Desk, FastAPI, str]) -> Desk:
    """The server's account, emptied; three tickets of Ann's."""
    desk, api, _ = served_desk
    desk.__init__(KEY)  # type: ignore[misc]
    api.user_middleware[:-1] = []
    api.middleware_stack = None
    desk.put("contacts", dated(ANN, name="Ann", email="ann@acme.example", unique_external_id="F1"))
    for number in (1, 2, 3):
        desk.put("tickets", ticket(number))
    return desk


@pytest.fixture
def login(served_desk: tuple[Desk, FastAPI, str], desk: Desk) -> Credentials:
    return credentials(served_desk[2], "", KEY)


def pull(login: Credentials, **settings: Any) -> dict[str, int]:
    policy = Policy(attempts=3, sleep=lambda _: None)
    return extract("freshdesk", source(login, policy=policy, **settings))


def held(columns: str = "id") -> list[Any]:
    rows = raw(f"select {columns} from raw_freshdesk.tickets order by id")
    return [row[0] if len(row) == 1 else row for row in rows]


def test_first_run_then_what_changed_then_nothing(desk: Desk, login: Credentials) -> None:
    assert pull(login) == {"tickets": 3, "ticket_states": 3, "contacts": 1}
    assert load("freshdesk")["tickets"].accepted == 3
    desk.say(2, reply(20, when(20)))
    assert pull(login) == {"tickets": 1, "ticket_states": 1}
    assert load("freshdesk")["tickets"].accepted == 1
    assert pull(login) == {}
    said = "json_extract_string(conversations, '$[0].body_text')"
    assert held(f"id, {said}") == [(1, None), (2, "words 20"), (3, None)]


def test_tickets_older_than_the_default_window_are_read(desk: Desk, login: Credentials) -> None:
    desk.put("tickets", ticket(9, created_at="2021-01-01T09:00:00Z", updated_at=when(2)))
    desk.now = lambda: at("2026-06-30 00:00")
    assert pull(login)["tickets"] == 4


def test_list_beyond_the_last_page_goes_on_from_the_last_change(
    desk: Desk, login: Credentials
) -> None:
    desk.last_page = 2
    for number in range(4, 20):
        desk.put("tickets", ticket(number))
    assert pull(login, page_size=2)["tickets"] == 19


def test_more_changes_in_one_second_than_a_page_holds(desk: Desk, login: Credentials) -> None:
    for number in range(4, 12):
        desk.put("tickets", ticket(number, updated_at=when(10)))
    assert pull(login, page_size=2)["tickets"] == 11


def test_more_changes_in_one_second_than_freshdesk_gives_out_is_said(
    desk: Desk, login: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "LAST_PAGE", 2)
    for number in range(4, 12):
        desk.put("tickets", ticket(number, updated_at=when(10)))
    with pytest.raises(SourceError, match="more than 2 pages of tickets changed at 2026-05-10"):
        pull(login, page_size=2)


@pytest.mark.parametrize("same_second", [False, True])
def test_ticket_that_changes_while_the_list_is_read_pushes_no_other_out_of_it(
    same_second: bool,
    desk: Desk,
    login: Credentials,
    served_desk: tuple[Desk, FastAPI, str],
) -> None:
    for number in range(4, 9):
        desk.put("tickets", ticket(number, **({"updated_at": when(9)} if same_second else {})))
    first = min(desk.tickets({"updated_since": when(1)}), key=lambda row: row["updated_at"])
    moved = desk.of("tickets")[4] if same_second else first
    pages = iter(range(100))

    def move(request: Request) -> None:
        # The second page of the second that five tickets share, or of the list.
        if request.url.path.endswith("/tickets") and next(pages) == (4 if same_second else 1):
            moved["updated_at"] = when(28)

    intercept(served_desk[1], move)
    pull(login, page_size=2)
    load("freshdesk")
    assert held() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_long_first_run_stops_and_the_next_goes_on(desk: Desk, login: Credentials) -> None:
    counts = [pull(login, page_size=1, tickets_per_run=2).get("tickets", 0) for _ in range(3)]
    assert counts == [2, 1, 0]
    load("freshdesk")
    assert held() == [1, 2, 3]


def test_late_change_within_the_lookback_is_found(desk: Desk, login: Credentials) -> None:
    pull(login)
    late = iso(at("2026-05-04 09:00") - timedelta(minutes=5))
    desk.put("tickets", ticket(4, updated_at=late))
    assert pull(login)["tickets"] == 1


def test_trash_and_spam_are_told_though_nothing_moved_their_time(
    desk: Desk, login: Credentials
) -> None:
    desk.say(1, reply(10, when(5)))
    pull(login)
    load("freshdesk")
    desk.of("tickets")[1]["deleted"] = True
    desk.of("tickets")[2]["spam"] = True
    assert pull(login)["tickets"] == 2
    load("freshdesk")
    assert held("id, deleted, spam, json_array_length(conversations)") == [
        (1, True, False, 1),
        (2, None, True, 0),
        (3, None, False, 0),
    ]
    assert pull(login) == {}


def test_restored_ticket_comes_back_and_a_purged_one_stays_deleted(
    desk: Desk, login: Credentials
) -> None:
    desk.of("tickets")[1]["deleted"] = True
    desk.of("tickets")[2]["deleted"] = True
    pull(login)
    load("freshdesk")
    del desk.of("tickets")[1]["deleted"]
    desk.drop("tickets", 2)
    assert pull(login)["tickets"] == 1
    load("freshdesk")
    assert held("id, deleted") == [(1, None), (2, True), (3, None)]
    assert pull(login) == {}


def test_contacts_that_changed_were_deleted_or_blocked(desk: Desk, login: Credentials) -> None:
    desk.put("contacts", dated(JOE, name="Joe"))
    pull(login)
    desk.of("contacts")[ANN] |= {"deleted": True, "updated_at": when(6)}
    desk.of("contacts")[JOE] |= {"blocked": True, "name": "Joey", "updated_at": when(6)}
    assert pull(login) == {"contacts": 2}
    load("freshdesk")
    assert raw("select name, deleted from raw_freshdesk.contacts order by id") == [
        ("Ann", True),
        ("Joey", None),
    ]
    asked = [q["_updated_since"] for path, q in desk.calls if path.endswith("/contacts")]
    assert asked[-3:] == [iso(at("2026-05-01 08:50"))] * 3


def test_contact_list_that_shifts_is_read_again(
    desk: Desk, login: Credentials, served_desk: tuple[Desk, FastAPI, str]
) -> None:
    for number in range(20, 26):
        desk.put("contacts", dated(number, name=f"C{number}"))
    pages = iter(range(100))

    def leave(request: Request) -> None:
        if request.url.path.endswith("/contacts") and next(pages) == 1:
            desk.drop("contacts", ANN)

    intercept(served_desk[1], leave)
    assert pull(login, page_size=2)["contacts"] == 7


def test_rating_whose_comment_comes_later_is_found_within_the_lookback(
    desk: Desk, login: Credentials
) -> None:
    rating = {"survey_id": 1, "ticket_id": 1, "user_id": ANN, "ratings": {"default_question": 103}}
    for number, day in ((1, 2), (2, 20)):
        made = {"created_at": when(day), "updated_at": when(day)}
        desk.put("satisfaction_ratings", {"id": number, **made, **rating})
    assert pull(login)["satisfaction_ratings"] == 2
    desk.of("satisfaction_ratings")[1]["feedback"] = "thanks"
    assert pull(login) == {"satisfaction_ratings": 1}
    desk.of("satisfaction_ratings")[1]["feedback"] = "thanks!"
    assert pull(login, rating_lookback_days=3) == {}


def test_record_that_a_whole_list_no_longer_has_is_told_as_gone_and_as_back(
    desk: Desk, login: Credentials
) -> None:
    acme = desk.put("companies", dated(77, name="Acme"))
    desk.put("companies", dated(78, name="Beta"))
    assert pull(login)["companies"] == 2
    desk.drop("companies", 77)
    assert pull(login) == {"deletions": 1}
    assert pull(login) == {}
    load("freshdesk")
    assert raw("select kind, id, gone from raw_freshdesk.deletions") == [("companies", 77, True)]
    desk.put("companies", acme)
    assert pull(login) == {"companies": 1, "deletions": 1}
    load("freshdesk")
    assert raw("select gone from raw_freshdesk.deletions") == [(False,)]
    assert raw("select name from raw_freshdesk.companies order by 1") == [("Acme",), ("Beta",)]


def test_articles_are_found_in_folders_of_folders_and_counted(
    desk: Desk, login: Credentials
) -> None:
    article = partial(dated, title="How to", status=2, hits=3)
    desk.put("categories", dated(1))
    desk.put("folders", dated(2, category_id=1, articles_count=1, sub_folders_count=1))
    desk.put("folders", dated(3, parent_folder_id=2, articles_count=1, sub_folders_count=0))
    desk.put("articles", article(4, folder_id=2))
    desk.put("articles", article(5, folder_id=3))
    desk.put("companies", dated(77, name="Acme"))
    from_desk = source(login)
    assert extract("freshdesk", from_desk)["articles"] == 2
    counts = {
        name: from_desk.resources[name].state["vendor_count"]["count"]
        for name in ("articles", "companies")
    }
    assert counts == {"articles": 2, "companies": 1}


def test_what_the_plan_does_not_have_is_not_asked_for(desk: Desk, login: Credentials) -> None:
    pull(login, without=["satisfaction_ratings", "surveys", "articles"])
    assert not [path for path, _ in desk.calls if "survey" in path or "solutions" in path]


def test_limit_of_requests_is_waited_out(desk: Desk, login: Credentials) -> None:
    waits: list[float] = []
    desk.refused = 1
    extract("freshdesk", source(login, policy=Policy(sleep=waits.append)))
    assert [int(wait) in (7, 8) for wait in waits] == [True]


def test_wrong_key_is_one_line_without_it(login: Credentials) -> None:
    wrong = login.model_copy(update={"password": "not-the-key"})
    with pytest.raises(SourceError) as caught:
        pull(wrong)
    line = str(caught.value)
    assert line.startswith("freshdesk: /api/v2/")
    assert line.endswith("renew login and secret in connection heedline_freshdesk")
    assert "not-the-key" not in line


def test_unreadable_start_is_refused(login: Credentials) -> None:
    with pytest.raises(SourceError, match=r"correct start_at in channels\.yml"):
        source(login, start_at="last week")


def test_fault_midway_moves_nothing_and_the_next_run_heals(
    desk: Desk, login: Credentials, served_desk: tuple[Desk, FastAPI, str]
) -> None:
    broken = iter([False, True])

    def cut(request: Request) -> Response | None:
        if request.url.path.endswith("/conversations") and next(broken, False):
            return Response('[{"id": 1', media_type="application/json")
        return None

    intercept(served_desk[1], cut)
    with pytest.raises(SourceError, match=r"freshdesk: .*conversations: answer is not JSON"):
        pull(login)
    assert pull(login)["tickets"] == 3
    account = load("freshdesk")["tickets"]
    assert (account.received, account.accepted, account.quarantined) == (3, 3, 0)


def test_answer_that_is_no_list_is_refused(
    login: Credentials, served_desk: tuple[Desk, FastAPI, str]
) -> None:
    def other(request: Request) -> Response | None:
        if request.url.path.endswith("/agents"):
            return Response('{"agents": []}', media_type="application/json")
        return None

    intercept(served_desk[1], other)
    with pytest.raises(SourceError, match="agents: answer is no list of records with ids"):
        pull(login)


def test_received_is_accepted_duplicates_and_quarantined(desk: Desk, login: Credentials) -> None:
    desk.put("tickets", ticket(4, source=None))
    pull(login)
    account = load("freshdesk")["tickets"]
    assert (account.received, account.accepted, account.quarantined) == (4, 3, 1)
    # A reader that lost its place gets everything again, and all of it is known.
    shutil.rmtree(settings().dlt)
    shutil.rmtree(settings().landing / "freshdesk")
    pull(login)
    account = load("freshdesk")["tickets"]
    assert (account.accepted, account.duplicates, account.quarantined) == (0, 3, 1)


def as_documented(spec: dict[str, Any]) -> None:
    """`include` takes several names at once; the base path is in the address."""
    asked = {p.get("name"): p for p in spec["paths"]["/tickets"]["get"]["parameters"]}
    del asked["include"]["schema"]["enum"]
    spec["paths"] = {f"/api/v2{path}": place for path, place in spec["paths"].items()}


def test_requests_and_answers_are_as_the_published_spec_has_them(tmp_path: Path) -> None:
    with prism("freshdesk/openapi.yml", tmp_path, as_documented) as address:
        # Surveys and folders in folders are not in the spec.
        login = credentials(address, "", KEY)
        assert set(pull(login, without=["surveys"])) == {
            *("tickets", "ticket_states", "contacts", "companies", "agents", "groups"),
            *("ticket_fields", "satisfaction_ratings", "articles"),
        }
    refused = [name for name, account in load("freshdesk").items() if account.quarantined]
    # The spec's example of a rating is 0, which is none.
    assert refused == ["satisfaction_ratings"]


def story(desk: Desk) -> None:
    """Ticket 1 is answered, reopened, solved and rated; 2 is merged into it; 3 is spam, 4 trash."""
    desk.put("companies", dated(77, name="Acme Ltd", domains=["Acme.example"], account_tier="Gold"))
    desk.of("contacts")[ANN] |= {"company_id": 77, "language": "de", "mobile": "+15550100"}
    for id_, name in ((UMA, "Uma"), (LEE, "Lee")):
        contact = {"name": name, "email": f"{name.lower()}@us.example"}
        kind = "collaborator" if id_ == LEE else "support_agent"
        desk.put("agents", dated(id_, type=kind, deactivated=False, contact=contact))
    desk.put("groups", dated(1, name="Care", agent_ids=[UMA, LEE]))
    desk.put("groups", dated(2, name="Billing", agent_ids=[LEE]))
    statuses = {"2": ["Open", "Open"], "9": ["On hold", "Waiting"]}
    desk.put("ticket_fields", dated(1, name="status", choices=statuses))
    desk.put("ticket_fields", dated(2, name="source", choices={"Email": 1, "Instagram DM": 102}))
    asked = [{"id": "default_question", "accepted_ratings": [103, 100, -103]}]
    desk.put("surveys", dated(5, questions=asked))
    desk.say(1, reply(10, when(2, 10)))
    desk.say(1, reply(11, when(2, 11), ANN))
    desk.say(1, reply(12, when(2, 11, 1), private=True, source=2))
    desk.say(1, reply(13, when(2, 11, 2), automation_id=4))
    desk.say(2, reply(20, when(3, 10), ANN))
    desk.of("tickets")[3] |= {"spam": True, "source": 3}
    desk.put("tickets", ticket(4, deleted=True, source=102, status=9, requester_id=JOE))
    desk.put("tickets", ticket(5, source=10, priority=4, requester_id=UMA))
    rated = {"ticket_id": 1, "user_id": ANN, "agent_id": UMA, "survey_id": 5, "feedback": "ok"}
    for id_, answer in ((1, 103), (2, 100)):
        desk.put("satisfaction_ratings", dated(id_, ratings={"default_question": answer}, **rated))
    desk.put("satisfaction_ratings", dated(3, rating=3, **rated | {"survey_id": None}))
    desk.put("categories", dated(1))
    desk.put("folders", dated(2, category_id=1, articles_count=2))
    german = [{"level": 0, "data": {"language": "de"}}]
    desk.put("articles", dated(50, title="Hilfe", status=2, folder_id=2, hierarchy=german))
    desk.put("articles", dated(51, title="Draft", status=1, folder_id=2))


def test_staging_gives_the_unified_entities(desk: Desk, login: Credentials) -> None:
    story(desk)
    pull(login)
    # Solved, then reopened for another team: Freshdesk forgets the first when the second comes.
    one = desk.of("tickets")[1]
    one["stats"] = {"resolved_at": when(10), "status_updated_at": when(10)}
    one |= {"status": 4, "updated_at": when(10)}
    pull(login)
    one["stats"] = {"reopened_at": when(11), "status_updated_at": when(11)}
    one |= {"status": 2, "group_id": 2}
    desk.merge(into=1, ticket=2, at=when(12), note=90)
    pull(login)
    accounts = load("freshdesk")
    assert all(account.quarantined == 0 for account in accounts.values())
    build_staging("freshdesk")

    found = staged("freshdesk", "conversations")
    columns = ("channel", "status", "priority", "team", "merged_into_remote_id", "is_spam")
    assert {k: tuple(row[c] for c in columns) for k, row in found.items()} == {
        "1": ("email", "open", "low", "Billing", None, False),
        "2": ("email", "closed", "low", "Care", "1", False),
        "3": ("phone", "open", "low", "Care", None, True),
        "4": ("social", "hold", "low", "Care", None, False),
        "5": ("email", "open", "urgent", "Care", None, False),
    }
    assert [k for k, row in found.items() if row["remote_was_deleted"]] == ["4"]
    said = "select remote_id, author_type, author_remote_id, is_public from "
    assert raw(
        f"{said} staging.stg_freshdesk__messages where conversation_remote_id in ('1', '2') "
        "order by sent_at, remote_id"
    ) == [
        ("ticket-1", "customer", "11", True),
        ("10", "agent", "7", True),
        ("11", "customer", "11", True),
        ("12", "agent", "7", False),
        ("13", "system", "7", True),
        ("ticket-2", "customer", "11", True),
        ("20", "customer", "11", True),
        ("90", "system", "7", False),
        ("91", "system", "7", False),
    ]
    messages = staged("freshdesk", "messages")
    assert messages["20"]["conversation_remote_id"] == "1"
    assert messages["ticket-5"]["author_type"] == "agent"
    assert raw(
        "select event_type, old_value, new_value, strftime(occurred_at, '%d %H') "
        "from staging.stg_freshdesk__conversation_events where conversation_remote_id = '1' "
        "and event_type in ('status', 'team') order by event_type, occurred_at"
    ) == [
        ("status", None, "open", "02 09"),
        ("status", "open", "solved", "10 09"),
        ("status", "solved", "open", "11 09"),
        ("team", None, "Care", "02 09"),
        ("team", "Care", "Billing", "12 09"),
    ]
    assert raw(
        "select conversation_remote_id, new_value, actor_remote_id from "
        "staging.stg_freshdesk__conversation_events where event_type = 'merged'"
    ) == [("2", "1", "7")]
    people = staged("freshdesk", "contacts")
    assert {k: (row["email"], row["company"], row["phone"]) for k, row in people.items()} == {
        "11": ("ann@acme.example", "Acme Ltd", "+15550100"),
        # Of a ticket only; the agent who asks for help in ticket 5 is no contact.
        "12": (None, None, None),
    }
    assert people["11"]["external_ids"] == '{"account":"F1"}'
    agents = staged("freshdesk", "agents")
    assert {k: (row["role"], row["team"]) for k, row in agents.items()} == {
        "7": ("agent", "Care"),
        "8": ("light", "Care"),
    }
    ratings = staged("freshdesk", "survey_responses")
    scales = {k: (row["score"], row["scale_min"], row["scale_max"]) for k, row in ratings.items()}
    assert scales == {"1": (3.0, -3.0, 3.0), "2": (0.0, -3.0, 3.0), "3": (-1.0, -1.0, 1.0)}
    articles = staged("freshdesk", "articles")
    assert {k: (row["locale"], row["remote_was_deleted"]) for k, row in articles.items()} == {
        "50": ("de", False),
        "51": (None, True),
    }
    account = staged("freshdesk", "accounts")["77"]
    assert (account["domain"], account["segment"]) == ("acme.example", "Gold")

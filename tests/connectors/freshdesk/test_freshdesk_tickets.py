"""Freshdesk's tickets: lists that shift, caps, the trash, what faults say."""

from datetime import timedelta

import pytest
from fastapi import FastAPI, Request

from connectors import repull
from connectors.contract import Credentials, SourceError
from connectors.freshdesk import paging
from sample.servers.freshdesk import Desk
from tests.connectors.freshdesk_records import held, pull, reply, ticket, when
from tests.connectors.slices import at, intercept, load
from warehouse.clock import iso


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


def test_a_ticket_that_was_restored_before_a_pull_anew_comes_back_with_it(
    desk: Desk, login: Credentials
) -> None:
    pull(login)
    desk.of("tickets")[1]["deleted"] = True
    pull(login)
    load("freshdesk")
    del desk.of("tickets")[1]["deleted"]
    repull.ask("freshdesk", ["tickets"])
    pull(login, start_at="2100-01-01T00:00:00Z")  # it is in no list that is read
    load("freshdesk")
    assert held("id, deleted") == [(1, None), (2, None), (3, None)]

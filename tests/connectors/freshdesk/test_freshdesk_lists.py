"""Freshdesk's other lists: contacts, ratings, what is read whole and what is gone from it."""

from functools import partial

from fastapi import FastAPI, Request

from connectors import repull
from connectors.contract import Credentials
from connectors.freshdesk.source import source
from sample.servers.freshdesk import Desk
from tests.connectors.freshdesk_records import ANN, JOE, dated, pull, when
from tests.connectors.slices import at, extract, intercept, load, raw
from warehouse.clock import iso


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


def test_a_pull_anew_tells_what_is_gone_and_what_is_back(desk: Desk, login: Credentials) -> None:
    acme = desk.put("companies", dated(77, name="Acme"))
    desk.put("companies", dated(78, name="Beta"))
    pull(login)
    desk.drop("companies", 77)
    repull.ask("freshdesk", ["companies"])
    assert pull(login) == {"companies": 1, "deletions": 1}
    load("freshdesk")
    assert raw("select id, gone from raw_freshdesk.deletions") == [(77, True)]
    desk.put("companies", acme)
    repull.ask("freshdesk", ["companies"])
    assert pull(login) == {"companies": 2, "deletions": 1}
    load("freshdesk")
    assert raw("select id, gone from raw_freshdesk.deletions") == [(77, False)]


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

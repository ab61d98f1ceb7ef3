"""X: caps gone past by search, ids as cursor, edits, deletions, and the staging it ends in."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from connectors import repull
from connectors.contract import Credentials, SourceError
from connectors.http import Policy
from connectors.x.posts import moment_of
from connectors.x.source import source
from sample.servers.x import TOKEN, Store, app
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
US, ANN, BEN = "900", "101", "102"


class Here:
    """The server of a test, and what signs in to it."""

    def __init__(self, store: Store, api: FastAPI, address: str) -> None:
        self.store, self.api = store, api
        self.credentials = Credentials(base_url=address, password=TOKEN)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    store = Store(now=NOW)
    store.user(US, "FernhillHelp", "Fernhill")
    store.user(ANN, "ann", "Ann Lee")
    store.user(BEN, "ben", "Ben Ode")
    monkeypatch.setattr("connectors.x.source.wall_now", lambda: store.now)
    api = app(store)
    with served(api) as address:
        yield Here(store, api, address)


def pull(here: Here, **settings: Any) -> dict[str, int]:
    given: dict[str, Any] = {"accounts": ["@FernhillHelp"], **settings}
    return extract("x", source(here.credentials, **given))


def asked(store: Store, path: str) -> list[dict[str, Any]]:
    return [params for where, params in store.asked if where.endswith(path)]


def test_all_lists_are_read_page_by_page(here: Here) -> None:
    x = here.store
    for number in range(230):
        x.put(ANN, f"@FernhillHelp {number}", NOW - DAY + number * MINUTE)
    x.put(US, "we are open", NOW - DAY)
    x.put(BEN, "fernhill is slow", NOW - DAY)
    assert pull(here, searches=["fernhill slow"]) == {"posts": 232, "accounts": 1}
    assert len(asked(x, "/mentions")) == 3
    accounts = load("x")["posts"]
    assert (accounts.received, accounts.accepted) == (232, 232)


def test_second_run_reads_the_lookback_again_and_lands_what_is_new(here: Here) -> None:
    x = here.store
    x.put(ANN, "@FernhillHelp one", NOW - MINUTE)
    pull(here)
    load("x")
    x.put(BEN, "@FernhillHelp listed late", NOW - 30 * MINUTE)
    x.put(BEN, "@FernhillHelp two", NOW + MINUTE)
    x.now = NOW + 5 * MINUTE
    assert pull(here) == {"posts": 2}
    account = load("x")["posts"]
    assert (account.received, account.accepted, account.duplicates) == (2, 2, 0)
    (since,) = {params["since_id"] for params in asked(x, "/mentions")[1:]}
    assert moment_of(int(since)) == NOW - 60 * MINUTE
    assert pull(here) == {}


def test_mentions_beyond_the_timelines_cap_are_searched(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = here.store
    monkeypatch.setattr("connectors.x.source.MENTIONS_CAP", 20)
    x.mentions_cap = 20
    ids = [x.put(ANN, f"@FernhillHelp {n}", NOW - DAY + n * MINUTE) for n in range(50)]
    # Deleted posts take their place within the cap: 16 are handed out, and still it was full.
    x.deleted = set(ids[-4:])
    assert pull(here)["posts"] == 46


def test_what_x_does_not_reach_is_said(
    here: Here, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    x = here.store
    monkeypatch.setattr("connectors.x.source.MENTIONS_CAP", 20)
    x.mentions_cap = 20
    for number in range(30):
        x.put(ANN, f"@FernhillHelp {number}", NOW - 30 * DAY + number * MINUTE)
    with caplog.at_level(logging.WARNING, "connectors.x.posts"):
        assert pull(here)["posts"] == 20
    (warning,) = caplog.messages
    assert warning.startswith(f"x: mentions {US}: posts from 2020-01-01T00:00:00Z to 2026-05-21T")


def test_search_is_not_asked_beyond_its_seven_days(
    here: Here, caplog: pytest.LogCaptureFixture
) -> None:
    x = here.store
    x.put(BEN, "fernhill is slow", NOW)
    pull(here, searches=["slow"], start_at="2026-06-19T00:00:00Z")
    assert not caplog.messages
    x.now = NOW + 10 * DAY
    x.put(BEN, "fernhill is slow again", x.now)
    assert pull(here, searches=["slow"]) == {"posts": 1}
    assert "search slow: posts from 2026-06-20T11:00:00Z to 2026-06-23T" in caplog.text


def test_a_page_that_holds_less_than_it_says_moves_nothing_on(here: Here) -> None:
    x = here.store
    x.put(ANN, "@FernhillHelp one", NOW - DAY)
    pull(here)
    x.put(ANN, "@FernhillHelp two", NOW)
    cut: Response | None = JSONResponse({"meta": {"result_count": 1}})

    def between(request: Request) -> Response | None:
        return cut if request.url.path.endswith("/tweets") else None

    intercept(here.api, between)
    with pytest.raises(SourceError, match="page says 1 results and does not hold them"):
        pull(here)
    cut = None
    assert pull(here) == {"posts": 1}


def test_pages_that_do_not_end_are_an_error(here: Here) -> None:
    x = here.store
    x.put(ANN, "@FernhillHelp one", NOW)
    again = JSONResponse({"meta": {"result_count": 0, "next_token": "t1"}})
    intercept(here.api, lambda r: again if r.url.path.endswith("/mentions") else None)
    with pytest.raises(SourceError, match="the same next page twice"):
        pull(here)


def test_a_limit_is_waited_out_until_the_reset_x_names(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = here.store
    x.put(ANN, "@FernhillHelp one", NOW)
    waits = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        x.left_in_window = 100

    monkeypatch.setattr("connectors.x.source.POLICY", Policy(longest_wait=960, sleep=sleep))
    x.left_in_window = 1
    assert pull(here)["posts"] == 1
    assert len(waits) == 1
    assert 590 < waits[0] <= 602


def test_deleted_and_hidden_posts_lose_text_and_author(here: Here) -> None:
    x = here.store
    kept = x.put(BEN, "@FernhillHelp thanks", NOW - DAY)
    gone = x.put(ANN, "@FernhillHelp my number is 555", NOW - DAY)
    hidden = x.put(
        x.user("103", "cat", "Cat"), "@FernhillHelp hm", NOW - DAY + timedelta(milliseconds=1)
    )
    pull(here)
    load("x")
    x.deleted, x.protected = {gone}, {"103"}
    assert pull(here) == {}  # not yet time to look
    x.now = NOW + DAY
    assert pull(here) == {"posts": 2}
    assert load("x")["posts"].accepted == 2
    name = "json_extract_string(author, '$.name')"
    columns = f"id, text, {name}, deleted, author_id, posted_at"
    assert raw(f"select {columns} from raw_x.posts order by id") == [
        (kept, "@FernhillHelp thanks", "Ben Ode", False, BEN, "2026-06-19T12:00:00Z"),
        (gone, None, None, True, ANN, "2026-06-19T12:00:00Z"),
        (hidden, None, None, True, "103", "2026-06-19T12:00:00.001000Z"),
    ]


def test_what_was_deleted_before_a_pull_anew_is_told_by_it(here: Here) -> None:
    kept, gone = (here.store.put(ANN, f"@FernhillHelp {n}", NOW - DAY) for n in "12")
    pull(here)
    here.store.deleted = {gone}
    repull.ask("x", ["posts"])
    here.store.now = NOW + DAY
    assert pull(here) == {"posts": 2}
    load("x")
    assert raw("select id, deleted from raw_x.posts order by id") == [(kept, False), (gone, True)]


def test_a_hidden_post_that_x_lists_again_is_there_again(here: Here) -> None:
    x = here.store
    post = x.put(ANN, "@FernhillHelp one", NOW - MINUTE)
    pull(here)
    for x.protected in ({ANN}, set()):
        assert pull(here, recheck_hours=0) == {"posts": 1}
        load("x")
        assert raw(f"select deleted from raw_x.posts where id = '{post}'") == [(bool(x.protected),)]


def test_a_lookup_that_is_silent_about_a_post_deletes_nothing(here: Here) -> None:
    x = here.store
    x.put(ANN, "@FernhillHelp one", NOW - DAY)
    pull(here)
    x.now = NOW + DAY
    empty = JSONResponse({"errors": [{"type": "about:blank", "title": "Service Unavailable"}]})
    intercept(here.api, lambda r: empty if r.url.path == "/2/tweets" else None)
    with pytest.raises(SourceError, match="/2/tweets: answer says nothing of 1 posts"):
        pull(here)


def test_posts_older_than_they_are_kept_are_looked_up_no_more(here: Here) -> None:
    x = here.store
    x.put(ANN, "@FernhillHelp one", NOW - DAY)
    pull(here, keep_days=5)
    x.now = NOW + DAY
    pull(here, keep_days=5)
    assert len(asked(x, "/2/tweets")) == 1
    x.now = NOW + 5 * DAY
    pull(here, keep_days=5)
    x.now = NOW + 7 * DAY
    pull(here, keep_days=5)
    assert len(asked(x, "/2/tweets")) == 2


def test_a_handle_that_is_nobodys_is_named(here: Here) -> None:
    with pytest.raises(SourceError, match=r"no account @FernhilHelp; correct accounts in channels"):
        pull(here, accounts=["FernhilHelp"])
    with pytest.raises(SourceError, match="name no accounts"):
        pull(here, accounts=[])


def test_wrong_token_is_one_line_without_the_secret(here: Here) -> None:
    here.credentials = here.credentials.model_copy(update={"password": "not-it"})
    with pytest.raises(SourceError, match="credentials refused") as caught:
        pull(here)
    assert "not-it" not in str(caught.value)


def test_staging_gives_conversations_of_one_customer_each(here: Here) -> None:
    x = here.store
    begin = NOW - 2 * DAY
    news = x.put(US, "New hours", begin)
    ann = x.put(ANN, "@FernhillHelp &lt;3 but &amp;amp; late", begin + MINUTE, news)
    ben = x.put(BEN, "@FernhillHelp where is it", begin + 2 * MINUTE, news)
    first = x.put(US, "@ann sorry", begin + 5 * MINUTE, ann)
    x.put(US, "and it will not happen again", begin + 6 * MINUTE, first)
    fixed = x.edit(ben, "@FernhillHelp where is my parcel", begin + 7 * MINUTE)
    retweet = {"referenced_tweets": [{"type": "retweeted", "id": news}]}
    x.put(BEN, "RT @FernhillHelp: New hours", begin, **retweet)
    long = x.put(ANN, "@FernhillHelp it…", NOW, note_tweet={"text": "@FernhillHelp it never came"})
    gone = x.put(x.user("103", "cat", "Cat"), "@FernhillHelp oh", begin)
    pull(here)
    x.deleted, x.now = {gone}, NOW + DAY
    pull(here)
    assert all(account.quarantined == 0 for account in load("x").values())
    build_staging("x", NOW)

    conversations = staged("x", "conversations")
    assert {
        id_: (c["channel"], c["status"], c["contact_remote_id"], c["remote_was_deleted"])
        for id_, c in conversations.items()
    } == {
        f"{news}-{ANN}": ("social", "pending", ANN, False),
        f"{news}-{BEN}": ("social", "new", BEN, False),
        f"{long}-{ANN}": ("social", "new", ANN, False),
        f"{gone}-103": ("social", "new", "103", True),
    }
    messages = staged("x", "messages")
    assert {
        id_: (m["conversation_remote_id"], m["author_type"], m["body"], m["remote_was_deleted"])
        for id_, m in messages.items()
        if id_ in (ann, first, ben, long, gone)
    } == {
        ann: (f"{news}-{ANN}", "customer", "@FernhillHelp <3 but &amp; late", False),
        first: (f"{news}-{ANN}", "agent", "@ann sorry", False),
        ben: (f"{news}-{BEN}", "customer", "@FernhillHelp where is my parcel", False),
        long: (f"{long}-{ANN}", "customer", "@FernhillHelp it never came", False),
        gone: (f"{gone}-103", "customer", None, True),
    }
    # Six posts of four people in four threads: the news answers nobody, a version is no message.
    assert len(messages) == 6
    assert fixed not in messages
    assert messages[ben]["sent_at"] == begin + 2 * MINUTE
    contacts = staged("x", "contacts")
    assert {id_: (c["name"], c["external_ids"], c["email"]) for id_, c in contacts.items()} == {
        ANN: ("Ann Lee", '{"x":"ann"}', None),
        BEN: ("Ben Ode", '{"x":"ben"}', None),
        "103": (None, None, None),
    }
    assert list(staged("x", "agents")) == [US]

"""X's direct messages: signed requests, lists without a "since", what is withdrawn, and staging."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from connectors.contract import Credentials, SourceError, resources
from connectors.http import Policy
from connectors.judging import judge
from connectors.ledger import Ledger
from connectors.x.posts import first_id_at
from connectors.x.source import source
from sample.servers.x import TOKEN, Store, app
from sample.servers.x_direct import KEYS
from tests.connectors.slices import build_staging, extract, intercept, load, raw, served, staged

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
US, ANN, BEN = "900", "101", "102"
WITH_ANN, GROUP = f"{ANN}-{US}", "1578398451921985538"


class Here:
    """The server of a test, and what signs in to it."""

    def __init__(self, store: Store, api: FastAPI, address: str) -> None:
        self.store, self.talks, self.api = store, store.talks, api
        self.credentials = Credentials(base_url=address, password=TOKEN, extra=KEYS)

    def pull(self, **settings: Any) -> int:
        """How many messages landed; posts and accounts land once, before."""
        given: dict[str, Any] = {"accounts": ["FernhillHelp"], "direct_messages": True, **settings}
        return extract("x", source(self.credentials, **given)).get("direct_messages", 0)

    def pages(self) -> int:
        return sum(path == "/2/dm_events" for path, _ in self.store.asked)


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


def test_messages_are_read_only_where_they_are_wanted(here: Here) -> None:
    here.talks.say(ANN, WITH_ANN, "hello", NOW - DAY)
    assert here.pull(direct_messages=False) == 0
    assert here.pages() == 0
    assert here.pull() == 1


def test_all_that_x_reaches_is_read_page_by_page_and_then_only_what_is_new(
    here: Here, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(230):
        here.talks.say((ANN, US)[number % 2], WITH_ANN, f"{number}", NOW - DAY + number * MINUTE)
    here.talks.say(ANN, WITH_ANN, "too old", NOW - 31 * DAY)
    with caplog.at_level(logging.WARNING, "connectors.x.direct"):
        assert here.pull() == 230
    assert "messages from 2020-01-01T00:00:00Z to 2026-05-21T12:00:00Z are beyond" in caplog.text
    assert here.pages() == 3
    here.talks.say(ANN, WITH_ANN, "listed late", NOW - 30 * MINUTE)
    here.talks.say(ANN, WITH_ANN, "new", NOW + MINUTE)
    here.store.now = NOW + 5 * MINUTE
    assert here.pull() == 2
    # There is no "since": reading stops at the page that goes beyond it.
    assert here.pages() == 4
    assert here.pull() == 0
    account = load("x")["direct_messages"]
    assert (account.received, account.accepted, account.duplicates) == (2, 2, 0)
    assert raw("select count(*) from raw_x.direct_messages") == [(232,)]


def test_what_was_written_before_the_start_is_not_read(here: Here) -> None:
    here.talks.say(ANN, WITH_ANN, "before", NOW - 3 * DAY)
    here.talks.say(ANN, WITH_ANN, "after", NOW - DAY)
    assert here.pull(start_at="2026-06-18T00:00:00Z") == 1


def test_when_a_run_breaks_off_then_the_next_one_has_the_rest(here: Here) -> None:
    for number in range(150):
        here.talks.say(ANN, WITH_ANN, f"{number}", NOW - DAY + number * MINUTE)
    cut = [JSONResponse({"meta": {"result_count": 50}})]

    def between(request: Request) -> Response | None:
        return cut.pop() if cut and "pagination_token" in request.query_params else None

    intercept(here.api, between)
    with pytest.raises(SourceError, match="page says 50 results and does not hold them"):
        here.pull()
    assert here.pull() == 150


def test_once_a_day_what_is_no_longer_listed_loses_its_words(here: Here) -> None:
    kept = here.talks.say(ANN, WITH_ANN, "thanks", NOW - 2 * DAY)
    gone = here.talks.say(ANN, WITH_ANN, "my number is 555", NOW - 2 * DAY)
    ours = here.talks.say(US, WITH_ANN, "ok", NOW - 2 * DAY + MINUTE)
    oldest = here.talks.say(ANN, WITH_ANN, "long ago", NOW - 29 * DAY - 12 * 60 * MINUTE)
    here.pull()
    load("x")
    here.talks.withdrawn = {gone}
    assert here.pull() == 0  # not yet time to look
    here.store.now = NOW + DAY
    late = here.talks.say(ANN, WITH_ANN, "listed a day late", NOW - DAY)
    assert here.pull() == 2
    load("x")
    columns = "id, text, sender is null, deleted, sender_id, customer_id"
    found = raw(f"select {columns} from raw_x.direct_messages order by id")
    assert found == [
        # Beyond X's thirty days by now, which is no deletion.
        (oldest, "long ago", False, False, ANN, ANN),
        (kept, "thanks", False, False, ANN, ANN),
        (gone, None, True, True, ANN, ANN),
        (ours, "ok", False, False, US, ANN),
        (late, "listed a day late", False, False, ANN, ANN),
    ]
    # Listed again, it is there again.
    here.talks.withdrawn, here.store.now = set(), NOW + 3 * DAY
    assert here.pull() == 1


def test_every_try_is_signed_anew(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    here.talks.say(ANN, WITH_ANN, "hello", NOW - DAY)

    def sleep(_: float) -> None:
        here.store.left_in_window = 100

    monkeypatch.setattr("connectors.x.source.POLICY", Policy(longest_wait=960, sleep=sleep))
    # The account, two lists of posts, and who we are; then a limit.
    here.store.left_in_window = 4
    assert here.pull() == 1
    signed = here.pages() + sum(path == "/2/users/me" for path, _ in here.store.asked)
    assert len(here.talks.nonces) == signed >= 3


def test_missing_and_wrong_keys_are_said_without_them(here: Here) -> None:
    said = r"connection heedline_x: its extra has no access_token, access_token_secret"
    some = {name: KEYS[name] for name in ("api_key", "api_key_secret")}
    whole = here.credentials
    here.credentials = whole.model_copy(update={"extra": some})
    with pytest.raises(SourceError, match=said):
        here.pull()
    wrong = KEYS | {"access_token_secret": "not-it"}
    here.credentials = whole.model_copy(update={"extra": wrong})
    with pytest.raises(SourceError, match="/2/users/me: credentials refused") as caught:
        here.pull()
    assert not [secret for secret in wrong.values() if secret in str(caught.value)]


def test_keys_of_somebody_else_are_not_read_with(here: Here) -> None:
    here.talks.account = BEN
    with pytest.raises(SourceError, match="the keys are those of @ben, which is no account of our"):
        here.pull()
    assert here.pages() == 0


def test_a_message_without_an_id_or_a_talk_is_set_aside(here: Here) -> None:
    here.talks.say(ANN, WITH_ANN, "fine", NOW - DAY)
    bad = {"id": "12a", "event_type": "MessageCreate", "text": "?", "sender_id": ANN}
    page = {"data": [bad], "meta": {"result_count": 1}}
    intercept(here.api, lambda r: JSONResponse(page) if r.url.path == "/2/dm_events" else None)
    assert here.pull() == 1
    account = load("x")["direct_messages"]
    assert (account.accepted, account.quarantined) == (0, 1)


def test_staging_gives_one_conversation_a_talk_with_both_sides(here: Here) -> None:
    say, media = here.talks.say, {"attachments": {"media_keys": ["3_1"]}}
    first = say(ANN, WITH_ANN, "where is &lt;it&gt;", NOW - DAY)
    second = say(US, WITH_ANN, "on its way", NOW - DAY + MINUTE)
    # We began, and nobody has answered: a talk of two all the same.
    ours = say(US, f"{BEN}-{US}", "all well?", NOW - DAY)
    picture = say(BEN, GROUP, "", NOW - DAY, **media)
    in_group = say(ANN, GROUP, "same here", NOW - DAY + MINUTE)
    say(US, "1578398451921985539", "a group nobody answers in", NOW - DAY)
    other = here.store.user("901", "FernhillLabs", "Fernhill Labs")
    say(other, f"{US}-{other}", "among ourselves", NOW - DAY)
    joined = {"event_type": "ParticipantsJoin", "participant_ids": [ANN]}
    say(ANN, GROUP, "", NOW - DAY, **joined)
    post = here.store.put(ANN, "@FernhillHelp one", NOW - DAY)
    assert here.pull(accounts=["FernhillHelp", "FernhillLabs"]) == 7
    assert all(account.quarantined == 0 for account in load("x").values())
    assert raw(f"select attachments from raw_x.direct_messages where id = '{picture}'") == [
        ('{"media_keys":["3_1"]}',)
    ]
    build_staging("x", NOW)
    conversations = staged("x", "conversations")
    assert {i: (c["contact_remote_id"], c["status"]) for i, c in conversations.items()} == {
        WITH_ANN: (ANN, "pending"),
        f"{BEN}-{US}": (BEN, "closed"),
        GROUP: (BEN, "new"),
        f"{post}-{ANN}": (ANN, "new"),
    }
    assert all(c["channel"] == "social" for c in conversations.values())
    messages = staged("x", "messages")
    assert {
        i: (m["conversation_remote_id"], m["author_type"], m["author_remote_id"], m["body"])
        for i, m in messages.items()
        if i != post
    } == {
        f"dm-{first}": (WITH_ANN, "customer", ANN, "where is <it>"),
        f"dm-{second}": (WITH_ANN, "agent", US, "on its way"),
        f"dm-{ours}": (f"{BEN}-{US}", "agent", US, "all well?"),
        f"dm-{picture}": (GROUP, "customer", BEN, None),
        f"dm-{in_group}": (GROUP, "customer", ANN, "same here"),
    }
    assert messages[f"dm-{first}"]["sent_at"] == NOW - DAY
    assert {i: c["name"] for i, c in staged("x", "contacts").items()} == {
        ANN: "Ann Lee",
        BEN: "Ben Ode",
    }


def test_an_erased_persons_talk_goes_and_a_groups_other_words_stay() -> None:
    declared, ledger = resources("x")["direct_messages"], Ledger()
    ledger.add("r1", [("contact", "x", ANN)])

    def kept(sender: str, customer: str | None) -> bool:
        row = {"id": str(first_id_at(NOW)), "sender_id": sender, "customer_id": customer}
        assert declared.person is not None
        return judge(declared.person, row, "x", ledger, declared.primary_key) is not None

    assert not kept(ANN, ANN)
    assert not kept(US, ANN)
    assert not kept(ANN, None)
    assert kept(US, None)
    assert kept(US, BEN)

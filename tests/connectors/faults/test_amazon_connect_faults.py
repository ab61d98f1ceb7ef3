"""Amazon Connect asks through boto3, which waits, tries again and words errors in its own way.

What boto3 makes nothing of is ours: an answer that is not whole must not pass for one with nothing
in it. Bodies of every kind at the second page of a call's words, one kind at every operation.
"""

import traceback
from collections.abc import Iterator

import pytest

from connectors.contract import SourceError
from connectors.landing import land
from sample.servers import amazon_connect as server
from tests.connectors.amazon_connect_contacts import UMA, ago, ask, contact, turn
from tests.connectors.faults.faults import FAULTS
from tests.connectors.faults.healing import raw_tables
from tests.connectors.faults.proxy import Exchange, Proxy, Spoiler, proxied
from tests.connectors.slices import load, served
from tests.searching import files_with
from warehouse.settings import settings

SPOILT = {fault.name: fault.spoiler for fault in FAULTS}
BODIES = ("cut_mid_body", "truncated_gzip", "invalid_json", "html", "empty_body")
OPERATIONS = {
    "/search-contacts": "search_contacts",
    "/contacts/": "describe_contact",
    "/search-users": "search_users",
    "/queues-summary/": "list_queues",
}
WORDS = "/realtime-contact-analysis/"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    """An instance with one call of two pages of words."""
    instance = server.Instance(page=3)
    moments = {"InitiationTimestamp": ago(90), "DisconnectTimestamp": ago(70)}
    instance.put(contact("call", **moments))
    instance.spoken["call"] = [
        turn(number, "p", f"word {number}", ParticipantRole="CUSTOMER",
             BeginOffsetMillis=number, EndOffsetMillis=number + 1)
        for number in range(1, 6)
    ]  # fmt: skip
    instance.users.append({"Id": UMA, "Username": "uma@fernhill.example"})
    instance.queues.append({"Id": "queue-care", "Name": "Care", "QueueType": "STANDARD"})
    with served(server.app(instance)) as upstream, proxied(upstream) as found:
        yield found


def pull(proxy: Proxy) -> dict[str, int]:
    return land("amazon_connect", ask(proxy.address, transcripts="real_time", attempts=2)).rows


def nth_of(path: str, nth: int, spoiler: Spoiler) -> Spoiler:
    """Spoil the nth answer of those whose path begins so."""
    met: list[str] = []

    def spoil(exchange: Exchange) -> bool:
        if exchange.handler.path.startswith(path):
            met.append(path)
            return len(met) == nth and spoiler(exchange)
        return False

    return spoil


def is_refused_then_healed(proxy: Proxy, operation: str) -> None:
    with pytest.raises(SourceError) as caught:
        pull(proxy)
    line = str(caught.value)
    assert line.startswith(f"amazon_connect: {operation}: ")
    assert line.endswith("the next run goes on from here")
    assert "mend the connector" not in line
    proxy.plan(None)
    assert pull(proxy) == {"contacts": 1, "transcripts": 1, "users": 1, "queues": 1}
    load("amazon_connect")
    (words,) = raw_tables("amazon_connect")["transcripts"]
    assert words.count("word ") >= 5


@pytest.mark.parametrize("body", BODIES)
def test_words_of_which_a_page_is_not_whole_do_not_land(proxy: Proxy, body: str) -> None:
    proxy.plan(nth_of(WORDS, 2, SPOILT[body]))
    is_refused_then_healed(proxy, "list_realtime_contact_analysis_segments")


@pytest.mark.parametrize("path", OPERATIONS)
def test_a_page_of_a_proxy_is_no_empty_answer(proxy: Proxy, path: str) -> None:
    proxy.plan(nth_of(path, 1, SPOILT["html"]))
    is_refused_then_healed(proxy, OPERATIONS[path])


def test_a_login_that_is_refused_without_a_word_is_said(proxy: Proxy) -> None:
    proxy.plan(SPOILT["expired_token"])
    with pytest.raises(SourceError, match=r"credentials refused .*; renew the keys"):
        pull(proxy)


def test_its_keys_are_in_no_log_no_error_and_no_file(
    proxy: Proxy, talkative: pytest.LogCaptureFixture
) -> None:
    raised = []
    for fault in ("html", "expired_token", "cut_before_headers"):
        proxy.plan(SPOILT[fault], for_good=True)
        with pytest.raises(SourceError) as caught:
            pull(proxy)
        raised += traceback.format_exception(caught.value)
    proxy.plan(None)
    pull(proxy)
    load("amazon_connect")
    assert "search-contacts" in talkative.text, "nothing was logged: proves nothing"
    _, secret = server.KEYS
    assert secret not in talkative.text
    assert secret not in "".join(raised)
    assert files_with(settings().root, secret) == []

"""Amazon Connect's contacts: searches that are cut, contacts that change late, what faults say."""

from types import SimpleNamespace

import dlt
import pytest
from fastapi import FastAPI, Request, Response

from connectors.amazon_connect.aws import open_aws
from connectors.amazon_connect.source import source
from connectors.contract import SourceError
from sample.servers import amazon_connect as server
from tests.connectors.amazon_connect_contacts import ago, ask, calls, clock, contact, signed_in
from tests.connectors.slices import Row, extract, intercept, load, raw
from warehouse.settings import settings


def state_of(resource: str) -> Row:
    pipeline = dlt.attach("amazon_connect_landing", pipelines_dir=str(settings().dlt))
    found: Row = pipeline.state["sources"]["amazon_connect"]["resources"][resource]
    return found


def test_when_lists_fill_several_pages_then_a_second_run_finds_nothing_new(
    served_instance: tuple[FastAPI, str],
) -> None:
    app, address = served_instance
    first = extract("amazon_connect", ask(address))
    assert first == {"contacts": 5, "users": 2, "queues": 2}
    assert {n: a.accepted for n, a in load("amazon_connect").items()} == first
    calls(app)
    assert extract("amazon_connect", ask(address)) == {}
    # What is final and looks the same is not described again.
    assert calls(app)["contacts"] == 0
    assert state_of("contacts")["vendor_count"]["count"] == 5


def test_when_a_search_gives_fewer_than_it_counts_then_the_stretch_is_halved(
    instance: server.Instance, address: str
) -> None:
    instance.cap = 2
    assert extract("amazon_connect", ask(address))["contacts"] == 5
    load("amazon_connect")
    assert raw("select count(distinct id) from raw_amazon_connect.contacts") == [(5,)]
    assert state_of("contacts")["vendor_count"]["count"] == 5


def test_when_a_stretch_holds_more_than_we_take_then_it_is_halved_at_once(
    served_instance: tuple[FastAPI, str],
) -> None:
    app, address = served_instance
    assert extract("amazon_connect", ask(address, most_per_search=2))["contacts"] == 5
    assert not [
        body for path, body in app.state.asked if '"NextToken"' in body and "search-c" in path
    ]


def test_when_one_second_holds_more_than_a_search_gives_then_the_run_says_so(
    instance: server.Instance, address: str
) -> None:
    instance.cap = 2
    for number in range(5):
        instance.put(contact(f"same{number}", 600))
    with pytest.raises(SourceError, match="5 contacts within a second, more than a search gives"):
        extract("amazon_connect", ask(address))


def test_when_a_contact_began_long_before_it_ended_then_it_is_found_by_its_end(
    instance: server.Instance, address: str
) -> None:
    extract("amazon_connect", ask(address))
    load("amazon_connect")
    # A callback that waited for three weeks: its beginning lies far before the lookback.
    late = contact("late", InitiationTimestamp="2026-06-02T09:00:00+00:00")
    instance.put(late | {"DisconnectTimestamp": clock(2000)})
    assert extract("amazon_connect", ask(address)) == {"contacts": 1}


def test_when_a_contact_runs_then_it_is_found_by_its_beginning_and_followed_to_its_end(
    instance: server.Instance, address: str
) -> None:
    running = contact("runs", InitiationTimestamp=ago(30), LastUpdateTimestamp=ago(29))
    del running["DisconnectTimestamp"]
    instance.put(running)
    assert extract("amazon_connect", ask(address))["contacts"] == 6
    load("amazon_connect")
    instance.put(running | {"DisconnectTimestamp": ago(5), "LastUpdateTimestamp": ago(5)})
    assert extract("amazon_connect", ask(address)) == {"contacts": 1}
    load("amazon_connect")
    found = raw(
        "select disconnect_timestamp is null from raw_amazon_connect.contacts where id = 'runs'"
    )
    assert found == [(False,)]


def test_when_a_contact_changes_after_its_end_then_it_is_described_again_until_it_is_settled(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance
    over = contact("over", InitiationTimestamp=ago(20), DisconnectTimestamp=ago(10))
    over["LastUpdateTimestamp"] = ago(10)
    instance.put(over)
    extract("amazon_connect", ask(address))
    load("amazon_connect")
    calls(app)
    # A search does not show after-contact work: only the description differs.
    over["AgentInfo"] = {**over["AgentInfo"], "AfterContactWorkDuration": 240}
    over["LastUpdateTimestamp"] = ago(6)
    assert extract("amazon_connect", ask(address)) == {"contacts": 1}
    assert calls(app)["contacts"] == 1
    assert load("amazon_connect")["contacts"].accepted == 1
    assert extract("amazon_connect", ask(address, settle_minutes=5)) == {}
    calls(app)
    assert extract("amazon_connect", ask(address, settle_minutes=5)) == {}
    assert calls(app)["contacts"] == 0


def test_when_aws_throttles_then_the_request_is_tried_again(
    instance: server.Instance, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=waits.append))
    instance.throttled = 3
    assert extract("amazon_connect", ask(address))["contacts"] == 5
    assert len(waits) == 3
    instance.throttled = 1000
    with pytest.raises(SourceError, match="rate limit reached, also after several tries"):
        extract("amazon_connect", ask(address, attempts=4))
    assert len(waits) < 20


def test_when_a_run_breaks_off_then_the_cursor_stays_and_the_next_has_it_all(
    served_instance: tuple[FastAPI, str],
) -> None:
    app, address = served_instance
    broken = [True]

    def spoil(request: Request) -> Response | None:
        if broken and request.url.path.endswith("/c3"):
            broken.pop()
            return server.refused(403, "AccessDeniedException")
        return None

    intercept(app, spoil)
    with pytest.raises(SourceError, match=r"describe_contact: access denied \(AccessDenied"):
        extract("amazon_connect", ask(address))
    assert load("amazon_connect") == {}
    assert extract("amazon_connect", ask(address))["contacts"] == 5


def test_when_a_contact_is_gone_before_it_is_described_then_the_others_are_read(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance

    def purge(request: Request) -> Response | None:
        if request.url.path.endswith("/c2"):
            return server.refused(404, "ResourceNotFoundException")
        return None

    intercept(app, purge)
    assert extract("amazon_connect", ask(address))["contacts"] == 4


def test_when_the_secret_is_wrong_then_one_line_says_so_without_it(address: str) -> None:
    with pytest.raises(SourceError) as caught:
        extract("amazon_connect", ask(address, "not-the-secret"))
    text = str(caught.value)
    assert "credentials refused (InvalidSignatureException)" in text
    assert "not-the-secret" not in text
    assert server.KEYS[0] not in text
    assert "\n" not in text


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"extra": {"region": "eu-central-1"}}, "put the id of the Connect instance"),
        ({"password": ""}, "put an access key's id and secret"),
        ({"extra": {"instance_id": "i"}}, "write its host like https://connect.eu-central-1"),
        ({"base_url": "http://connect.example"}, "write its host with https"),
    ],
)
def test_when_the_connection_is_not_complete_then_it_says_what_to_put_in(
    changes: Row, remedy: str
) -> None:
    given = signed_in("http://127.0.0.1:1").model_copy(update=changes)
    with pytest.raises(SourceError, match=remedy):
        source(given)


@pytest.mark.parametrize(
    "changes", [{"transcripts": "s3"}, {"transcripts": "tape"}, {"start_at": "last week"}]
)
def test_when_a_setting_cannot_be_followed_then_it_is_named(changes: Row) -> None:
    with pytest.raises(SourceError, match=r"channels\.yml"):
        source(signed_in("http://127.0.0.1:1"), **changes)


def test_when_the_machine_has_an_aws_configuration_then_it_is_not_used(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone-else")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "someone-elses")
    assert extract("amazon_connect", ask(address))["contacts"] == 5
    aws = open_aws(signed_in("https://connect.eu-west-2.amazonaws.com", region=None))
    assert [client.meta.endpoint_url for client in (aws.connect, aws.lens, aws.s3)] == [
        "https://connect.eu-west-2.amazonaws.com",
        "https://contact-lens.eu-west-2.amazonaws.com",
        "https://s3.eu-west-2.amazonaws.com",
    ]

"""Amazon Connect's words: they come after the contact, from a file or in real time."""

import pytest
from fastapi import FastAPI

from connectors.contract import SourceError
from connectors.ledger import Ledger
from sample.servers import amazon_connect as server
from tests.connectors.amazon_connect_contacts import (
    ANN,
    BEN,
    PEOPLE,
    TALK,
    ago,
    ask,
    calls,
    contact,
    turn,
)
from tests.connectors.slices import extract, load, raw


def test_when_contact_lens_is_done_later_then_its_words_come_with_a_later_run(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance
    fresh = contact("fresh", InitiationTimestamp=ago(90), DisconnectTimestamp=ago(70))
    fresh["AgentInfo"] = {**fresh["AgentInfo"], "ConnectedToAgentTimestamp": ago(80)}
    instance.put(fresh)
    by_file = {"transcripts": "s3", "bucket": "sample-bucket"}
    assert "transcripts" not in extract("amazon_connect", ask(address, **by_file))
    load("amazon_connect")
    day = fresh["AgentInfo"]["ConnectedToAgentTimestamp"][:10].replace("-", "/")
    name = f"Analysis/Voice/{day}/fresh_analysis_2026-06-20T09:00:00Z.json"
    blacked_out = name.replace("_analysis_", "_analysis_redacted_")
    words = server.analysis("VOICE", TALK, PEOPLE)
    instance.files[name] = ("2026-06-20T10:30:00.000Z", words)
    instance.files[blacked_out] = ("2026-06-20T10:40:00.000Z", b"the wrong one")
    calls(app)
    assert extract("amazon_connect", ask(address, **by_file)) == {"transcripts": 1}
    # Of the others, over for months, nothing is awaited any more.
    assert calls(app)["sample-bucket"] == 2
    load("amazon_connect")
    assert extract("amazon_connect", ask(address, **by_file)) == {}
    assert calls(app)["sample-bucket"] == 0
    assert raw("select contact_id, language_code, file from raw_amazon_connect.transcripts") == [
        ("fresh", "en-US", name)
    ]


def test_when_only_redacted_words_are_wanted_then_only_those_files_are_read(
    instance: server.Instance, address: str
) -> None:
    day = "Analysis/Voice/Redacted/2026/06/20"
    name = f"{day}/c0_analysis_redacted_2026-06-20T09:00:00Z.json"
    instance.files[name] = ("2026-06-20T10:30:00.000Z", server.analysis("VOICE", TALK, PEOPLE))
    told = {"transcripts": "s3", "bucket": "sample-bucket", "redacted": True}
    assert extract("amazon_connect", ask(address, **told))["transcripts"] == 1


@pytest.mark.parametrize("content", [b'{"Transcript": [', b'{"JobStatus": "FAILED"}'])
def test_when_a_file_is_no_transcript_then_nothing_lands_and_the_next_run_heals(
    instance: server.Instance, address: str, content: bytes
) -> None:
    name = "Analysis/Voice/2026/06/20/c0_analysis_2026-06-20T09:00:00Z.json"
    instance.files[name] = ("2026-06-20T10:30:00.000Z", content)
    told = {"transcripts": "s3", "bucket": "sample-bucket"}
    with pytest.raises(SourceError, match="a file that is no transcript"):
        extract("amazon_connect", ask(address, **told))
    assert load("amazon_connect") == {}
    instance.files[name] = ("2026-06-20T10:30:00.000Z", server.analysis("VOICE", TALK, PEOPLE))
    rows = extract("amazon_connect", ask(address, **told))
    assert (rows["contacts"], rows["transcripts"]) == (5, 1)


def test_when_words_come_in_real_time_then_they_are_asked_for_while_they_are_kept(
    instance: server.Instance, served_instance: tuple[FastAPI, str]
) -> None:
    app, address = served_instance
    moments = {"InitiationTimestamp": ago(90), "DisconnectTimestamp": ago(70)}
    instance.put(contact("call", **moments))
    instance.put(contact("chat", Channel="CHAT", CustomerEndpoint=None, **moments))
    instance.put(contact("plain", **moments))
    instance.spoken["call"] = [
        turn(number, "p", f"word {number}", ParticipantRole="CUSTOMER",
             BeginOffsetMillis=number, EndOffsetMillis=number + 1)
        for number in range(1, 6)
    ]  # fmt: skip
    instance.spoken["chat"] = [
        turn(1, "q", "hi", ParticipantRole="CUSTOMER", Time={"AbsoluteTime": ago(75)})
    ]
    rows = extract("amazon_connect", ask(address, transcripts="real_time"))
    assert (rows["contacts"], rows["transcripts"]) == (8, 2)
    # Two pages of the call, none of a contact without Contact Lens, none of those months ago.
    assert calls(app)["realtime-contact-analysis"] == 3
    load("amazon_connect")
    assert raw(
        "select json_array_length(segments) from raw_amazon_connect.transcripts order by all"
    ) == [(1,), (5,)]


def test_when_a_caller_was_erased_then_neither_calls_nor_words_come_back(
    instance: server.Instance, address: str
) -> None:
    Ledger().add("r1", [("phone", "", ANN[1:])])
    instance.put(contact("b", 500, CustomerEndpoint={"Type": "TELEPHONE_NUMBER", "Address": BEN}))
    for key in ("c0", "b"):
        name = f"Analysis/Voice/2026/06/20/{key}_analysis_2026-06-20T09:00:00Z.json"
        instance.files[name] = ("2026-06-20T20:30:00.000Z", server.analysis("VOICE", TALK, PEOPLE))
    extract("amazon_connect", ask(address, transcripts="s3", bucket="sample-bucket"))
    accounts = load("amazon_connect")
    assert (accounts["contacts"].erased, accounts["transcripts"].erased) == (5, 1)
    assert raw("select contact_id from raw_amazon_connect.transcripts") == [("b",)]

"""Chat transcripts taken apart: turns, times, who spoke."""

from typing import Any

import pytest

from connectors.salesforce.transcripts import turns
from tests.connectors.salesforce_org import BODY

NOTE = '<p align="center">{}</p>'
STARTED = NOTE.format("Chat Started: Friday, January 02, 2026, 23:59:50 (-0500)")


def said(body: str, **more: Any) -> list[tuple[Any, ...]]:
    found = turns({"Body": body, "CreatedDate": "2026-01-01T00:00:00.000+0000", **more})
    return [(each["at"], each["by"], each["speaker"], each["text"]) for each in found]


def test_turns_have_their_time_their_speaker_and_their_lines() -> None:
    assert said(BODY) == [
        ("2026-06-01T07:00:05Z", "agent", "Olga O", "Hello, how can I help?"),
        ("2026-06-01T07:01:10Z", "customer", "Ann", "It's broken:\nsee the lamp"),
        ("2026-06-01T08:02:03Z", "agent", "Olga O", "Solved"),
    ]


def test_a_transfer_names_both_agents() -> None:
    body = (
        f"{STARTED}{NOTE.format('Agent Al')}( 1s ) Al: a<br>( 2s ) Ann: b<br>"
        f"{NOTE.format('Chat Transferred From Al To Bea')}( 20s ) Bea: c: d<br>"
    )
    assert said(body) == [
        ("2026-01-03T04:59:51Z", "agent", "Al", "a"),
        ("2026-01-03T04:59:52Z", "customer", "Ann", "b"),
        ("2026-01-03T05:00:10Z", "agent", "Bea", "c: d"),
    ]


@pytest.mark.parametrize(
    ("body", "contact", "by"),
    [
        # The note calls the agent something else.
        (f"{NOTE.format('Agent (Name)')}( 1s ) Al: a<br>( 2s ) Visitor: b<br>", None, "AC"),
        ("( 1s ) Al: a<br>( 2s ) Ann: b<br>", "Ann", "AC"),
        # Two whom nothing tells apart.
        ("( 1s ) Al: a<br>( 2s ) Ann: b<br>", None, "SS"),
        (f"( 1s ) Help Bot: a<br>( 2s ) Ann: b<br>{NOTE.format('Agent Al')}", None, "BC"),
        # A third one may be anybody.
        (f"{NOTE.format('Agent Al')}( 1s ) Al: a<br>( 2s ) Ann: b<br>( 3s ) Cy: c", "Ann", "ACS"),
    ],
)
def test_who_speaks_is_known_or_left_open(body: str, contact: str | None, by: str) -> None:
    found = said(body, **{"Contact.Name": contact})
    assert "".join(each[1][0].upper() for each in found) == by


def test_without_a_readable_beginning_the_record_says_when() -> None:
    body = NOTE.format("Chat Started: gestern") + "( 1d 0h 0m 1s ) Visitor: hi<br>"
    assert said(body)[0][0] == "2026-01-02T00:00:01Z"
    assert said(body, StartTime="2026-02-01T00:00:00.000Z")[0][0] == "2026-02-02T00:00:01Z"
    assert turns({"Body": body})[0]["at"] is None


@pytest.mark.parametrize("body", ["", None, "plain words", "( 5s ) nobody<br>", NOTE.format("x")])
def test_what_is_no_transcript_has_no_turns(body: str | None) -> None:
    assert turns({"Body": body}) == []

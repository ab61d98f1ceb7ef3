"""What is replaced and what is kept, one rule at a time; and that any text is answered."""

import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.redaction import emails, library, phones
from ml.redaction.examples import examples
from ml.redaction.kinds import KINDS, MASK, PLACEHOLDER, Span, in_words
from ml.redaction.redact import find, redact, redactor_version, settle
from ml.tagger.text import normalise


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("write to a.b+c@x.example or A@B.CO.UK", "write to <EMAIL> or <EMAIL>"),
        ("a@x.com,b@y.com;<c@z.com>", "<EMAIL>,<EMAIL>;<<EMAIL>>"),
        ("jane (at) acme (dot) com", "<EMAIL>"),
        ("it is jane dot doe at example dot com okay", "it is <EMAIL> okay"),
        ("https://x.example/?e=jane%40mail.example", "https://x.example/?e=<EMAIL>"),
        ("call +1 (415) 555-0123 now", "call <PHONE> now"),
        ("0049 30 1234567 or 07911 123456", "<PHONE> or <PHONE>"),
        ("four one five five five five oh one two three", "<PHONE>"),
        ("it is 4, 1, 5, 5, 5, 5, 0, 1, 2, 3, thanks", "it is <PHONE>, thanks"),
        ("card 4111 1111 1111 1111, cvv 123", "card <CARD>, cvv <SECRET>"),
        ("my card 4111 1111 1111 1112 fails", "my card <CARD> fails"),
        ("to DE89 3704 0044 0532 0130 00 please", "to <IBAN> please"),
        ("iban de89370400440532013000", "iban <IBAN>"),
        ("IBAN: DE89 3704 0044 0532 0130 01", "IBAN: <IBAN>"),
        ("536-22-1234 is my social", "<NATIONAL_ID> is my social"),
        ("AB 12 34 56 C", "<NATIONAL_ID>"),
        ("DNI 12345678Z, NIE X1234567L", "DNI <NATIONAL_ID>, NIE <NATIONAL_ID>"),
        ("Steuer-ID 86 095 742 719", "Steuer-ID <NATIONAL_ID>"),
        ("Aadhaar 2341 2341 2346 here", "Aadhaar <NATIONAL_ID> here"),
        ("TFN 123 456 782", "TFN <NATIONAL_ID>"),
        ("Medicare 2123 45670 1", "Medicare <NATIONAL_ID>"),
        ("sécu 2 55 08 14 168 025 38", "sécu <NATIONAL_ID>"),
        ("from 192.168.1.20 and 2001:db8::1", "from <IP> and <IP>"),
        ("I live at 12 Baker Street, London NW1 6XE.", "I live at <ADDRESS>."),
        ("to Hauptstraße 12a, 10115 Berlin", "to <ADDRESS>"),
        ("Calle de Alcalá 25, 3º B, 28014 Madrid", "<ADDRESS>"),
        ("Maple Ave 74, 78760 Austin", "<ADDRESS>"),
        ("my password is hunter2.", "my password is <SECRET>."),
        ('password: "two words"', 'password: "<SECRET>"'),
        ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "key <SECRET>"),
        ("https://u:pw@h.example/a?token=abcd1234&p=2", "https://<EMAIL>/a?token=<SECRET>&p=2"),
        ("https://u:pw@intranet/a", "https://<SECRET>@intranet/a"),
        ("https://x.example/reset/a8f7e6d5c4b3a2918070ffee", "https://x.example/reset/<SECRET>"),
        ("Hi, this is Jane Doe from Acme", "Hi, this is <NAME> from Acme"),
        ("Dear Ms O'Brien, it broke.", "Dear Ms <NAME>, it broke."),
        ("Thanks!\n\nBest regards,\nBjörn Müller", "Thanks!\n\nBest regards,\n<NAME>"),
    ],
)
def test_personal_data_is_replaced(text, clean) -> None:
    assert redact(text).text == clean


@pytest.mark.parametrize(
    "text",
    [
        "order 48213, #4155550123, order number: 4155550123, ticket 123456789",
        "Bestellnummer 4155550123, pedido 612345678",
        "it cost $45.99 on 2026-06-30 at 10:30, from 01.02.2026 - 28.02.2026",
        "version 1.2.3.4 and v12.4.1, ratio 0.123456789",
        "tracking 1Z999AA10123456784 and 9400 1118 9922 3197 4282 10",
        "5 boxes in 2 weeks on the way, 20 minutes down the road",
        "my password is wrong, the password is not accepted, password: reset",
        "Hi there, Dear Team, Hello again, I'm Very Unhappy",
        "I live in Berlin. Room 21.5, size 12-14",
        "std::vector and a::b",
        "",
    ],
)
def test_what_is_nobodys_is_kept(text) -> None:
    assert redact(text).text == text
    assert redact(text).findings == {}


def test_a_known_name_is_found_where_a_text_does_not_introduce_it() -> None:
    text = "yesterday Sakura Ito called; sakura ito waits, Ito too. I will ask.\n\nbest,\nsakura"
    clean = "yesterday <NAME> called; <NAME> waits, <NAME> too. I will ask.\n\nbest,\n<NAME>"
    assert redact(text, ["Sakura Ito"]).text == clean
    assert "Sakura" in redact(text).text


def test_a_known_name_that_is_a_word_is_taken_only_where_a_name_stands() -> None:
    text = "Hi Will, Will you refund Grace period? will it?"
    assert redact(text, ["Will Grace"]).text == "Hi <NAME>, Will you refund Grace period? will it?"


def test_the_writers_own_number_is_found_however_it_is_written() -> None:
    text = "order 4155550123 is not it, 55.50.12.34.5 is"
    assert redact(text, own_numbers=["14155550123"]).text.startswith("order <PHONE> is")


@pytest.mark.parametrize(
    "text",
    [
        "ja\u200bne@x.exa\u00admple",
        "\uff4a\uff41\uff4e\uff45\uff20\uff58.com",
        "j\u0430ne@\u043f\u043e\u0447\u0442\u0430.com",  # mixed scripts
    ],
)
def test_an_address_in_disguise_is_an_address(text) -> None:
    assert redact(f"mail {text} now").text == "mail <EMAIL> now"


@pytest.mark.parametrize(
    "number",
    [
        "\uff0b\uff11 \uff14\uff11\uff15 555 0123",
        "+1 415\u200b 555\u2060 0123",
        "+١ ٤١٥ ٥٥٥ ٠١٢٣",
        "+1\u2011415\u2011555\u20110123",
    ],
)
def test_digits_in_disguise_are_digits(number) -> None:
    assert redact(f"call {number} now").text == "call <PHONE> now"


def test_findings_are_counted_per_kind() -> None:
    found = redact("a@b.com, c@d.com, +1 415 555 0123").findings
    assert found == {"EMAIL": 2, "PHONE": 1}


def test_overlaps_become_one_placeholder_named_after_the_longest() -> None:
    spans = [
        Span(0, 10, "PHONE"),
        Span(4, 20, "CARD"),
        Span(20, 22, "NAME"),
        Span(30, 40, "PHONE"),
        Span(30, 40, "NATIONAL_ID"),
    ]
    joined = [Span(0, 20, "CARD"), Span(20, 22, "NAME"), Span(30, 40, "NATIONAL_ID")]
    assert settle(spans) == settle(spans[::-1]) == joined


PIECES = st.one_of(
    st.text(max_size=12),
    st.sampled_from([e.text for e in examples(told=2, quiet=1)]),
    st.sampled_from(
        [
            "<EMAIL>",
            "<PHONE>",
            "@",
            "4111 1111",
            "+49",
            "my name is ",
            "password: ",
            "Hi ",
            "\n",
            "12 ",
            " Street",
            "://",
            "DE89",
            MASK,
        ]
    ),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_redacting_twice_changes_nothing(text) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert find(once.text) == []
    assert sum(once.findings.values()) >= len(PLACEHOLDER.findall(once.text)) - len(
        PLACEHOLDER.findall(text)
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_what_is_not_a_finding_stays_as_it_was(text) -> None:
    """The kept pieces stand in the original, in order."""
    place = 0
    text = text.encode("utf-8", "replace").decode() if not text.isprintable() else text
    for piece in PLACEHOLDER.split(redact(text).text):
        place = text.find(piece, place)
        assert place >= 0
        place += len(piece)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([e for e in examples(told=6) if e.spans]), st.text(" .,;\n", max_size=3))
def test_no_long_run_of_personal_digits_is_left(example, glue) -> None:
    left = redact(example.text + glue + example.text).text
    for span in example.spans:
        for digits in re.findall(r"\d{5,}", example.text[span.start : span.end]):
            assert digits not in left


JUNK = [
    "a",
    "a.",
    "a@",
    "a" * 90 + ".a@ ",
    "@",
    "1 ",
    "1",
    "4111 ",
    "11-",
    "(1",
    "Aa ",
    "1 Aa ",
    "Aa 1 ",
    "\n",
    "my name is ",
    "password is ",
    "http://a",
    "?token=",
    "/aaaaaaaaaaaaaaaaaaaaa1",
    "::",
    "1:",
    "1.",
    "DE89 1234",
    "-----BEGIN PRIVATE KEY-----",
    "eyJaaaaaaaa.",
    "a at b dot ",
    "one ",
    "\u0301",
    "\u200b",
    "\uff11",
    "<",
    "<EMAIL>",
    "ssn ",
    "Hi Jane,\n",
    "regards,\n",
    "0 0",
    "+1 ",
    "astraße ",
    "pin code ",
    "order number ",
    "Ab de la ",
    "\x00\ud800\U0001f600",
    "Am Aa 1 ",
]


@pytest.mark.parametrize("junk", JUNK)
def test_work_follows_the_length_of_the_text(junk, monkeypatch) -> None:
    """Counted: characters given to presidio's recognisers, numbers looked up in numbering plans."""
    work: Counter[str] = Counter()
    matches, holds = library.matches, phones._holds

    def counted(recogniser, candidate, least=0.0):
        work["characters"] += len(candidate)
        return matches(recogniser, candidate, least)

    def looked_up(number, region, valid):
        work["numbers"] += 1
        return holds(number, region, valid)

    monkeypatch.setattr(library, "matches", counted)
    monkeypatch.setattr(emails, "matches", counted)
    monkeypatch.setattr(phones, "_holds", looked_up)
    text = junk * (40_000 // len(junk))
    assert redact(text).text
    assert work["characters"] <= 16 * len(text)
    assert work["numbers"] <= 60 * len(text)


def test_a_megabyte_is_answered() -> None:
    text = "Where is order 48213? Mail me at jane@mail.example. " * 20_000
    assert redact(text).findings == {"EMAIL": 20_000}


def test_lone_surrogates_and_control_characters_are_answered() -> None:
    assert redact("a\ud800b\x00 c@d.com").text.encode() == "a\ufffdb\x00 <EMAIL>".encode()


def test_placeholders_reach_the_tagger_as_the_words_it_was_trained_on() -> None:
    assert {f"<{kind}>" for kind in KINDS} == set(
        PLACEHOLDER.findall("".join(f"<{k}>" for k in KINDS))
    )
    raw = "mail me at a@b.com or call +1 415 555 0123"
    assert normalise(in_words(redact(raw).text)) == normalise(raw)
    assert not any("<" in in_words(f"<{kind}>") for kind in KINDS)


def test_nothing_goes_online_and_no_language_model_is_loaded() -> None:
    code = """
import socket
def refuse(*a, **k): raise AssertionError("went online")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
import sys
from ml.redaction.redact import redact
assert "presidio_analyzer" not in sys.modules  # seconds, so only when a text needs it
assert redact("a@b.co.uk 192.168.1.1 DE89 3704 0044 0532 0130 00").text == "<EMAIL> <IP> <IBAN>"
import spacy
assert not [m for m in sys.modules if m.startswith("en_core") or m == "torch"]
def no_model(*a, **k): raise AssertionError("loaded a model")
spacy.load = no_model
redact("+1 415 555 0123, AB123456C, 4111 1111 1111 1111")
"""
    assert socket.socket.connect  # the block is in the child only
    subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[3]
    )


def test_the_version_follows_the_rules() -> None:
    assert re.fullmatch(r"redactor-1-[0-9a-f]{8}", redactor_version())

"""Overlaps, placeholders, disguise and junk: any text is answered, once and for all."""

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


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_redacting_twice_changes_nothing(text) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert find(once.text) == []
    assert sum(once.findings.values()) >= len(PLACEHOLDER.findall(once.text)) - len(
        PLACEHOLDER.findall(text)
    )


@settings(max_examples=200)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_what_is_not_a_finding_stays_as_it_was(text) -> None:
    """The kept pieces stand in the original, in order."""
    place = 0
    text = text.encode("utf-8", "replace").decode() if not text.isprintable() else text
    for piece in PLACEHOLDER.split(redact(text).text):
        place = text.find(piece, place)
        assert place >= 0
        place += len(piece)


@settings(max_examples=300)
@given(
    st.sampled_from([e for e in examples(told=6) if e.spans]),
    st.text(" .,;\n", min_size=1, max_size=3),
)
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
assert not [m for m in sys.modules if m.startswith("en_core") or m in ("torch", "transformers")]
import transformers  # whoever needs it still has it
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

"""What is cut from a text before it is judged, and that nothing a person may send breaks it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.tagger.language import identify
from ml.tagger.text import CAP, normalise

WORDS = frozenset(
    [
        "where",
        "is",
        "my",
        "order",
        "the",
        "login",
        "broken",
        "again",
        "still",
        "waiting",
        "help",
        "thanks",
    ]
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  where\t is \n it ", "where is it"),
        ("@shop it's late", "@user it's late"),
        ("see https://x.example/a?b=c or www.x.example", "see http or http"),
        ("mail me: a.b@x.example", "mail me: email"),
        ("order #48213 and 00004587345", "order number and number"),
        ("it cost $45.99 at 10:30", "it cost $45.99 at 10:30"),
        ("soooooo slow!!!!!!", "sooo slow!!!"),
        ("<p>Fish &amp; chips</p><script>alert(1)</script>", "Fish & chips"),
        ("great 👍🏽", "great thumbs up sign"),
        ("I want out.\n\nOn Mon, 3 Jan 2026 Bob wrote:\n> hello", "I want out."),
        ("Hi\n-----Original Message-----\nold", "Hi"),
        ("Thanks\n-- \nEva\nHead of Fish", "Thanks"),
        ("> only a quote", "> only a quote"),
        (None, ""),
        ("", ""),
        (" \x00\u200b\n", ""),
    ],
)
def test_normalise(raw, clean) -> None:
    assert normalise(raw) == clean


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    text = normalise("first " + "blah " * 100_000 + "last")
    assert text.startswith("first ")
    assert text.endswith(" last")
    assert len(text) <= CAP + 3


@pytest.mark.parametrize(
    "junk", ["<", "a", "@", "1 ", "on ", "\n> x", "<script>", "a.b@", "&#", "😀"]
)
def test_a_megabyte_of_anything_is_cut_before_it_is_read(junk) -> None:
    assert len(normalise(junk * (1_000_000 // len(junk)))) <= CAP + 3


@settings(max_examples=60)
@given(st.text(max_size=300))
def test_any_text_becomes_one_line(text) -> None:
    clean = normalise(text)
    assert clean == " ".join(clean.split())
    identify(clean, WORDS)


@pytest.mark.parametrize(
    ("text", "code", "supported"),
    [
        ("I have been waiting for my order since Monday", "en", True),
        ("thanks", "en", True),
        ("login broken again", "en", True),
        ("refund pls", "en", True),
        ("k thx", "en", True),
        ("i hate at&t", "en", True),
        ("kein internet", "und", False),
        ("cadê meu pedido", "pt", False),
        ("Wo ist mein Paket? Ich warte seit zwei Wochen.", "de", False),
        ("mi pedido no ha llegado todavía", "es", False),
        ("日本語で書きます", "ja", False),
        ("12345 !!!", "und", False),
        ("", "und", False),
    ],
)
def test_language(text, code, supported) -> None:
    found = identify(text, WORDS)
    assert (found.code, found.is_supported) == (code, supported)

"""One mail at a time: broken headers, lying charsets, quoted text, hostile text."""

from pathlib import Path

import pytest

from connectors.email.letter import row_of
from connectors.email.words import html_text, own_words

OURS = frozenset({"fernhill.example"})
CORPUS = Path(__file__).resolve().parents[3] / "shared/data/apis/email"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the mail corpus is not on this machine")
def test_every_mail_of_the_corpus_gives_a_row() -> None:
    rows = {path.name: row_of(path.read_bytes(), OURS) for path in sorted(CORPUS.glob("*.eml"))}
    assert len(rows) > 40
    for name, row in rows.items():
        assert row["message_id"], name
        str(row).encode()  # valid text throughout, no lone surrogates
    japanese = rows["tests__messages__multi_charset__japanese_iso_2022.eml"]
    assert not any("charset" in defect for defect in japanese["defects"])


@pytest.mark.parametrize(
    ("header", "payload", "expected"),
    [
        (b"text/plain; charset=x-unknown", "Grün".encode(), "Grün"),
        (b"text/plain; charset=utf-8", "Grün".encode("cp1252"), "Grün"),
        (
            b"text/html; charset=utf-8",
            b"<p>Hi<br>there</p><blockquote>old</blockquote>",
            "Hi\nthere",
        ),
    ],
)
def test_text_is_read_although_the_charset_lies(
    header: bytes, payload: bytes, expected: str
) -> None:
    row = row_of(b"From: a@x.example\r\nContent-Type: " + header + b"\r\n\r\n" + payload, OURS)
    assert row["reply"] == expected


def test_broken_date_gives_way_to_received() -> None:
    received = b"Received: by b; Mon, 1 Jun 2026 11:00:00 +0200\r\n"
    row = row_of(b"From: a@x.example\r\n" + received + b"Date: soon\r\n\r\nx", OURS)
    assert (row["sent_at"], row["date"]) == ("2026-06-01T09:00:00Z", "soon")
    assert row["defects"] == ["Date"]


def test_encoded_comma_in_a_name_does_not_split_the_address() -> None:
    row = row_of(b"From: =?utf-8?q?M=C3=BCller=2C_Ann?= <Ann@X.example>\r\n\r\nx", OURS)
    assert (row["from_name"], row["from_address"]) == ("Müller, Ann", "ann@x.example")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.\n\n-- \nAnn\n\nOn Tue, 3 Mar 2026 at 10:11, U <u@x> wrote:\n> Ok?", "Yes."),
        ("On Tue, 3 Mar 2026 at 10:11, U <u@x> wrote:\n> Ok?\nYes.", "Yes."),
        ("Ja.\n\nAm 03.03.2026 um 10:11 schrieb U <u@x>:\n> Ok?", "Ja."),
        ("> Ok?\nYes.\n> And this?\nNo.", "Yes.\nNo."),
        ("- one\n- two\n\nThanks,\nbut no", "- one\n- two\n\nThanks,\nbut no"),
    ],
)
def test_own_words_are_cut_from_what_they_quote(text: str, expected: str) -> None:
    assert own_words(text) == expected


@pytest.mark.timeout(60)
def test_hostile_text_does_not_hang() -> None:
    for text in ("On " + "x " * 40_000, "\n" * 40_000, "> " * 20_000, "From: a\n" * 5_000):
        own_words(text)
    assert html_text("<div>" * 5_000 + "x").strip() == "x"

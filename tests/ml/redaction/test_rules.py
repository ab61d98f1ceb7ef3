"""What is replaced and what is kept, one rule at a time."""

import pytest

from ml.redaction.redact import redact


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
        (
            "It broke again.\n\nPlease fix this.\nGregory!",
            "It broke again.\n\nPlease fix this.\n<NAME>!",
        ),
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
        "It broke.\n\nThanks",
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


def test_a_known_name_is_found_in_small_letters_after_a_closing() -> None:
    assert (
        redact("lena fragt. beste grüße, lena", ["lena Groß"]).text
        == "lena fragt. beste grüße, <NAME>"
    )


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

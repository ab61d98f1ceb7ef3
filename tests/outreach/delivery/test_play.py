"""What is sent tells what to do, until when and in which words."""

from collections.abc import Callable

import pytest

from outreach.delivery import preview
from outreach.delivery.targets import Target
from outreach.delivery.templates import BadTemplate, columns_in, fill
from tests.outreach.delivery.house import AS_OF, NOW, House


def test_a_message_carries_the_play_and_its_words_filled(
    house: House, make_target: Callable[..., Target]
) -> None:
    fields = {
        "what": "{play}: {play_description}",
        "who": "{play_owner} by {play_channel}",
        "until": "{due_at:%Y-%m-%d}",
        "why": "{play_why}",
        "text": "{message}",
    }
    first, *_ = preview(make_target("webhook", fields=fields), NOW)
    said = {name: fill(text, first.row) for name, text in fields.items()}
    assert said["what"].startswith("save_cancellation: Call before the cancellation")
    assert said["who"] == "success lead by phone"
    assert said["until"] == f"{AS_OF:%Y-%m-%d}"
    assert said["why"] == "asked to cancel"
    assert said["text"].startswith("Hello Ana Ruiz,\n")
    assert said["text"].endswith("Olga")
    # Nothing but what the target names: a message's own names do not come along.
    assert set(first.row) == {
        *("play", "play_description", "play_owner", "play_channel"),
        *("due_at", "play_why", "message"),
    }


def test_what_is_sent_about_one_customer_names_no_other(
    house: House, make_target: Callable[..., Target]
) -> None:
    messages = preview(make_target("webhook", fields={"text": "{message}"}), NOW)
    assert ["Ana Ruiz" in message.row["message"] for message in messages] == [True, False, False]


def test_a_list_made_before_there_were_plays_is_delivered_without(
    house: House, make_target: Callable[..., Target]
) -> None:
    house.change("drop table outreach.plays")
    first, *_ = preview(make_target("webhook", fields={"text": "{play}{message}"}), NOW)
    assert fill("{play}{message}", first.row) == ""


def test_an_instant_takes_a_form_and_nothing_else_of_its_kind() -> None:
    assert columns_in("{due_at:%d.%m.%Y}") == {"due_at"}
    assert fill("{due_at}", {"due_at": AS_OF}) == "2026-06-30T00:00:00Z"
    with pytest.raises(BadTemplate, match="cannot be written as"):
        columns_in("{play:%d}")

"""Digests in a channel: one message, readable, and nobody is called by a customer's name."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from outreach.delivery.send import Delivered
from outreach.delivery.targets import Target
from sample.servers import slack
from tests.outreach.delivery.house import House
from warehouse.credentials import Credentials

Send = Callable[..., Delivered]
Start = Callable[[str, FastAPI], Credentials]
LINE = {"line": "{position}. {customer_name}: {top_reasons}"}


def test_a_digest_names_everybody_and_disarms_their_names(
    house: House, make_target: Callable[..., Target], start: Start, send: Send
) -> None:
    app = slack.app()
    send(make_target("slack", channel=slack.CHANNEL, fields=LINE), start("slack", app)).require()

    [message] = app.state.messages
    assert message["text"].splitlines() == [
        "*3 customers to call, as of 2026-06-30T00:00:00Z*",
        "1. Ana Ruiz: two open complaints",
        '2. =HYPERLINK("http://evil.example"): two open complaints',
        "3. &lt;!channel&gt; &amp; Co: two open complaints",
    ]


def test_a_long_digest_says_how_many_it_leaves_out(
    house: House, make_target: Callable[..., Target], start: Start, send: Send
) -> None:
    app = slack.app()
    target = make_target("slack", channel=slack.CHANNEL, fields=LINE, most_lines=1)
    send(target, start("slack", app))

    assert app.state.messages[0]["text"].splitlines()[2].startswith("… and 2 more")


def test_an_incoming_webhook_says_when_a_digest_may_be_a_repeat(
    house: House, make_target: Callable[..., Target], start: Start, send: Send
) -> None:
    app = slack.app()
    hook = slack.HOOK.removeprefix("/services/")
    credentials = start("slack", app).model_copy(update={"password": hook})
    target = make_target("slack", fields=LINE)
    app.state.faults.plan("silent")
    send(target, credentials)
    send(target, credentials).require()

    first, second = app.state.messages
    assert "you may have this already" not in first["text"]
    assert "you may have this already" in second["text"]


def test_the_history_is_looked_through_page_by_page(
    house: House, make_target: Callable[..., Target], start: Start, send: Send
) -> None:
    app = slack.app()
    target = make_target("slack", channel=slack.CHANNEL, fields=LINE)
    credentials = start("slack", app)
    app.state.faults.plan("silent")
    send(target, credentials)
    app.state.messages += [{"type": "message", "ts": f"9{n}", "text": "hello"} for n in range(5)]

    send(target, credentials).require()
    assert len(app.state.messages) == 6


@pytest.mark.parametrize(
    ("channel", "secret", "code"),
    [("C9", None, "channel_not_found"), (slack.CHANNEL, "xoxb-wrong", "invalid_auth")],
)
def test_what_slack_refuses_in_a_200_is_told_by_its_code(
    house: House,
    make_target: Callable[..., Target],
    start: Start,
    send: Send,
    channel: str,
    secret: str | None,
    code: str,
) -> None:
    credentials = start("slack", slack.app())
    if secret:
        credentials = credentials.model_copy(update={"password": secret})
    first = send(make_target("slack", channel=channel, fields=LINE), credentials)

    assert first.counts == {"failed": 3}
    assert f"Slack: {code}" in next(iter(first.problems))

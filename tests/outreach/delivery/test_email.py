"""One letter to those who act on it; every try has the same Message-ID."""

import asyncio
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from outreach.delivery.send import Delivered
from outreach.delivery.targets import Target
from runtime.processes import free_port
from tests.outreach.delivery.house import House
from warehouse.credentials import Credentials

Send = Callable[..., Delivered]


class Mailbox:
    """Takes letters; `faults` come first: a reply instead of taking, or 'silent' after it."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.faults: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        fault = self.faults.pop(0) if self.faults else ""
        if fault not in {"", "silent"}:
            return fault
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if fault:
            await asyncio.sleep(1)
        return "250 taken"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Credentials]:
    def known(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        return AuthResult(success=given.password == b"mail-secret", handled=False)

    controller = Controller(
        *(mailbox, "127.0.0.1", free_port()),
        authenticator=known,
        auth_require_tls=False,
        auth_required=True,
    )
    controller.start()
    address = f"smtp://127.0.0.1:{controller.port}"
    yield Credentials(base_url=address, login="heedline", password="mail-secret")
    controller.stop()


@pytest.fixture
def target(make_target: Callable[..., Target]) -> Target:
    return make_target(
        "email",
        sender="heedline@company.example",
        to=("success@company.example", "sales@company.example"),
        fields={"line": "{position}. {customer_name}: {top_reasons}"},
    )


def test_one_letter_holds_the_list(
    house: House, mailbox: Mailbox, server: Credentials, target: Target, send: Send
) -> None:
    assert send(target, server).counts == {"sent": 3}
    assert send(target, server).counts == {}

    [letter] = mailbox.letters
    assert letter["Subject"] == "3 customers to call, as of 2026-06-30T00:00:00Z"
    assert letter["To"] == "success@company.example, sales@company.example"
    lines = letter.get_content().splitlines()
    assert lines[0] == "1. Ana Ruiz: two open complaints"
    assert len(lines) == 3


def test_a_repeat_has_the_same_message_id_and_says_so(
    house: House, mailbox: Mailbox, server: Credentials, target: Target, send: Send
) -> None:
    mailbox.faults = ["silent"]
    assert send(target, server).counts == {"sending": 3}
    assert send(target, server).counts == {"sent": 3}

    first, second = mailbox.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert "you may have this already" in second.get_content()


@pytest.mark.parametrize(
    ("reply", "status"),
    [("451 come back later", "failed"), ("554 we take no lists", "given_up")],
)
def test_a_server_that_does_not_take_it_now_is_asked_again_and_one_that_never_will_is_not(
    house: House,
    mailbox: Mailbox,
    server: Credentials,
    target: Target,
    send: Send,
    reply: str,
    status: str,
) -> None:
    mailbox.faults = [reply]
    first = send(target, server)

    assert first.counts == {status: 3}
    assert reply[:3] in next(iter(first.problems))


def test_a_wrong_password_is_told_without_it(
    house: House, mailbox: Mailbox, server: Credentials, target: Target, send: Send
) -> None:
    first = send(target, server.model_copy(update={"password": "wrong-secret"}))

    [problem] = first.problems
    assert "refused login and password" in problem
    assert "wrong-secret" not in problem
    assert mailbox.letters == []

"""Windows of a mailbox: IMAP asks by the server's days, in whatever zone it keeps them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from connectors.contract import Credentials
from connectors.email.source import source
from connectors.landing import land_window
from connectors.registry import Channel
from connectors.windows import Window, open_window
from tests.connectors.slices import extract, load, raw
from tests.connectors.test_email import ANN, CARE, Mail, Mailbox, mail
from tests.connectors.test_windows import held, windows
from warehouse.settings import settings

BUSY, DAYS, EACH = datetime(2026, 2, 1, tzinfo=UTC), 150, 40
FOLDERS = ["INBOX", "Sent"]
CHANNEL = Channel(name="email", settings={"mailboxes": FOLDERS})


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.stop()


def arrived(seed: int) -> dict[str, list[Mail]]:
    """Mails that came in at random times, some of them on another day by the server's clock."""
    rng = random.Random(seed)

    def one(number: str) -> Mail:
        zone = timezone(timedelta(hours=rng.choice([-11, 0, 0, 13])))
        at = (BUSY + timedelta(seconds=rng.randrange(DAYS * 86_400))).astimezone(zone)
        return at, mail(0, number, ANN, CARE, f"No {number}")[1]

    return {
        folder: sorted((one(f"{folder}{n}") for n in range(EACH)), key=lambda m: m[0])
        for folder in FOLDERS
    }


def bring(there: Credentials, window: Window) -> None:
    land_window("email", open_window(CHANNEL, there, window))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_windows_in_any_order_hold_what_one_pull_holds(mailbox: Mailbox, seed: int) -> None:
    there, received = mailbox.serve(arrived(seed)), 0
    for window in windows(random.Random(seed)):
        bring(there, window)
        received += sum(account.received for account in load("email").values())
    by_windows, pulled_before = held("email"), (settings().dlt / "email_landing").exists()
    extract("email", source(there, mailboxes=FOLDERS))
    load("email")
    assert not pulled_before, "a window touched the working folder of the ordinary pull"
    assert len(by_windows["messages"]) == 2 * EACH
    assert held("email") == by_windows
    assert received >= 2 * EACH


@pytest.mark.parametrize("seed", [4, 5])
def test_a_window_holds_all_that_came_in_within_it_and_nothing_far_from_it(
    mailbox: Mailbox, seed: int
) -> None:
    mails, rng = arrived(seed), random.Random(seed)
    there, flat = mailbox.serve(mails), [each for some in mails.values() for each in some]
    # It begins and ends with a mail whose day is another one for the server.
    moved = sorted(at for at, _ in flat if at.date() != at.astimezone(UTC).date())
    begin, end = sorted(rng.sample(moved, 2))
    window = Window(begin.astimezone(UTC), end.astimezone(UTC) + timedelta(seconds=1))
    bring(there, window)
    load("email")
    found = {id_.strip("<>") for (id_,) in raw("select message_id from raw_email.messages")}

    def ids(before: datetime, after: datetime) -> set[str]:
        said = (raw_mail.decode() for at, raw_mail in flat if before <= at < after)
        return {text.split("Message-ID: <")[1].split(">")[0] for text in said}

    near = timedelta(days=3)
    assert ids(window.begin, window.end) <= found
    assert found <= ids(window.begin - near, window.end + near)
    assert 2 < len(found) < 2 * EACH

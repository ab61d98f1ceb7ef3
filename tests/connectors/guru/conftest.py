"""One Guru for all tests of the connector, emptied for each."""

from collections.abc import Iterator

import pytest

from sample.servers.guru import Team, app
from tests.connectors.guru_house import LOGIN, House, card
from tests.connectors.slices import served


@pytest.fixture(scope="module")
def serving() -> Iterator[House]:
    team = Team(LOGIN)
    api = app(team)
    with served(api) as address:
        yield House(team, api, address)


@pytest.fixture
def guru(serving: House) -> House:
    """The server's team, emptied: five cards of which two are archived, two to a page."""
    serving.team.__init__(LOGIN, page_size=2)  # type: ignore[misc]
    serving.api.user_middleware.clear()
    serving.api.middleware_stack = None
    for number in range(1, 6):
        serving.team.put(card(number, archived=number > 3))
    return serving

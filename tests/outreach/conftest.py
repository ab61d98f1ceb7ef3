"""A company without candidates yet."""

import pytest

from tests.outreach.company import Company


@pytest.fixture
def company() -> Company:
    return Company()

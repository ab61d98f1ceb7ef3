"""The span of the sample world and how big each size is."""

from dataclasses import dataclass
from datetime import UTC, datetime

AS_OF = datetime(2026, 6, 30, tzinfo=UTC)
START = datetime(2025, 5, 30, tzinfo=UTC)

# The generator counts in whole seconds since 1970 (UTC): cheap to add, exact to store.
END_S = int(AS_OF.timestamp())
START_S = int(START.timestamp())
MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Size:
    """Targets, met within a few percent. A conversation has about four messages."""

    people: int
    conversations: int
    agents: int


SIZES: dict[str, Size] = {
    "small": Size(people=300, conversations=740, agents=9),
    "medium": Size(people=2_000, conversations=7_400, agents=15),
    "large": Size(people=26_000, conversations=100_000, agents=30),
}

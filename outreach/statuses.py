"""What can become of an entry, in one set of words for all sources."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Status = Literal["open", "in_progress", "not_reached", "dismissed", "done"]
"""`not_reached`: tried, in vain, and over. `dismissed`: nothing was done, and nothing will be."""

STATUSES: tuple[Status, ...] = get_args(Status)
CLOSED = ("not_reached", "dismissed", "done")
"""Nothing more is to come."""
ACTIONS = ("phone", "email", "chat", "meeting", "letter", "other")


@dataclass(frozen=True)
class Outcome:
    """What one source says of an entry.

    Attributes:
        source: `csv`, or a target's name.
        reference: what the source calls it; what is said later of the same replaces this.
        acted_at: since when it has been so, an instant in UTC.
        remote_status: the source's own word.
    """

    source: str
    reference: str
    entry_id: str
    status: Status
    acted_at: datetime
    action: str | None = None
    acted_by: str | None = None
    remote_status: str | None = None

    @property
    def order(self) -> tuple[datetime, int, str, str, str]:
        """The greatest of those said of one reference holds, in whatever order they come."""
        said = (self.action or "", self.acted_by or "", self.remote_status or "")
        return (self.acted_at, STATUSES.index(self.status), *said)

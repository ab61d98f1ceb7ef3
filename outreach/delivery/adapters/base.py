"""What every adapter is: a way to look a message up at its target, and a way to send it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from outreach.delivery.messages import Message


@dataclass(frozen=True)
class RemoteState:
    """What a target says of something that was sent to it.

    Attributes:
        status: its own word.
        changed_at: when it last changed there.
        is_closed: it says that nothing more is to come, whatever the word.
        is_deleted: somebody took it away.
    """

    remote_id: str
    status: str
    changed_at: datetime
    is_closed: bool = False
    is_deleted: bool = False


class Adapter(ABC):
    """One target, open. What asks or sends raises `Undelivered` of the kind that fits."""

    asks_at_once: ClassVar[int] = 0
    """How many of its ids `states` takes; 0 where a target cannot be asked."""

    def find(self, message: Message) -> str | None:
        """The target's id of a message that it has already; None when it has not.

        Also None where a target cannot be asked: then it tells repeats by the message's key.
        """
        return None

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand the message over; the target's id of it."""

    def states(self, remote_ids: list[str]) -> list[RemoteState]:
        """What became of what was sent, of those ids that the target still knows."""
        return []

    def close(self) -> None:
        """Let go of connections."""
        return

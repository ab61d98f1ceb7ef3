"""What every adapter is: a way to look a message up at its target, and a way to send it."""

from abc import ABC, abstractmethod

from outreach.delivery.messages import Message


class Adapter(ABC):
    """One target, open. Both methods raise `Undelivered` of the kind that fits."""

    def find(self, message: Message) -> str | None:
        """The target's id of a message that it has already; None when it has not.

        Also None where a target cannot be asked: then it tells repeats by the message's key.
        """
        return None

    @abstractmethod
    def send(self, message: Message) -> str:
        """Hand the message over; the target's id of it."""

    def close(self) -> None:
        """Let go of connections."""
        return

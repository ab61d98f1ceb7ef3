"""Deliver what is due to one target: take some, send, acknowledge, take more.

At least once, and visibly once: what is taken is marked as under way before the first request, so
whatever happens in between, the next run knows to look it up at the target by its key. The
warehouse is open only while taking and acknowledging, never while a target is waited for.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
from filelock import FileLock, Timeout

from outreach.delivery import claims, outbox, outcomes
from outreach.delivery.adapters import open_adapter
from outreach.delivery.adapters.base import Adapter
from outreach.delivery.http import Pace
from outreach.delivery.messages import Closed, Message, Refused, Undelivered, Unsure
from outreach.delivery.outcomes import Outcome, Status
from outreach.delivery.targets import Target
from warehouse.clock import wall_now
from warehouse.credentials import Credentials
from warehouse.duck import transaction, warehouse
from warehouse.settings import settings

log = logging.getLogger(__name__)

_AT_ONCE = 20  # messages taken, sent and acknowledged together
_IN_A_ROW = 3  # unclear answers, after which a target is left alone until the next run
_PATIENCE = (
    1800.0  # seconds to wait for the warehouse: a build may hold it, and what was sent is sent
)


class DeliveryBusy(RuntimeError):
    """Another process is delivering to the same target."""


class NotDelivered(RuntimeError):
    """Something is left over; the message says how much and why."""


@dataclass
class Delivered:
    """What a run did: entries by the status they have now, and why it stopped early, if it did."""

    target: str
    as_of: datetime
    counts: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        said = ", ".join(f"{n} {status}" for status, n in sorted(self.counts.items()))
        return f"{self.target}: {said or 'nothing was due'}"

    def require(self) -> None:
        """Raises NotDelivered when anything failed, is unclear or was given up."""
        if self.problems:
            reasons = "; ".join(f"{reason} ({n}×)" for reason, n in self.problems.most_common(3))
            raise NotDelivered(
                f"{self}; {reasons}. What failed is tried again by the next run; what was given "
                f"up waits for `heedline deliver --target {self.target} --again`"
            )


def preview(target: Target, now: datetime) -> list[Message]:
    """What would be sent now, in full; changes nothing and asks the target nothing."""
    on = target.model_copy(update={"enabled": True})
    with warehouse(wait_seconds=_PATIENCE) as connection:
        connection.begin()
        try:
            outbox.enqueue(connection, on, now)
            return claims.claim(connection, on, now, most=1_000_000, done=set())
        finally:
            connection.rollback()


def queue(target: Target, now: datetime) -> Counter[str]:
    """Bring the outbox up to the newest list; entries of the target by status."""
    with changing() as connection:
        outbox.enqueue(connection, target, now)
        found = outcomes.states(connection)
    return Counter({r["status"]: r["entries"] for r in found if r["target"] == target.name})


def deliver(
    target: Target,
    credentials: Callable[[], Credentials],
    *,
    clock: Callable[[], datetime] = wall_now,
    pace: Pace | None = None,
) -> Delivered:
    """Send everything that is due to a target that is switched on; queue it for one that is not.

    Args:
        credentials: asked for only where something is to be sent.
        clock: the moments that the outbox keeps.

    Raises:
        DeliveryBusy: another process is at it.
        NoList: there is no list of the marts' as_of.
    """
    with _only_one(target):
        with changing() as connection:
            done = Delivered(target.name, outbox.enqueue(connection, target, clock()))
            is_due = target.enabled and claims.is_due(connection, target)
        if is_due:
            try:
                given = credentials() if target.connection_id else Credentials(base_url="")
                adapter = open_adapter(target, given, pace or Pace(target.per_minute))
            except (Undelivered, LookupError) as error:
                # Nothing was taken yet: what is due stays as it is.
                done.problems[str(error)] += 1
            else:
                with closing(adapter):
                    _send_all(target, adapter, given.secrets, done, clock)
    log.info("outreach: %s", done)
    return done


@contextmanager
def changing() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse for one change, all or nothing, however long a build holds it."""
    with warehouse(wait_seconds=_PATIENCE) as connection, transaction(connection):
        yield connection


@contextmanager
def _only_one(target: Target) -> Iterator[None]:
    settings().deliveries.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings().deliveries / f".{target.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DeliveryBusy(f"{target.name}: a delivery is under way; wait for it") from None
    with lock:
        yield


def _send_all(
    target: Target,
    adapter: Adapter,
    secrets: list[str],
    done: Delivered,
    clock: Callable[[], datetime],
) -> None:
    tried: set[str] = set()
    results: list[Outcome] = []
    is_open = True
    while True:
        with changing() as connection:
            done.counts += outcomes.record(connection, target, results, clock())
            messages = (
                claims.claim(connection, target, clock(), most=_AT_ONCE, done=tried)
                if is_open
                else []
            )
        if not messages:
            return
        tried |= {entry.key for message in messages for entry in message.entries}
        results, is_open = _send_some(adapter, messages, secrets)
        done.problems.update(r.problem for r in results if r.problem)


def _send_some(
    adapter: Adapter, messages: list[Message], secrets: list[str]
) -> tuple[list[Outcome], bool]:
    """One outcome per message, and whether the target takes more."""
    results: list[Outcome] = []
    unclear = 0
    for message in messages:
        if unclear >= _IN_A_ROW:
            results.append(Outcome(message, "untried"))
            continue
        try:
            results.append(_send_one(adapter, message))
            unclear = 0
        except Undelivered as error:
            problem = outcomes.told(str(error), message.rows, secrets)
            results.append(Outcome(message, _status_after(error, message), problem=problem))
            log.warning("outreach: %s: %s", message.key, problem)
            unclear = _IN_A_ROW if isinstance(error, Closed) else unclear + 1
            if isinstance(error, Refused):
                unclear = 0
    return results, unclear < _IN_A_ROW


def _send_one(adapter: Adapter, message: Message) -> Outcome:
    remote_id = adapter.find(message)
    if remote_id is not None:
        return Outcome(message, "sent", remote_id, found=True)
    if not message.rows:
        return Outcome(message, "withdrawn")
    try:
        return Outcome(message, "sent", adapter.send(message))
    except (LookupError, TypeError, ValueError) as error:
        raise Unsure(f"the answer is not what this target sends ({type(error).__name__})") from None


def _status_after(error: Undelivered, message: Message) -> Status:
    if isinstance(error, Refused):
        return "given_up"
    # What was perhaps taken in an earlier run stays so until it has been looked up.
    if isinstance(error, Unsure) or message.repeat:
        return "sending"
    return "failed"

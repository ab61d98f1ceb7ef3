"""Outcomes from the targets themselves: what became of the tasks and tickets that were sent.

Only what is not over yet is asked for, and only for `ask_days`. The warehouse is open while reading
and while keeping a batch, never while a target is waited for; what was asked and not kept because
of a kill is asked again by the next run.
"""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.delivery.adapters import open_adapter
from outreach.delivery.adapters.base import Adapter, RemoteState
from outreach.delivery.http import Pace
from outreach.delivery.messages import Refused, Undelivered, stable_key
from outreach.delivery.outcomes import told
from outreach.delivery.send import changing
from outreach.delivery.targets import Askable
from outreach.outcomes.store import entries, record
from outreach.statuses import CLOSED, Outcome
from warehouse.clock import iso, wall_now
from warehouse.credentials import Credentials

log = logging.getLogger(__name__)

_DELETED = "deleted"


class NotFetched(RuntimeError):
    """Not everything could be asked for; the message says how much and why."""


@dataclass
class Fetched:
    """What a run found out.

    Attributes:
        counts: outcomes that are `new`, `changed`, `same` or `older`.
        missing: what the target does not know (any more); nothing is concluded from that.
        unknown: its words that nobody has given a meaning, which count as open; told once.
        problems: why something could not be asked, by how many it was.
    """

    target: str
    counts: Counter[str] = field(default_factory=Counter)
    missing: int = 0
    unknown: set[str] = field(default_factory=set)
    problems: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        said = [f"{number} {word}" for word, number in sorted(self.counts.items())]
        if self.missing:
            said.append(f"{self.missing} not found there")
        text = f"{self.target}: {', '.join(said) or 'nothing to ask for'}"
        if self.unknown:
            words = ", ".join(sorted(self.unknown))
            text += f"; no meaning is known of {words}: write status_words under the target"
        return text

    def require(self) -> None:
        """Raises NotFetched when something could not be asked for."""
        if self.problems:
            reasons = "; ".join(
                f"{reason} ({n} not asked for)" for reason, n in self.problems.items()
            )
            raise NotFetched(f"{self}; {reasons}. The next run asks again")


def fetch(
    target: Askable,
    credentials: Callable[[], Credentials],
    *,
    clock: Callable[[], datetime] = wall_now,
    pace: Pace | None = None,
) -> Fetched:
    """Ask a target about all that is not over, and keep what it says.

    Args:
        credentials: asked for only where something is to be asked.
        clock: the moments that are kept; what was sent longer ago than `ask_days` is let go.

    Raises:
        NoList: there is no list yet, so nothing was sent.
    """
    done = Fetched(target.name)
    waiting, words = _waiting(target, clock())
    if waiting:
        try:
            given = credentials()
            adapter = open_adapter(target, given, pace or Pace(target.per_minute))
        except (Undelivered, LookupError) as error:
            done.problems[str(error)] += len(waiting)
        else:
            with closing(adapter):
                _ask_all(target, adapter, given.secrets, waiting, done, clock)
    done.unknown -= words
    log.info("outreach: outcomes of %s", done)
    return done


def _waiting(target: Askable, now: datetime) -> tuple[dict[str, str], set[str]]:
    """Entry ids by the target's ids of what is to be asked for; words that were told before."""
    with changing() as connection:
        keys = {stable_key(target.name, entry_id): entry_id for entry_id in entries(connection)}
        sent = connection.execute(
            f"""
            select remote_id, idempotency_key from outreach.outbox as own
            where target = $target and status = 'sent' and remote_id <> ''
                and changed_at >= $since::timestamptz and not exists (
                    select 1 from outreach.outcomes as known
                    where known.source = own.target and known.reference = own.remote_id
                        and known.status in {CLOSED}
                )
            order by remote_id
            """,
            {"target": target.name, "since": iso(now - timedelta(days=target.ask_days))},
        ).fetchall()
        words = connection.execute(
            "select distinct remote_status from outreach.outcomes where source = ?", [target.name]
        ).fetchall()
    return {remote: keys[key] for remote, key in sent if key in keys}, {word for (word,) in words}


def _ask_all(
    target: Askable,
    adapter: Adapter,
    secrets: list[str],
    waiting: dict[str, str],
    done: Fetched,
    clock: Callable[[], datetime],
) -> None:
    ids = list(waiting)
    for first in range(0, len(ids), adapter.asks_at_once):
        some = ids[first : first + adapter.asks_at_once]
        try:
            found = [state for state in _ask(adapter, some) if state.remote_id in waiting]
        except Undelivered as error:
            problem = told(str(error), [], secrets)
            log.warning("outreach: %s: %s", target.name, problem)
            if isinstance(error, Refused):
                done.problems[problem] += len(some)
                continue
            done.problems[problem] += len(ids) - first
            return
        done.missing += len(some) - len({state.remote_id for state in found})
        outcomes = [_outcome(target, state, waiting[state.remote_id], done) for state in found]
        with changing() as connection:
            # Of who was erased while the target was asked, nothing is kept.
            known = entries(connection)
            there = [outcome for outcome in outcomes if outcome.entry_id in known]
            done.counts += record(connection, there, known, clock())


def _ask(adapter: Adapter, remote_ids: list[str]) -> list[RemoteState]:
    try:
        return adapter.states(remote_ids)
    except (LookupError, TypeError, ValueError) as error:
        raise Refused(
            f"the answer is not what this target sends ({type(error).__name__})"
        ) from None


def _outcome(target: Askable, state: RemoteState, entry_id: str, done: Fetched) -> Outcome:
    status = "dismissed" if state.is_deleted else target.status_of(state.status)
    if status is None:
        done.unknown.add(state.status)
        status = "done" if state.is_closed else "open"
    return Outcome(
        source=target.name,
        reference=state.remote_id,
        entry_id=entry_id,
        status=status,
        acted_at=state.changed_at,
        remote_status=_DELETED if state.is_deleted else state.status,
    )

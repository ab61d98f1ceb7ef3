"""Service level targets worked out another way: a walk through what happened, written from
docs/metrics.md and not from the SQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.dbt_project.clock_oracle import Interval

SOLVED = ("solved", "closed")
RUNNING_IN = {
    "requester_wait": ("new", "open", "hold"),
    "agent_work": ("new", "open"),
    "resolution": ("new", "open", "pending", "hold"),
}


@dataclass(frozen=True)
class History:
    """One conversation: (instant, customer or agent) and (instant, status), each in order."""

    opened_at: datetime
    said: list[tuple[datetime, str]]
    statuses: list[tuple[datetime, str]]

    def stays(self) -> list[tuple[str, datetime, datetime | None]]:
        """(status, from, to); the last one lasts."""
        turns = [(self.opened_at, "new")]
        for at, status in self.statuses:
            if status != turns[-1][1]:
                turns.append((at, status))
        ends: list[datetime | None] = [at for at, _ in turns[1:]]
        return [(status, at, end) for (at, status), end in zip(turns, [*ends, None], strict=True)]


@dataclass(frozen=True)
class Target:
    """What is promised, where its clock runs, and when it was fulfilled."""

    metric: str
    number: int
    running: list[tuple[datetime, datetime | None]]
    stopped_at: datetime | None
    by_solve: bool = False


def targets(history: History) -> Iterator[Target]:
    """Every target that a history may have."""
    yield from _owed(history)
    stays = history.stays()
    is_solved = stays[-1][0] in SOLVED
    solved_at = [
        at
        for (status, at, _), (before, _, _) in zip(stays[1:], stays, strict=False)
        if status in SOLVED and before not in SOLVED
    ]
    for metric, statuses in RUNNING_IN.items():
        running = [(at, end) for status, at, end in stays if status in statuses]
        if running:
            yield Target(metric, 1, running, solved_at[-1] if is_solved else None)


def _owed(history: History) -> Iterator[Target]:
    """Questions until an answer or the solving, agents' messages until the next while unsolved."""
    moments = [(at, 2 if who == "agent" else 3, who) for at, who in history.said]
    before = "new"
    for status, at, _ in history.stays()[1:]:
        if status in SOLVED and before not in SOLVED:
            moments.append((at, 4, "solve"))
        elif status not in SOLVED and before in SOLVED:
            moments.append((at, 1, "reopen"))
        before = status
    asked: datetime | None = None
    updated: datetime | None = None
    questions, updates, solved = 0, 0, False

    def answered(at: datetime, by: str) -> Iterator[Target]:
        nonlocal asked, updated
        if asked is not None:
            metric = "first_response" if questions == 1 else "next_response"
            yield Target(metric, questions, [(asked, at)], at, by == "solve")
        if updated is not None and at > updated:
            yield Target("periodic_update", 0, [(updated, at)], at, by == "solve")
        asked, updated = None, None

    for at, _, what in sorted(moments):
        if what == "customer" and asked is None:
            asked, questions = at, questions + 1
        elif what in ("agent", "solve"):
            for target in answered(at, what):
                if target.metric == "periodic_update":
                    updates += 1
                    target = Target("periodic_update", updates, target.running, at, target.by_solve)
                yield target
            if what == "solve":
                solved = True
            elif not solved:
                updated = at
        elif what == "reopen":
            solved = False
    if asked is not None:
        metric = "first_response" if questions == 1 else "next_response"
        yield Target(metric, questions, [(asked, None)], None)
    if updated is not None:
        yield Target("periodic_update", updates + 1, [(updated, None)], None)


@dataclass(frozen=True)
class Verdict:
    """What became of a target at `as_of`."""

    state: str
    elapsed_minutes: float
    due_at: datetime | None
    breached_at: datetime | None


def judge(
    target: Target, minutes: float, as_of: datetime, working: list[Interval] | None
) -> Verdict:
    """Walk along the clock: the calendar (`working` is None) or disjoint working intervals."""
    left = timedelta(minutes=minutes)
    ran = timedelta()
    due_at: datetime | None = None
    for start, end in target.running:
        for opens, closes in _open(start, end or as_of, working):
            ran += closes - opens
            if due_at is None and left <= closes - opens:
                due_at = opens + left
            left -= closes - opens
    start, end = target.running[-1]
    if due_at is None and (end is None or target.stopped_at is not None):
        # Not used up: when it would have been, had its last stretch gone on.
        whole = timedelta(minutes=minutes) - (ran - _length(start, end or as_of, working))
        for opens, closes in _open(start, start + timedelta(days=400), working):
            if whole <= closes - opens:
                due_at = opens + whole
                break
            whole -= closes - opens
    elapsed = ran / timedelta(minutes=1)
    breached = elapsed > minutes
    undecided = "running" if end is None else "paused"
    state = "breached" if breached else "met" if target.stopped_at is not None else undecided
    return Verdict(state, elapsed, due_at, due_at if breached else None)


def _open(start: datetime, end: datetime, working: list[Interval] | None) -> Iterator[Interval]:
    if working is None:
        yield (start, end)
        return
    for opens, closes in working:
        if opens < end and closes > start:
            yield (max(opens, start), min(closes, end))


def _length(start: datetime, end: datetime, working: list[Interval] | None) -> timedelta:
    return sum((closes - opens for opens, closes in _open(start, end, working)), timedelta())

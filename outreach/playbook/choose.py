"""Which play fits a customer: the first of the playbook whose pattern their reasons show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.playbook.book import Channel, Play, Playbook


@dataclass(frozen=True)
class Reason:
    """Why a customer is on the list; `words` with what was seen."""

    feature: str
    contribution: float
    words: str


@dataclass(frozen=True)
class Case:
    """What the choice knows of a customer.

    Attributes:
        reasons: largest contribution first.
        values: of features that the playbook names; None is unknown. A model may learn something
            from not knowing; that is no reason to act.
        reachable: ways to reach them.
    """

    band: str | None
    reasons: Sequence[Reason]
    values: Mapping[str, float | None]
    reachable: frozenset[Channel]


@dataclass(frozen=True)
class Chosen:
    """A play, by which way, and why, in words. `channel` is None where there is no way at all."""

    play: Play
    channel: Channel | None
    why: str


def choose(book: Playbook, list_: str, case: Case) -> Chosen:
    """The first play that fits and whose channels the customer can be reached by."""
    unreachable: list[str] = []
    for play in book.plays:
        grounds = _grounds(play, list_, case)
        if grounds is None:
            continue
        if channel := _channel(play, case):
            return Chosen(play, channel, "; ".join([*grounds, *unreachable]))
        unreachable.append(f"{play.name} fits, too, but needs {' or '.join(play.channels)}")
    why = case.reasons[0].words if case.reasons else "on the list"
    said = [f"no play of its own for: {why}", *unreachable]
    return Chosen(book.default, _channel(book.default, case), "; ".join(said))


def _channel(play: Play, case: Case) -> Channel | None:
    return next((channel for channel in play.channels if channel in case.reachable), None)


def _grounds(play: Play, list_: str, case: Case) -> list[str] | None:
    """The words of the reasons that the play looks for; None where it does not fit.

    A reason counts when it speaks for the list (its contribution is above 0 and at least the
    play's), is among the play's `top` largest, and its feature's value is known.
    """
    if list_ not in play.lists or (play.bands and case.band not in play.bands):
        return None
    if not all(limits.hold(case.values.get(name)) for name, limits in play.values.items()):
        return None
    seen = {
        reason.feature: reason.words
        for reason in reversed(case.reasons[: play.top])
        if reason.contribution > 0
        and reason.contribution >= play.contribution
        and case.values.get(reason.feature, 0) is not None
    }
    one = next((feature for feature in play.any if feature in seen), None)
    if (play.any and one is None) or not set(play.all) <= seen.keys():
        return None
    named = [*play.all, *([one] if one and one not in play.all else [])]
    grounds = [seen[feature] for feature in named]
    limited = [f"{name} is {case.values[name]:g}" for name in play.values]
    return grounds or limited or [reason.words for reason in case.reasons[:1]] or ["on the list"]

"""What happened to cards, by whole days; each event under a key that stays.

Guru filters by date and both ends are inclusive, so a stretch of whole days is asked for and what
lies outside is dropped here. Where events carry no id, equal ones of a day are numbered: reading
the day again gives the same keys.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from connectors.contract import SourceError, first_problem
from connectors.guru.paging import API, NAME, NEXT_RUN, Row, listed, one
from connectors.http import Http
from connectors.seen import Seen, digest
from warehouse.clock import BadTimestamp, parse_as_of, wall_now

PATH = "teams/{team}/analytics"


class Meaning(BaseModel):
    """What an event type is in the help centre's terms, declared in `channels.yml`.

    Attributes:
        means: view, vote or search; `query`, `results`: the properties that hold a search's words
            and how many cards it found.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    means: Literal["view", "helpful", "not_helpful", "search"]
    query: str | None = None
    results: str | None = None


def read_meanings(declared: dict[str, Any]) -> dict[str, Meaning]:
    """The declared event types. Raises SourceError: a declaration that cannot be followed."""
    read = {}
    for event_type, spec in declared.items():
        try:
            read[event_type] = Meaning.model_validate(spec)
        except ValidationError as error:
            _, problem = first_problem(error)
            where = "channels.yml: guru.settings.events"
            remedy = "correct it; connectors/guru/README.md explains each key"
            raise SourceError(NAME, where, f"{event_type}: {problem}", remedy) from None
    return read


class Events:
    """The team's analytics events."""

    def __init__(self, http: Http, meanings: dict[str, Meaning], own_domains: frozenset[str]):
        self._http, self._meanings, self._own = http, meanings, own_domains

    def since(
        self, state: Row, start: date, lookback: timedelta, window: timedelta
    ) -> Iterator[list[Row]]:
        """New events; the last days are read again, for they are not over or came late."""
        seen, path = Seen(state), PATH.format(team=self._team())
        tomorrow = wall_now().date() + timedelta(days=1)
        day = start
        if reached := state.get("read_until"):
            day = max(start, date.fromisoformat(reached) - lookback)
        while day < tomorrow:
            until = min(day + window, tomorrow)
            yield from self._days(path, day, until, seen)
            day = until
        state["read_until"] = tomorrow.isoformat()
        seen.forget_before((tomorrow - lookback).isoformat())

    def _team(self) -> str:
        team = one(self._http, "whoami").get("team")
        if not isinstance(team, dict) or not isinstance(team.get("id"), str):
            remedy = "sign in with a user token, not a collection's"
            raise SourceError(NAME, f"{API}/whoami", "names no team", remedy)
        return str(team["id"])

    def _days(self, path: str, first: date, until: date, seen: Seen) -> Iterator[list[Row]]:
        params = {"fromDate": f"{first}T00:00:00+00:00", "toDate": f"{until}T00:00:00+00:00"}
        equal: Counter[str] = Counter()
        for page in listed(self._http, "GET", path, params=params):
            rows = []
            for event in page:
                day = _day(path, event)
                if first <= day < until:
                    rows.append({**self._declared(event, equal), "_day": day.isoformat()})
            if fresh := seen.fresh(rows, "event_key", "_day"):
                yield [{k: v for k, v in row.items() if k != "_day"} for row in fresh]

    def _declared(self, event: Row, equal: Counter[str]) -> Row:
        """The event with its key, what its type means, and whether one of our own did it."""
        key = event.get("id")
        if not isinstance(key, str) or not key:
            mark = digest(event)
            equal[mark] += 1
            key = f"{mark}-{equal[mark]}"
        properties = event.get("properties")
        told = properties if isinstance(properties, dict) else {}
        meaning = self._meanings.get(str(event.get("eventType")))
        results = told.get(meaning.results) if meaning and meaning.results else None
        user = event.get("user")
        user = user.strip().lower() if isinstance(user, str) else None
        return {
            # `user` is a word of SQL.
            **{name: value for name, value in event.items() if name != "user"},
            "user_email": user,
            "event_key": key,
            "declared_event_type": meaning.means if meaning else None,
            "declared_query": _text(told.get(meaning.query or "")) if meaning else None,
            "declared_results_count": results if isinstance(results, int) else None,
            "declared_own": bool(user) and str(user).rpartition("@")[2] in self._own,
        }


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _day(path: str, event: Row) -> date:
    """The UTC day of an event; a date without a time is that day."""
    try:
        moment: datetime = parse_as_of(str(event.get("eventDate")))
    except BadTimestamp:
        where = f"{API}/{path}"
        raise SourceError(NAME, where, "an event whose eventDate is no time", NEXT_RUN) from None
    return moment.astimezone(UTC).date()

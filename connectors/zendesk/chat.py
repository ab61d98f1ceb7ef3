"""Zendesk Chat: chats and offline messages, each again whenever it changed, and its agents.

An API of its own under the account's address, with a token of its own: Support's tokens mean
nothing to it. The export goes on from the last row of a page (time and id), and fewer rows than
were asked for end it. It refuses to begin less than five minutes ago, so every run begins some
minutes before the last one ended: what comes again unchanged does not land again.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from connectors.contract import Credentials, SourceError
from connectors.counts import vendor_count
from connectors.http import Http, Refused
from connectors.paginators import TimeAndId
from connectors.seen import Seen
from connectors.zendesk.exports import Row
from warehouse.clock import iso, parse_as_of, wall_now

PLACE = "api/v2/chat"
LOOKBACK = 600  # seconds; the export takes no beginning in the last 300
AGENTS = 100
_INDEXED = 10  # minutes after which search surely knows a chat


def signed_in(source: str, credentials: Credentials) -> Http:
    """The account's Chat API.

    Raises:
        SourceError: the connection has no token for it.
    """
    token = str(credentials.extra.get("chat_token") or "")
    if not token:
        remedy = f'put {{"chat_token": "…"}} into the extra of heedline_{source}'
        raise SourceError(source, "connection", "product chat needs a token of its own", remedy)
    return Http(source, credentials.base_url, auth=BearerTokenAuth(token))


def chats(http: Http, state: Row, start: int, page_size: int) -> Iterator[list[Row]]:
    """Chats and offline messages changed since the last run, deleted ones too."""
    seen = Seen(state)
    end = int(state.get("until", start))
    begin = max(start, end - LOOKBACK)
    asked = {"start_time": begin, "limit": page_size, "fields": "chats(*)"}
    path = f"{PLACE}/incremental/chats"
    for rows, answer in http.pages(path, "chats", params=asked, paginator=TimeAndId()):
        end = max(end, int(answer.get("end_time") or end))
        if fresh := seen.fresh(({**row, "_at": changed_at(row)} for row in rows), "id", "_at"):
            yield [{name: v for name, v in row.items() if name != "_at"} for row in fresh]
    state["until"] = end
    seen.forget_before(end - LOOKBACK)


def count_chats(http: Http, state: Row, start: int) -> None:
    """Keep how many chats search finds. An estimate: what it counts is nowhere promised."""
    since = iso(datetime.fromtimestamp(start, UTC))
    until = iso(wall_now() - timedelta(minutes=_INDEXED))
    try:
        answer = http.get(f"{PLACE}/chats/search", params={"q": f"timestamp:[{since} TO {until}]"})
    except Refused as refusal:
        if refusal.status != 403:
            raise
        return
    number = answer.get("count") if isinstance(answer, dict) else None
    if not isinstance(number, int):
        remedy = "nothing was kept; the next run asks again"
        raise SourceError("zendesk", f"/{PLACE}/chats/search", "answer is no count", remedy)
    state["vendor_count"] = vendor_count(number, exact=False, since=since, until=until)


def agents(http: Http, state: Row) -> Iterator[list[Row]]:
    """Chat's agents: a short list, always read whole; what has not changed does not land again."""
    seen, last = Seen(state), 0
    while True:
        rows = http.get(f"{PLACE}/agents", params={"limit": AGENTS, "since_id": last})
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            remedy = "nothing was kept; the next run asks again"
            raise SourceError("zendesk", f"/{PLACE}/agents", "answer is no list", remedy)
        if fresh := seen.fresh(rows, "id", "id"):
            yield fresh
        highest = max((int(row["id"]) for row in rows), default=last)
        if len(rows) < AGENTS or highest <= last:
            return
        last = highest


def changed_at(row: Row) -> int:
    """When a chat last changed, in seconds; 0 where that is no time, for the gate to judge."""
    try:
        return int(parse_as_of(str(row.get("update_timestamp"))).timestamp())
    except ValueError:
        return 0

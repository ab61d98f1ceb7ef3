"""A Guru team that starts empty: cards, archived ones, and analytics events, as its API tells them.

Fernhill does not use Guru, so nothing starts this server but tests; they fill it. Lists come as
bare JSON lists with the next page's token in a `Link` header, an empty one as 204.
"""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Request, Response

from sample.servers.logins import Login

Row = dict[str, Any]
API = "/api/v1"
TEAM = "7d0c7b5e-team"
SORTS = {"dateCreated", "lastModified", "verificationState", "title"}


def answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Response:
    content = None if body is None else json.dumps(body)
    return Response(content, status, headers, "application/json")


def instant(text: str) -> datetime:
    """A time, or midnight UTC of a date."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Team:
    """What the team has.

    Attributes:
        cards: by id; `archived` says in which list.
        events: of the analytics, in any order.
        page_size: rows a page.
        asked: method and path of every request.
    """

    def __init__(self, login: Login, page_size: int = 50) -> None:
        self.login, self.page_size = login, page_size
        self.cards: dict[str, Row] = {}
        self.events: list[Row] = []
        self.asked: list[str] = []
        self._waiting: dict[str, tuple[str, list[Row]]] = {}

    def put(self, card: Row) -> None:
        """Make or change a card."""
        held = self.cards.get(card["id"], {"archived": False})
        self.cards[card["id"]] = {**held, **card}

    def page(self, request: Request, rows: list[Row] | None = None) -> Response:
        """The first page of `rows`, or the page that the request's token stands for."""
        here = f"{request.method} {request.url.path}"
        if token := request.query_params.get("token"):
            where, rows = self._waiting.get(token, ("", None))
            if rows is None or where != here:
                return answer(400, {"description": "Invalid token"})
        if not rows:
            return answer(204)
        rest, headers = rows[self.page_size :], {}
        if rest:
            token = f"t{len(self._waiting)}"
            self._waiting[token] = here, rest
            address = f"{request.url.replace(query='')}?token={token}"
            # With the blanks that the vendor's documentation shows.
            headers["Link"] = f'< {address} >; rel="next-page"'
        return answer(200, rows[: self.page_size], headers)

    def happened(self, query: Any) -> list[Row]:
        """Events within the dates, both ends included."""
        since = instant(query["fromDate"])
        until = instant(query["toDate"])
        return [row for row in self.events if since <= instant(row["eventDate"]) <= until]


def _found(team: Team, asked: Any) -> list[Row] | None:
    """The cards of a search; None for a search that Guru refuses."""
    sorts = asked.get("sorts") or [] if isinstance(asked, dict) else None
    if sorts is None or any(sort.get("type") not in SORTS for sort in sorts):
        return None
    archived = asked.get("queryType") == "archived"
    cards = [card for card in team.cards.values() if card["archived"] is archived]
    for sort in sorts:
        cards.sort(key=lambda card: str(card.get(sort["type"])), reverse=sort.get("dir") == "DESC")
    return cards


def app(team: Team) -> FastAPI:
    """The API over a team; anything but its login is refused."""
    api = FastAPI(openapi_url=None)
    secret = b64encode(f"{team.login.user}:{team.login.secret}".encode()).decode()

    def refusal(request: Request) -> Response | None:
        team.asked.append(f"{request.method} {request.url.path}")
        if request.headers.get("Authorization") == f"Basic {secret}":
            return None
        return answer(401, {"description": "Not authenticated"})

    @api.get(f"{API}/whoami")
    def whoami(request: Request) -> Response:
        return refusal(request) or answer(
            200, {"user": {"email": team.login.user}, "team": {"id": TEAM}}
        )

    @api.post(f"{API}/search/cardmgr")
    async def search(request: Request) -> Response:
        if refused := refusal(request):
            return refused
        body = await request.body()
        if (cards := _found(team, json.loads(body or b"null"))) is None:
            return answer(400, {"description": "Invalid query"})
        return team.page(request, cards)

    @api.get(API + "/cards/{card_id}")
    def card(card_id: str, request: Request) -> Response:
        if refused := refusal(request):
            return refused
        found = team.cards.get(card_id)
        return answer(200, found) if found else answer(404, {"description": "No such card"})

    @api.get(API + "/teams/{team_id}/analytics")
    def analytics(team_id: str, request: Request) -> Response:
        if refused := refusal(request):
            return refused
        if team_id != TEAM:
            return answer(404, {"description": "No such team"})
        if request.query_params.get("token"):
            return team.page(request)
        return team.page(request, team.happened(request.query_params))

    return api

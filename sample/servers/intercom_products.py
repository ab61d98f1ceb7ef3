"""What Intercom has beside conversations: companies (by list and by scroll), articles.

A small store that tests fill. The sample company has none of it, so its numbers stay as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from fastapi import FastAPI, Request, Response

from sample.servers.world import Row

LISTED = 10_000  # companies that a list gives at most
UNUSED = 60  # seconds after which a scroll is forgotten
Answer = Callable[[Request, Callable[[], Row]], Response]


@dataclass
class Scroll:
    """The one open scroll: its parameter, how far it came, when it was last used."""

    param: str
    first: int
    used_at: float


@dataclass
class Products:
    """The store, as `app.state.products`.

    Attributes:
        companies: `listed` of them have people and are counted; all, when None.
        articles: in any order; listed by their latest change.
        scroll: the open one.
        patient: False: a new scroll takes an open one's place, as if a minute had gone by.
        per_scroll: companies of a page.
        per_page: articles of a page, at most.
    """

    companies: list[Row] = field(default_factory=list)
    articles: list[Row] = field(default_factory=list)
    scroll: Scroll | None = None
    patient: bool = True
    listed: int | None = None
    per_scroll: int = 100
    per_page: int = 250


def add(
    server: FastAPI,
    answer: Answer,
    refusal: Callable[[int, str, str], Exception],
    clock: Callable[[], float],
) -> None:
    """The endpoints; `answer` checks the token and the budget."""
    products = server.state.products = Products()

    def opened() -> Scroll:
        scroll, now = products.scroll, clock()
        if scroll and products.patient and now - scroll.used_at < UNUSED:
            words = "scroll already exists for this workspace"
            raise refusal(400, "scroll_exists", words)
        products.scroll = Scroll(str(uuid4()), 0, now)
        return products.scroll

    def known(param: str) -> Scroll:
        scroll = products.scroll
        if not scroll or scroll.param != param or clock() - scroll.used_at >= UNUSED:
            raise refusal(404, "not_found", "scroll parameter not found")
        return scroll

    @server.get("/companies/scroll")
    async def scrolled(request: Request, scroll_param: str = "") -> Response:
        def make() -> Row:
            scroll = known(scroll_param) if scroll_param else opened()
            page = products.companies[scroll.first : scroll.first + products.per_scroll]
            scroll.first, scroll.used_at = scroll.first + len(page), clock()
            if not page:
                products.scroll = None
            told = {"type": "list", "data": page, "pages": None, "total_count": None}
            return {**told, "scroll_param": scroll.param}

        return answer(request, make)

    @server.post("/companies/list")
    async def companies(request: Request, per_page: int = 15, page: int = 1) -> Response:
        def make() -> Row:
            if page * per_page > LISTED:
                raise refusal(400, "page_limit_exceeded", "page limit reached, please use scroll")
            count = len(products.companies) if products.listed is None else products.listed
            some = products.companies[:count][(page - 1) * per_page : page * per_page]
            return {"type": "list", "data": some, "pages": None, "total_count": count}

        return answer(request, make)

    @server.get("/articles")
    async def articles(
        request: Request, per_page: int = 25, starting_after: str | None = None
    ) -> Response:
        def make() -> Row:
            rows = sorted(products.articles, key=lambda r: (-r["updated_at"], r["id"]))
            size = min(per_page, products.per_page)
            first = int(starting_after or 0)
            pages: Row = {"type": "pages", "page": first // size + 1, "per_page": size}
            pages["total_pages"] = -(-len(rows) // size)
            if first + size < len(rows):
                pages["next"] = {"per_page": size, "starting_after": str(first + size)}
            page = rows[first : first + size]
            return {"type": "list", "data": page, "total_count": len(rows), "pages": pages}

        return answer(request, make)

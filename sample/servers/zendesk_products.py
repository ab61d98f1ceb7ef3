"""What Zendesk has beside tickets: newer satisfaction surveys. A small store that tests fill.

The sample company has none of it, so its numbers do not depend on this.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import FastAPI, Query, Response

from sample.servers.world import Row

Size = Annotated[int, Query(alias="page[size]")]
After = Annotated[str | None, Query(alias="page[after]")]


@dataclass
class Products:
    """The store, as `app.state.products`.

    Attributes:
        audits: by ticket id, oldest first.
        survey_responses: by id.
    """

    audits: dict[int, list[Row]] = field(default_factory=dict)
    survey_responses: dict[str, Row] = field(default_factory=dict)


def add(
    server: FastAPI,
    page: Callable[[str, list[Row], int, str | None], Response],
    answer: Callable[..., Response],
) -> None:
    """The endpoints; `page` gives a page of a list, `answer` anything else, as the server does."""
    products = server.state.products = Products()

    @server.get("/api/v2/tickets/{ticket}/audits.json")
    async def audits(ticket: int, size: Size = 100, after: After = None) -> Response:
        return page("audits", products.audits.get(ticket, []), size, after)

    @server.get("/api/v2/guide/{locale}/survey_responses/{id_}")
    async def survey_response(locale: str, id_: str) -> Response:
        found = products.survey_responses.get(id_)
        if found is None:
            return answer({"errors": [{"code": "NotFound", "title": "Not found"}]}, 404)
        return answer({"survey_response": found})

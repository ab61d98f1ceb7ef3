"""Shopify's page chain, and what its answers say beside the rows."""

import logging
from email.utils import parsedate_to_datetime
from typing import Any

from dlt.sources.helpers.rest_client.paginators import HeaderLinkPaginator
from requests import Response

from warehouse.clock import iso

log = logging.getLogger(__name__)


class NextLink(HeaderLinkPaginator):
    """The `next` of the Link header, which holds all that may be asked together with `page_info`.

    Attributes:
        began: the vendor's clock at the first answer (ISO 8601, UTC); None when it told none.

    Raises:
        ValueError: a page that was read already comes again; the list would never end.
    """

    def __init__(self, version: str) -> None:
        """`version`: the version of the API that was asked for."""
        super().__init__()
        self.began: str | None = None
        self._version, self._answered = version, False
        self._followed: set[str] = set()

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        if not self._answered:
            self._answered = True
            self._note(response)
        super().update_state(response, data)
        following = response.links.get("next", {}).get("url")
        if following in self._followed:
            raise ValueError("the chain of pages leads back")
        if following:
            self._followed.add(following)

    def _note(self, response: Response) -> None:
        try:
            self.began = iso(parsedate_to_datetime(response.headers.get("Date", "")))
        except ValueError:
            self.began = None
        headers, path = response.headers, response.url.partition("?")[0]
        if (served := headers.get("X-Shopify-API-Version", self._version)) != self._version:
            log.warning(
                "shopify: %s: version %s of the API is not served any more, %s answered; "
                "set api_version in channels.yml",
                *(path, self._version, served),
            )
        if reason := headers.get("X-Shopify-API-Deprecated-Reason"):
            log.warning("shopify: %s: what we ask is deprecated: %s", path, reason)

"""What the sample Intercom is filled with beside conversations."""

from typing import Any

from fastapi import FastAPI

from tests.connectors.slices import Row

MAY = 1_777_600_000
SETTINGS: dict[str, Any] = {"products": ["companies", "articles"]}


def company(number: int, **changes: Any) -> Row:
    return {
        "type": "company",
        "id": f"co{number}",
        "company_id": f"C-{number}",
        "name": f"Company {number}",
        "website": f"https://www.company{number}.example/about",
        "remote_created_at": None,
        "created_at": MAY,
        "updated_at": MAY + number,
        "user_count": 2,
        "plan": {},
        "custom_attributes": {},
        "tags": {"type": "tag.list", "tags": []},
    } | changes


def article(number: int, **changes: Any) -> Row:
    return {
        "type": "article",
        "id": str(30 + number),
        "title": f"Article {number}",
        "body": "<p>how</p>",
        "state": "published",
        "url": f"https://help.example/en/articles/{30 + number}",
        "default_locale": "en",
        "created_at": MAY,
        "updated_at": MAY + number,
        "parent_ids": [],
    } | changes


def fill(api: FastAPI) -> None:
    """Five companies and five articles, two a page."""
    products = api.state.products
    products.companies += [company(n) for n in range(1, 6)]
    products.articles += [article(n) for n in range(1, 6)]
    products.per_scroll = products.per_page = 2

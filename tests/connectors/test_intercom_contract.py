"""Intercom's description of its API (2.15) allows all that we ask, and knows what we read."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

from connectors.contract import resources
from connectors.http import Http, Policy, Refused
from connectors.intercom.articles import NextPage
from connectors.intercom.companies import PATH
from connectors.intercom.source import VERSION, changed, count_found, detail
from connectors.intercom.whole import counted
from tests.connectors.prism import SPECS, prism

SPEC = "intercom/openapi-2.15.yaml"
SCHEMAS = {
    "conversations": "conversation",
    "contacts": "contact",
    "admins": "admin",
    "teams": "team",
    "companies": "company",
    "articles": "article_list_item",
}
OURS = {"conversations": {"missing_parts"}, "companies": {"is_gone"}, "articles": {"is_gone"}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prism(SPEC, tmp_path_factory.mktemp("intercom")) as served:
        yield served


def signed_in(address: str, **more: Any) -> Http:
    headers = {"Intercom-Version": VERSION}
    policy = Policy(attempts=1)
    return Http("intercom", address, headers=headers, policy=policy, **more)


@pytest.fixture
def http(address: str) -> Http:
    return signed_in(address, auth=BearerTokenAuth("any"))


@pytest.mark.parametrize(
    ("path", "key"), [("conversations/search", "conversations"), ("contacts/search", "data")]
)
def test_searches_are_asked_as_described(http: Http, path: str, key: str) -> None:
    state: dict[str, Any] = {}
    # Its example of contacts is an empty page; that of conversations names a next one for ever.
    assert isinstance(next(changed(http, path, key, {}, 0, 0), []), list)
    count_found(http, path, state, 0)
    assert state["vendor_count"]["count"] >= 0


def test_conversation_is_asked_for_as_described(http: Http) -> None:
    found = detail(http, "1")
    assert found is not None
    assert found["missing_parts"] == 0


@pytest.mark.parametrize("name", ["admins", "teams"])
def test_plain_lists_are_asked_for_as_described(http: Http, name: str) -> None:
    assert [page for page, _ in http.pages(name, name)]


def test_companies_are_scrolled_and_counted_as_described(http: Http) -> None:
    first = http.get(PATH)
    assert http.get(PATH, params={"scroll_param": first["scroll_param"]})["data"]
    answer = http.get("companies/list", method="POST", params={"per_page": 1})
    assert counted(answer, "companies/list") > 0


def test_articles_are_asked_for_as_described(http: Http) -> None:
    asked = {"per_page": 100}
    ((rows, answer),) = http.pages("articles", "data", params=asked, paginator=NextPage())
    assert rows
    assert counted(answer, "articles") == len(rows)


def test_description_judges(address: str, http: Http) -> None:
    """Not all: any query of a search passes it."""
    with pytest.raises(Refused, match="HTTP 4"):
        http.get("companies/list", method="POST", params={"per_page": "all"})
    with pytest.raises(Refused, match="HTTP 401"):
        signed_in(address).get("admins")


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_are_described(name: str) -> None:
    if not (SPECS / SPEC).exists():
        pytest.skip("needs the vendor's spec")
    described = yaml.safe_load((SPECS / SPEC).read_text())["components"]["schemas"]
    schema = described[SCHEMAS[name]]
    known = {*schema["properties"], *OURS.get(name, ())}
    assert set(resources("intercom")[name].columns) <= known

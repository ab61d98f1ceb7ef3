"""The sample X speaks as API v2 does."""

from datetime import timedelta

import httpx
import pytest
from fastapi.testclient import TestClient

from sample.servers.x import TOKEN, Store, app

HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> Store:
    found = Store()
    found.user("900", "FernhillHelp", "Fernhill")
    found.user("101", "ann", "Ann Lee")
    return found


@pytest.fixture
def client(store: Store) -> TestClient:
    return TestClient(app(store), headers={"Authorization": f"Bearer {TOKEN}"})


def search(client: TestClient, **params: str) -> httpx.Response:
    return client.get("/2/tweets/search/recent", params={"query": "@FernhillHelp", **params})


def test_an_empty_page_has_no_data(client: TestClient) -> None:
    assert search(client).json() == {"meta": {"result_count": 0}}


def test_fields_and_authors_come_only_when_asked_for(store: Store, client: TestClient) -> None:
    id_ = store.put("101", "@FernhillHelp hi", store.now - HOUR)
    plain = search(client).json()
    assert plain["data"] == [
        {"id": id_, "text": "@FernhillHelp hi", "edit_history_tweet_ids": [id_]}
    ]
    whole = search(client, expansions="author_id", **{"tweet.fields": "author_id"}).json()
    assert whole["data"][0]["author_id"] == "101"
    assert whole["includes"]["users"][0]["username"] == "ann"


def test_search_refuses_ids_beyond_seven_days(store: Store, client: TestClient) -> None:
    old = store.put("101", "@FernhillHelp hi", store.now - timedelta(days=8))
    refused = search(client, since_id=old)
    assert (refused.status_code, refused.json()["title"]) == (400, "Invalid Request")
    assert search(client).json()["meta"]["result_count"] == 0
    listed = client.get("/2/users/900/mentions", params={"max_results": 5}).json()
    assert [post["id"] for post in listed["data"]] == [old]


def test_a_lookup_names_what_is_gone_and_what_is_hidden(store: Store, client: TestClient) -> None:
    kept = store.put("101", "one", store.now)
    gone = store.put("101", "two", store.now)
    hidden = store.put(store.user("102", "ben", "Ben"), "three", store.now)
    store.deleted, store.protected = {gone}, {"102"}
    answer = client.get("/2/tweets", params={"ids": f"{kept},{gone},{hidden}"}).json()
    assert [post["id"] for post in answer["data"]] == [kept]
    assert {error["value"]: error["title"] for error in answer["errors"]} == {
        gone: "Not Found Error",
        hidden: "Authorization Error",
    }


def test_refusals_are_those_of_x(store: Store, client: TestClient) -> None:
    assert search(client, max_results="9").status_code == 400
    store.left_in_window = 0
    limited = search(client)
    assert limited.status_code == 429
    assert limited.headers["x-rate-limit-reset"].isdigit()
    del client.headers["Authorization"]
    assert search(client).status_code == 401

"""Superset's API as tests use it."""

import re
from typing import Any

import httpx

_OPERATORS = {"days_ago": "<"}


def add_user(admin: httpx.Client, name: str, password: str, roles: list[str]) -> None:
    found = admin.get("/api/v1/security/roles/?q=(page_size:100)").json()["result"]
    ids_of = {role["name"]: role["id"] for role in found}
    body = {
        "username": name,
        "first_name": name,
        "last_name": "Test",
        "email": f"{name}@heedline.invalid",
        "password": password,
        "active": True,
        "roles": [ids_of[role] for role in roles],
    }
    admin.post("/api/v1/security/users/", json=body).raise_for_status()


def may_write(client: httpx.Client) -> None:
    """Take the token without which nothing is changed, whoever asks."""
    own = client.headers.pop("Authorization")
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login/").text)
    assert found
    client.headers["Authorization"] = own
    client.headers.update({"X-CSRFToken": found[1], "Referer": str(client.base_url)})


def ids(client: httpx.Client, kind: str) -> dict[str, int]:
    """Superset's own ids of the charts or datasets that this user may see, by UUID."""
    answer = client.get(f"/api/v1/{kind}/?q=(columns:!(id,uuid),page_size:500)")
    answer.raise_for_status()
    return {str(entry["uuid"]): entry["id"] for entry in answer.json()["result"]}


def chart_data(client: httpx.Client, number: int) -> httpx.Response:
    """What a chart's saved query answers."""
    return client.get(f"/api/v1/chart/{number}/data/")


def data_of(
    client: httpx.Client,
    dataset_id: int,
    metrics: list[str],
    by: tuple[str, ...] = (),
    **where: Any,
) -> httpx.Response:
    """A query as the explorer sends it; `days_ago=28` is its first 28 days."""
    query = {
        "metrics": metrics,
        "columns": list(by),
        "filters": [
            {"col": name, "op": _OPERATORS.get(name, "=="), "val": value}
            for name, value in where.items()
        ],
        "orderby": [],
        "row_limit": 1000,
    }
    body = {"datasource": {"id": dataset_id, "type": "table"}, "queries": [query]}
    return client.post("/api/v1/chart/data", json=body)


def ask(
    client: httpx.Client,
    dataset: dict[str, Any],
    metrics: list[str],
    by: tuple[str, ...] = (),
    **where: Any,
) -> list[dict[str, Any]]:
    """Rows of a dataset of the bundle."""
    answer = data_of(client, ids(client, "dataset")[dataset["uuid"]], metrics, by, **where)
    assert answer.status_code == 200, answer.text[:2000]
    rows: list[dict[str, Any]] = answer.json()["result"][0]["data"]
    return rows

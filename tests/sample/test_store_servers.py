"""The sample App Store and Google Play speak as the real ones do."""

from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient

from sample.servers import app_store, google_play

NOW = datetime(2026, 6, 20, 12, tzinfo=UTC)


def test_app_store_refuses_a_token_that_is_good_for_too_long() -> None:
    import time

    import jwt

    store = app_store.Store(apps={"1": {}})
    client = TestClient(app_store.app(store))
    now = int(time.time())

    def status(seconds: int, key_id: str = app_store.KEY_ID) -> int:
        claims = {"iss": app_store.ISSUER, "iat": now, "exp": now + seconds}
        claims["aud"] = "appstoreconnect-v1"
        token = jwt.encode(claims, store.key, algorithm="ES256", headers={"kid": key_id})
        path = "/v1/apps/1/customerReviews?sort=-createdDate"
        return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    assert (status(900), status(3600), status(900, "other")) == (200, 401, 401)


def test_google_play_lists_a_week_and_leaves_an_empty_list_out() -> None:
    store = google_play.Store(key=google_play.new_key(), now=NOW)
    store.put("acme", "gp:1", "fine", NOW - timedelta(days=8))
    header = {"Authorization": f"Bearer {google_play.TOKEN}"}
    client = TestClient(google_play.app(store), headers=header)
    path = "/androidpublisher/v3/applications/acme/reviews"
    assert client.get(path).json() == {}
    assert client.get(f"{path}/gp:1").json()["reviewId"] == "gp:1"
    store.put("acme", "gp:1", "better", NOW)
    (review,) = client.get(path).json()["reviews"]
    assert review["comments"][0]["userComment"]["text"] == "better"
    assert client.get(f"{path}/gp:2").status_code == 404

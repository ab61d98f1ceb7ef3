"""The sample Reddit and Meta speak as the real ones do."""

from datetime import timedelta

from fastapi.testclient import TestClient

from sample.servers import meta, reddit

MINUTE = timedelta(minutes=1)


def test_reddit_listings_end_at_their_cap_and_keep_what_was_taken_back() -> None:
    store = reddit.Store(cap=3)
    store.user("ann")
    posts = [store.post("ann", "acme", f"No {n}", "x", store.now + n * MINUTE) for n in range(5)]
    store.delete(posts[4])
    headers = {"User-Agent": "server:heedline:1", "Authorization": "Bearer rd-password"}
    client = TestClient(reddit.app(store), headers=headers)
    first = client.get("/r/acme/new", params={"limit": 2}).json()["data"]
    assert [c["data"]["selftext"] for c in first["children"]] == ["[deleted]", "x"]
    second = client.get("/r/acme/new", params={"limit": 2, "after": first["after"]}).json()["data"]
    assert [c["data"]["name"] for c in second["children"]] == [posts[2]]
    assert second["after"] is None


def test_reddit_answers_a_wrong_user_with_200_and_holds_back_the_nameless() -> None:
    client = TestClient(reddit.app(reddit.Store()), headers={"User-Agent": "server:heedline:1"})
    form = {"grant_type": "password", "username": reddit.USER, "password": "wrong"}
    answer = client.post("/token", data=form, auth=(reddit.CLIENT, reddit.SECRET))
    assert (answer.status_code, answer.json()) == (200, {"error": "invalid_grant"})
    assert client.get("/r/acme/new", headers={"User-Agent": "python"}).status_code == 429


def test_meta_gives_a_cursor_on_the_last_page_too_and_the_token_in_links() -> None:
    store = meta.Store()
    post = store.post("facebook", store.now)
    for number in range(3):
        store.comment(post, "101", f"No {number}", store.now + number * MINUTE)
    client = TestClient(meta.app(store), headers={"Authorization": f"Bearer {meta.TOKEN}"})
    first = client.get(f"/v23.0/{post}/comments", params={"limit": 2}).json()
    assert meta.TOKEN in first["paging"]["next"]
    after = first["paging"]["cursors"]["after"]
    second = client.get(f"/v23.0/{post}/comments", params={"limit": 2, "after": after}).json()
    assert len(second["data"]) == 1
    assert second["paging"]["cursors"]["after"]
    assert "next" not in second["paging"]


def test_meta_s_errors_are_400_whatever_they_mean() -> None:
    store = meta.Store()
    client = TestClient(meta.app(store), headers={"Authorization": "Bearer wrong"})
    refused = client.get("/v23.0/me")
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 190)
    client.headers["Authorization"] = f"Bearer {meta.TOKEN}"
    gone = client.get("/v23.0/1_2")
    error = gone.json()["error"]
    assert (gone.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)

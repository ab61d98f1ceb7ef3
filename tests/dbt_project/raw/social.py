"""Public posts and reviews."""

from tests.dbt_project.raw.rows import rows

_POST = (
    "id first_id author_id conversation_id in_reply_to_user_id posted_at created_at text author "
    "referenced_tweets"
)
X = {
    "accounts": rows("id username name", ("9", "acme", "Acme")),
    "posts": rows(
        _POST,
        ("11", "11", "1", "11", None, "2026-05-01T09:00:00Z", "2026-05-01T09:00:00Z",
         "@acme help", {"name": "Ann", "username": "ann"}, []),
        ("12", "12", "9", "11", "1", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00Z",
         "@ann we look", {"username": "acme"}, [{"type": "replied_to", "id": "11"}]),
        # Our answer goes on; the customer's post in a newer version.
        ("13", "13", "9", "11", "9", "2026-05-01T10:01:00Z", "2026-05-01T10:01:00Z",
         "and call you", {"username": "acme"}, [{"type": "replied_to", "id": "12"}]),
        ("14", "11", "1", "11", None, "2026-05-01T09:00:00Z", "2026-05-01T09:20:00Z",
         "@acme help me", {"name": "Ann", "username": "ann"}, []),
    ),
    "direct_messages": rows(
        "id dm_conversation_id sender_id customer_id account_id posted_at text sender",
        ("21", "1-9", "1", "1", "9", "2026-05-02T09:00:00Z", "in private", {"username": "ann"}),
        ("22", "1-9", "9", "1", "9", "2026-05-02T10:00:00Z", "thanks", {"username": "acme"}),
        # A group, which is its first customer's.
        ("23", "77", "9", None, "9", "2026-05-02T10:00:00Z", "all well?", {"username": "acme"}),
        ("24", "77", "2", None, "9", "2026-05-02T11:00:00Z", "no", {"username": "joe"}),
    ),
}  # fmt: skip

_ANSWER = {"id": "r1", "responseBody": "thanks", "lastModifiedDate": "2026-05-02T09:00:00Z"}
APP_STORE = {
    "reviews": rows(
        "id app_id rating title body reviewer_nickname created_date response",
        ("a1", "77", 2, "Slow", "so slow", "ann", "2026-05-01T09:00:00Z", _ANSWER),
        ("a2", "77", 5, "Good", "so good", "joe", "2026-05-03T09:00:00Z", None),
    )
}
GOOGLE_PLAY = {
    "reviews": rows(
        "review_id package_name author_name star_rating text user_modified_at reply "
        "reply_modified_at opened_at",
        ("g1", "acme.app", "Ann", 2, "Slow\tso slow", "2026-05-01T09:00:00Z", "thanks",
         "2026-05-02T09:00:00Z", "2026-05-01T09:00:00Z"),
        ("g2", "acme.app", "Joe", 5, "good", "2026-05-04T09:00:00Z", None, None,
         "2026-05-03T09:00:00Z"),
    )
}  # fmt: skip

REDDIT = {
    "accounts": rows("fullname name", ("t2_9", "AcmeCare")),
    "things": rows(
        "name link_id parent_id author_fullname author title selftext body subreddit posted_at",
        ("t3_1", "t3_1", None, "t2_1", "ann", "Help", "please", None, "acme",
         "2026-05-01T09:00:00Z"),
        ("t1_2", "t3_1", "t3_1", "t2_9", "AcmeCare", None, None, "we look", "acme",
         "2026-05-01T10:00:00Z"),
        ("t1_3", "t3_1", "t1_2", "t2_9", "AcmeCare", None, None, "and call", "acme",
         "2026-05-01T10:01:00Z"),
        # To each other, until one of them names us.
        ("t1_4", "t3_1", "t3_1", "t2_2", "joe", None, None, "same here", "acme",
         "2026-05-01T11:00:00Z"),
        ("t1_5", "t3_1", "t1_4", "t2_2", "joe", None, None, "u/acmecare too", "acme",
         "2026-05-01T12:00:00Z"),
    ),
}  # fmt: skip

META = {
    "accounts": rows("id name platform", ("9", "Acme", "facebook")),
    "comments": rows(
        "id platform post_id parent_id author_id author_name message posted_at",
        ("9_1", "facebook", "9_0", None, "1", "Ann", "help", "2026-05-01T09:00:00Z"),
        ("9_2", "facebook", "9_0", "9_1", "9", "Acme", "we look", "2026-05-01T10:00:00Z"),
        ("9_3", "facebook", "9_0", "9_2", "2", "Joe", "me too", "2026-05-01T11:00:00Z"),
    ),
    "messages": rows(
        "id platform conversation_id author_id author_name message posted_at",
        ("m1", "facebook", "t_1", "1", "Ann", "hello", "2026-05-02T09:00:00Z"),
        ("m2", "facebook", "t_1", "9", "Acme", "hi", "2026-05-02T09:30:00Z"),
    ),
}

"""Help centres: Guru, Helpjuice."""

from tests.dbt_project.raw.rows import rows

_EVENT = "event_key event_type event_date user_email properties declared_event_type declared_query"
GURU = {
    "cards": rows(
        "id preferred_phrase slug date_created last_modified archived verification_state",
        ("G1", "Watering", "abc", "2026-05-01T09:00:00Z", "2026-05-02T09:00:00Z", False, "TRUSTED"),
    ),
    "events": rows(
        _EVENT,
        ("e1", "card-viewed", "2026-05-01T09:00:00Z", "ann@x.example", {"cardId": "G1"}, "view",
         None),
        ("e2", "searched", "2026-05-01T09:01:00Z", "ann@x.example", {"q": "pump"}, "search",
         "pump"),
    ),
}  # fmt: skip

HELPJUICE = {
    "articles": rows(
        "id name url published created_at updated_at views",
        (1, "Watering", "https://x.example/1", True, "2026-05-01T09:00:00Z",
         "2026-05-02T09:00:00Z", 5),
    ),
    "article_views": rows(
        "article_id views views_before read_at",
        (1, 3, None, "2026-05-01T09:00:00Z"),
        (1, 5, 3, "2026-05-02T09:00:00Z"),
    ),
    "searches": rows(
        "id query created_at updated_at found_answers user_id declared_session",
        (1, "pump", "2026-05-01T09:00:00Z", "2026-05-01T09:05:00Z", 0, 7, "s1"),
    ),
}  # fmt: skip

"""What staging makes of Guru's cards and events."""

from tests.connectors.guru_house import House, card, event
from tests.connectors.slices import at, build_staging, load, raw, staged

SEARCHED = {"terms": "pump", "found": 0}
SEARCHES = {
    "card-viewed": {"means": "view"},
    "search": {"means": "search", "query": "terms", "results": "found"},
}


def test_articles_and_events_in_the_unified_terms(guru: House) -> None:
    guru.team.put(card(6, dateCreated="yesterday"))
    del guru.team.cards["card-2"]
    guru.team.events = [
        event("2025-03-05T10:00:00.000+0000", id="seen"),
        event("2025-03-05T10:01:00.000+0000", id="ours", user="kim@Fernhill.example"),
        event("2025-03-05T10:02:00.000+0000", "card-copied", id="copied"),
        event("2025-03-05T10:03:00.000+0000", "search", id="failed", properties=SEARCHED),
    ]
    guru.pull(events=SEARCHES, own_domains=["fernhill.example"])
    account = load("guru")["cards"]
    assert (account.received, account.accepted, account.quarantined) == (5, 4, 1)
    build_staging("guru")

    articles = staged("guru", "articles")
    assert set(articles) == {"card-1", "card-3", "card-4", "card-5"}
    first = articles["card-1"]
    assert (first["title"], first["url"]) == (
        *("Watering 1", "https://app.getguru.com/card/c1/Watering-1"),
    )
    assert (first["created_at"], first["updated_at"]) == (
        *(at("2025-01-01 09:00"), at("2025-02-01 09:00")),
    )
    assert {key for key, row in articles.items() if row["remote_was_deleted"]} == {
        *("card-4", "card-5"),
    }
    events = staged("guru", "article_events")
    assert set(events) == {"seen", "failed"}
    seen, failed = events["seen"], events["failed"]
    assert (seen["event_type"], seen["article_remote_id"], seen["contact_remote_id"]) == (
        *("view", "card-1", "ann@example.com"),
    )
    assert seen["occurred_at"] == at("2025-03-05 10:00")
    assert (failed["event_type"], failed["query"], failed["results_count"]) == ("search", "pump", 0)
    assert set(staged("guru", "contacts")) == {"ann@example.com"}
    assert raw("select distinct is_verified from staging.base_guru__cards") == [(True,)]

"""Every card, archived ones too; what has not changed since the last run does not land again.

A card's verification ends by itself, without a later `lastModified`, and a deleted one leaves the
lists without a word. So the lists are read whole, and a digest of each card is kept.
"""

from collections.abc import Iterator

from connectors.contract import SourceError
from connectors.guru.paging import API, NAME, NEXT_RUN, Row, listed, one
from connectors.http import Http, Refused
from connectors.seen import digest

PATH = "search/cardmgr"
# Counters of views and copies: with them a card would be another one after each reader.
COUNTERS = "cardInfo"
_GONE = frozenset({404, 410})


def asked(archived: bool) -> Row:
    """The search for all cards of a kind. By creation: no edit moves a card to another page."""
    sorts = [{"type": "dateCreated", "dir": "ASC"}]
    kind = "archived" if archived else "cards"
    return {"queryType": kind, "sorts": sorts, "query": None, "collectionIds": []}


def kept(card: Row, archived: bool) -> Row:
    """The card as it lands: without counters, and without the token that a collection may carry.

    Raises:
        SourceError: it has no id.
    """
    if not isinstance(card.get("id"), str) or not card["id"]:
        raise SourceError(NAME, f"{API}/{PATH}", "a card without an id", NEXT_RUN)
    row = {name: value for name, value in card.items() if name != COUNTERS}
    if isinstance(collection := row.get("collection"), dict):
        row["collection"] = {k: v for k, v in collection.items() if k != "token"}
    return {**row, "archived": archived}


def changed_cards(http: Http, state: Row) -> Iterator[list[Row]]:
    """Cards that are new, changed, or gone (`declared_deleted`) since the run before."""
    known: dict[str, str] = state.setdefault("cards", {})
    seen: set[str] = set()

    def fresh(rows: list[Row]) -> list[Row]:
        marks = {row["id"]: digest(row) for row in rows}
        new = [row for row in rows if known.get(row["id"]) != marks[row["id"]]]
        known.update(marks)
        seen.update(marks)
        return new

    # Archived ones last: a card that is archived between the two is in both.
    for archived in (False, True):
        for page in listed(http, "POST", PATH, json=asked(archived)):
            if rows := fresh([kept(card, archived) for card in page]):
                yield rows
    for card_id in sorted(known.keys() - seen):
        if rows := fresh(_looked_up(http, card_id)):
            yield rows
        if card_id not in seen:
            del known[card_id]
            yield [{"id": card_id, "declared_deleted": True}]


def _looked_up(http: Http, card_id: str) -> list[Row]:
    """A card that is in no list any more: as it stands (it was restored meanwhile), or nothing."""
    try:
        card = one(http, f"cards/{card_id}")
    except Refused as refusal:
        if refusal.status not in _GONE:
            raise
        return []
    return [kept(card, bool(card.get("archived")))]

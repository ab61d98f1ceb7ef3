"""Comments under the page's posts and the Instagram account's media.

A post tells how many comments it has and when it last changed: where neither moved, its comments
are not read again. Where they are, those that are held and are listed no more are asked for one by
one: only what Meta says is gone counts as deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.meta.graph import Graph, Row, before, moment
from connectors.posts import Posts

FACEBOOK, INSTAGRAM = "facebook", "instagram"
KEPT = ("platform", "post_id", "parent_id", "author_id")
_COMMENT = "id,message,created_time,from,parent{id}"
_COUNT = "comments.filter(stream).limit(0).summary(true)"
_IG_COMMENT = "id,text,timestamp,username,from"


@dataclass(frozen=True)
class Post:
    """A post of ours and what tells whether its comments have changed."""

    id: str
    platform: str
    count: int
    mark: list[Any]


def facebook_posts(graph: Graph, page_id: str, since: datetime) -> Iterator[Post]:
    """The page's posts made from `since` on, with comments or not."""
    fields = f"id,created_time,updated_time,{_COUNT}"
    path, begin = f"{page_id}/feed", int(since.timestamp())
    for rows in graph.pages(path, fields=fields, since=begin):
        for row in rows:
            summary = (row.get("comments") or {}).get("summary") or {}
            count = int(summary.get("total_count") or 0)
            yield Post(row["id"], FACEBOOK, count, [row.get("updated_time"), count])


def instagram_posts(graph: Graph, account_id: str, since: datetime) -> Iterator[Post]:
    """The account's media made from `since` on; listed newest first, without a filter."""
    for rows in graph.pages(f"{account_id}/media", fields="id,timestamp,comments_count"):
        for row in rows:
            if before(row.get("timestamp"), since):
                return
            count = int(row.get("comments_count") or 0)
            yield Post(row["id"], INSTAGRAM, count, [count])


def comments_of(graph: Graph, post: Post) -> Iterator[list[Row]]:
    """Every comment and reply of a post."""
    if post.platform == FACEBOOK:
        asked = {"filter": "stream", "order": "reverse_chronological", "fields": _COMMENT}
        for rows in graph.pages(f"{post.id}/comments", **asked):
            parents = [(row.get("parent") or {}).get("id") for row in rows]
            yield [shaped(row, post, above) for row, above in zip(rows, parents, strict=True)]
        return
    fields = f"{_IG_COMMENT},replies.limit(1){{id}}"
    for rows in graph.pages(f"{post.id}/comments", fields=fields):
        yield [shaped(row, post, None) for row in rows]
        for row in rows:
            if row.get("replies"):
                for replies in graph.pages(f"{row['id']}/replies", fields=_IG_COMMENT):
                    yield [shaped(reply, post, row["id"]) for reply in replies]


def shaped(row: Row, post: Post, parent_id: str | None) -> Row:
    """A comment of either platform under the same names."""
    author = row.get("from") or {}
    return {
        "id": row.get("id"),
        "platform": post.platform,
        "post_id": post.id,
        "parent_id": parent_id,
        "author_id": author.get("id"),
        "author_name": author.get("name") or author.get("username") or row.get("username"),
        "message": row.get("message") if post.platform == FACEBOOK else row.get("text"),
        "posted_at": moment(row.get("created_time") or row.get("timestamp")),
        "deleted": False,
    }


def changed(graph: Graph, posts: Iterator[Post], held: Posts, state: Row) -> Iterator[list[Row]]:
    """New or changed comments of posts that have changed, and marks of deleted ones.

    Args:
        state: `marks` (post → its mark when its comments were last read).
    """
    marks, now = state.get("marks", {}), {}
    for post in posts:
        if marks.get(post.id) != post.mark and (post.count or held.where("post_id", post.id)):
            listed: set[str] = set()
            for rows in comments_of(graph, post):
                listed |= {str(row["id"]) for row in rows}
                if fresh := held.fresh(rows):
                    yield fresh
            absent = sorted(set(held.where("post_id", post.id)) - listed)
            if gone := held.marks([id_ for id_ in absent if graph.is_gone(id_)]):
                yield gone
        now[post.id] = post.mark
    state["marks"] = now

"""X's direct messages on loopback: an account's own list, for requests signed in its name.

Newest first, 30 days deep, without a way to ask for what is new. A signature is checked as RFC 5849
says; one that is minutes old or comes twice is refused, as X does.
"""

import base64
import hashlib
import hmac
import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request

KEYS = {
    "api_key": "x-sample-app-51c2",  # made up, as the others
    "api_key_secret": "x-sample-app-secret-8f0d",
    "access_token": "900-x-sample-user-77ae",
    "access_token_secret": "x-sample-user-secret-4b19",
}
PATHS = ("/2/users/me", "/2/dm_events")
EPOCH_MS = 1_288_834_974_657
Row = dict[str, Any]


@dataclass
class Talks:
    """What one account sees of its messages.

    Attributes:
        account: who the keys sign in.
        withdrawn: ids of messages that are not listed any more.
        nonces: those that were used.
    """

    account: str = "900"
    events: dict[str, Row] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    nonces: set[str] = field(default_factory=set)

    def say(self, sender: str, talk: str, text: str, at: datetime, **more: Any) -> str:
        """A new message in a talk; its id."""
        number = int(at.timestamp() * 1000) - EPOCH_MS << 22
        while str(number) in self.events:
            number += 1
        id_ = str(number)
        self.events[id_] = {
            "id": id_,
            "event_type": "MessageCreate",
            "text": text,
            "sender_id": sender,
            "dm_conversation_id": talk,
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        } | more
        return id_

    def page(self, asked: Any, users: dict[str, Row], now: datetime, largest: int) -> Row:
        """One page; its token names the message that it ends before."""
        oldest = int((now - timedelta(days=30)).timestamp() * 1000) - EPOCH_MS << 22
        before = int(asked.get("pagination_token", "t" + str(1 << 63))[1:])
        kinds = asked.get("event_types", "").split(",")
        there = [
            event
            for id_, event in sorted(self.events.items(), key=lambda e: int(e[0]), reverse=True)
            if oldest <= int(id_) < before
            and id_ not in self.withdrawn
            and event["event_type"] in kinds
        ]
        size = min(int(asked.get("max_results", "100")), largest)
        shown = {"id", "event_type", "text", *asked.get("dm_event.fields", "").split(",")}
        rows = [{k: v for k, v in row.items() if k in shown} for row in there[:size]]
        meta: Row = {"result_count": len(rows)}
        if len(there) > size:
            meta["next_token"] = f"t{rows[-1]['id']}"
        body: Row = {"meta": meta} | ({"data": rows} if rows else {})
        if rows and "sender_id" in asked.get("expansions", ""):
            senders = {row["sender_id"]: users[row["sender_id"]] for row in there[:size]}
            body["includes"] = {"users": list(senders.values())}
        return body

    def is_signed(self, request: Request) -> bool:
        """Whether the account signed this request, just now and only this one."""
        header = request.headers.get("authorization", "")
        own = {n: unquote(v) for n, v in re.findall(r'(oauth_\w+)="([^"]*)"', header)}
        said = own.pop("oauth_signature", "")
        if not header.startswith("OAuth ") or own.get("oauth_nonce") in self.nonces:
            return False
        if abs(time.time() - int(own["oauth_timestamp"])) > 300:
            return False
        self.nonces.add(own["oauth_nonce"])
        named = (own["oauth_consumer_key"], own["oauth_token"])
        pairs = [*own.items(), *request.query_params.multi_items()]
        normal = "&".join(sorted(f"{quote(n, '')}={quote(v, '')}" for n, v in pairs))
        url = str(request.url.replace(query=""))
        base = f"{request.method}&{quote(url, '')}&{quote(normal, '')}".encode()
        key = f"{quote(KEYS['api_key_secret'], '')}&{quote(KEYS['access_token_secret'], '')}"
        right = base64.b64encode(hmac.new(key.encode(), base, hashlib.sha1).digest()).decode()
        return named == (KEYS["api_key"], KEYS["access_token"]) and hmac.compare_digest(said, right)

"""A digest to Slack: with a bot token and a channel, or through an incoming webhook.

With a channel the message carries its key as metadata, and the channel's history is looked
through before it is sent again. An incoming webhook can be asked nothing: after a lost answer the
digest is sent once more and says so.
"""

from typing import Any

from outreach.delivery.adapters.base import Adapter
from outreach.delivery.adapters.digest import lines_of, repeat_notice, title_of
from outreach.delivery.http import Http, Pace
from outreach.delivery.messages import Closed, Later, Message, Refused, Unsure
from outreach.delivery.targets import SlackTarget
from warehouse.credentials import Credentials

_EVENT = "heedline_digest"
_PAGES = 5  # of 100 messages: how far back the history is looked through
_OUR_ACCESS = frozenset(
    [
        "not_authed",
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "missing_scope",
        "no_permission",
        "not_in_channel",
        "channel_not_found",
        "is_archived",
        "access_denied",
    ]
)
_THEIR_FAULT = frozenset({"internal_error", "fatal_error", "request_timeout"})


class Slack(Adapter):
    """The connection's password: a bot token (chat:write, channels:history), or for an incoming
    webhook the three parts of its address after `/services/`."""

    def __init__(self, target: SlackTarget, credentials: Credentials, pace: Pace) -> None:
        self._target = target
        self._hook = "" if target.channel else f"/services/{credentials.password.strip('/')}"
        token = {"Authorization": f"Bearer {credentials.password}"} if target.channel else None
        self._http = Http(credentials, pace, target.timeout_seconds, headers=token)

    def find(self, message: Message) -> str | None:
        if not self._target.channel:
            return None
        asked: dict[str, Any] = {
            "channel": self._target.channel,
            "include_all_metadata": True,
            "limit": 100,
        }
        for _ in range(_PAGES):
            page = _checked(self._http.look("GET", "/api/conversations.history", params=asked))
            for one in page.get("messages", []):
                metadata = one.get("metadata") or {}
                if (metadata.get("event_payload") or {}).get("key") == message.key:
                    return str(one["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
            asked["cursor"] = cursor
        return None

    def send(self, message: Message) -> str:
        notice = [] if self._target.channel else repeat_notice(message)
        title = f"*{title_of(self._target, message)}*"
        text = "\n".join([title, *notice, *lines_of(self._target, message, _escape)])
        body: dict[str, Any] = {"text": text, "unfurl_links": False, "unfurl_media": False}
        if not self._target.channel:
            self._http.send("POST", self._hook, json=body)
            return "webhook"
        body["channel"] = self._target.channel
        body["metadata"] = {"event_type": _EVENT, "event_payload": {"key": message.key}}
        return str(_checked(self._http.send("POST", "/api/chat.postMessage", json=body))["ts"])

    def close(self) -> None:
        self._http.close()


def _escape(text: str) -> str:
    """A name such as `<!channel>` must not call the whole channel, nor a link hide in one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _checked(answer: Any) -> dict[str, Any]:
    """Slack says what went wrong in a 200."""
    said: dict[str, Any] = answer if isinstance(answer, dict) else {"error": "internal_error"}
    if said.get("ok"):
        return said
    code = str(said.get("error"))
    if code in _THEIR_FAULT:
        raise Unsure(f"Slack: {code}")
    if code in {"ratelimited", "rate_limited"}:
        raise Later(f"Slack: {code}")
    if code in _OUR_ACCESS:
        raise Closed(f"Slack: {code}; check token, scopes and channel")
    raise Refused(f"Slack: {code}")

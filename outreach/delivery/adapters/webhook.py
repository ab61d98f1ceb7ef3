"""Any receiver: a CloudEvents 1.0 event (structured JSON), signed as Standard Webhooks asks.

The event's id, `webhook-id` and the idempotency key are one and stay the same however often it is
sent; the receiver drops what it has. 409 means that it does.
"""

from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook as Signer

from outreach.delivery.adapters.base import Adapter
from outreach.delivery.http import Http, Pace
from outreach.delivery.messages import Closed, Message, Refused
from outreach.delivery.targets import WebhookTarget
from outreach.delivery.templates import value_of
from warehouse.clock import iso, wall_now
from warehouse.credentials import Credentials


class Webhook(Adapter):
    """The connection's password is the shared secret, `whsec_` and base64."""

    def __init__(self, target: WebhookTarget, credentials: Credentials, pace: Pace) -> None:
        self._target = target
        if not credentials.password.startswith("whsec_"):
            raise Closed("the connection's password is no signing secret; write whsec_<base64>")
        self._signer = Signer(credentials.password)
        self._http = Http(credentials, pace, target.timeout_seconds)

    def send(self, message: Message) -> str:
        data = {name: value_of(text, message.row) for name, text in self._target.fields.items()}
        event = CloudEvent(
            {
                "id": message.key,
                "source": self._target.source,
                "type": self._target.event_type,
                "time": message.as_of,
                "datacontenttype": "application/json",
            },
            {name: iso(v) if hasattr(v, "tzinfo") else v for name, v in data.items()},
        )
        written = to_structured_event(event)
        body = written.body.decode()
        # The moment of this try, not of the list: receivers refuse signatures older than minutes.
        now = wall_now()
        headers = {
            **written.headers,
            "webhook-id": message.key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(message.key, now, body),
        }
        try:
            self._http.send("POST", self._target.path, content=body, headers=headers)
        except Refused as error:
            if not str(error).startswith("HTTP 409"):
                raise
        return message.key

    def close(self) -> None:
        self._http.close()

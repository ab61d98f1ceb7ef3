"""The words the tagger answers in: the heads, in the order of the model's outputs."""

SENTIMENTS = ("negative", "neutral", "positive")

TOPICS = (
    "billing_payment",
    "refund_return",
    "shipping_delivery",
    "order_change",
    "account_access",
    "technical_problem",
    "outage",
    "how_to",
    "feature_request",
    "cancellation",
    "pricing_plan",
    "sales_upgrade",
    "privacy_security",
    "service_complaint",
    "praise",
    "other",
)

SIGNALS = ("churn_intent", "complaint", "escalation_request", "refund_request")

URGENCIES = ("low", "normal", "high")

HEADS: dict[str, tuple[str, ...]] = {
    "sentiment": SENTIMENTS,
    "topics": TOPICS,
    "signals": SIGNALS,
    "urgency": URGENCIES,
}
"""`sentiment` and `urgency` are one-of (softmax); `topics` and `signals` any-of (sigmoid)."""

EXCLUSIVE = frozenset({"sentiment", "urgency"})

COLUMNS = [f"{head}.{label}" for head, labels in HEADS.items() for label in labels]
"""One name per output of the model, in order."""


def columns(head: str) -> slice:
    """Where a head's labels stand among COLUMNS."""
    first = COLUMNS.index(f"{head}.{HEADS[head][0]}")
    return slice(first, first + len(HEADS[head]))

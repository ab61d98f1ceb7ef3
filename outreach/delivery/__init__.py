"""Lists leave the house: through an outbox, to the targets of `targets.yml` that are on."""

from outreach.delivery.send import Delivered, NotDelivered, deliver, preview, queue
from outreach.delivery.targets import BadTargets, read_targets, target_of

__all__ = [
    "BadTargets",
    "Delivered",
    "NotDelivered",
    "deliver",
    "preview",
    "queue",
    "read_targets",
    "target_of",
]

"""The delivery's house, targets and vendors: outcomes are of what it sent."""

from tests.outreach.delivery.conftest import house, make_target, patience, send, start

__all__ = ["house", "make_target", "patience", "send", "start"]

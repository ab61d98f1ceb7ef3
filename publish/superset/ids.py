"""Names that stay: every part of the bundle has the same UUID whenever and wherever it is made.

Superset knows parts by UUID, so importing again changes them in place and links to them go on.
"""

from uuid import UUID, uuid5

_HEEDLINE = UUID("6a1f0f7e-2f5b-4c0e-9d0b-5a8e3b7c1d42")


def uuid_of(kind: str, name: str) -> str:
    """UUID of a database, dataset, chart, dashboard or filter."""
    return str(uuid5(_HEEDLINE, f"superset/{kind}/{name}"))

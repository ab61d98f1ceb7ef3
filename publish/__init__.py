"""Marts leave the warehouse: one new, whole, checked version for BI tools and people.

`publish(as_of)` builds every destination aside, audits what it built, then flips
`published/current`. Readers see the old version whole or the new one whole. `load_postgres` brings
a database to that version.
"""

from publish._postgres import load_postgres
from publish._publish import Published, publish
from publish.versions import PublisherBusy

__all__ = ["Published", "PublisherBusy", "load_postgres", "publish"]

"""Postgres, for live connections: the published version as schemas `kpi` and `success`.

`kpi` is for leaders and holds no personal data; `success` holds the call lists, for its own role.
What is loaded is read from the version's files and never from the warehouse, so the database says
what the files say, and a load that failed is made up for by the next one. Tables are built aside,
read back, and take the old ones' place in one transaction.
"""

from publish.destinations.postgres.link import PostgresBehind
from publish.destinations.postgres.loading import Loaded, load

__all__ = ["Loaded", "PostgresBehind", "load"]

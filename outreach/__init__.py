"""Lists that people act on: who, why, and who must be left alone.

`prepare(as_of)` decides the lists of one run and writes them into the warehouse (schema
`outreach`); `publish/` turns them into the success team's files.
"""

from outreach.lists import Prepared, prepare

__all__ = ["Prepared", "prepare"]

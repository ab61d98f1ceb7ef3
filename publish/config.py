"""Which destinations a version is written to.

The snapshot, Parquet, the success team's files and the report are always written: commands and the
contract of the published folder (docs/file_drop.md) build on them. The others come on top.
"""

from publish.destinations import parquet, report, snapshot, success
from publish.edition import Destination

ALWAYS: tuple[Destination, ...] = (snapshot, parquet, success, report)


def destinations() -> tuple[Destination, ...]:
    """The destinations that are files, in the order in which they are written."""
    return ALWAYS

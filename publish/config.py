"""Which destinations a version is written to.

The snapshot, Parquet, the success team's files and the report are always written: commands and the
contract of the published folder (docs/file_drop.md) build on them. The others come on top, as
`HEEDLINE_DESTINATIONS` says.
"""

from publish.destinations import parquet, report, snapshot, success
from publish.edition import Destination
from publish.marts import CannotPublish
from warehouse.settings import settings

ALWAYS: tuple[Destination, ...] = (snapshot, parquet, success, report)
POSTGRES = "postgres"


def destinations() -> tuple[Destination, ...]:
    """The destinations that are files, in the order in which they are written.

    Raises:
        CannotPublish: one is named that there is not.
    """
    named = settings().destinations
    known = [POSTGRES]
    if unknown := set(named) - set(known):
        raise CannotPublish(
            f"publish: HEEDLINE_DESTINATIONS names {', '.join(sorted(unknown))}; known are "
            f"{', '.join(known)}"
        )
    return ALWAYS

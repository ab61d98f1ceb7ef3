"""Which destinations a version is written to.

The snapshot, Parquet, the success team's files, the Power BI project and the report are always
written: commands and the contract of the published folder (docs/file_drop.md) build on them. The
others come on top, as `HEEDLINE_DESTINATIONS` says; when it says nothing, those that this
installation can write.
"""

from publish.destinations import parquet, powerbi, report, snapshot, success, tableau
from publish.edition import Destination
from publish.marts import CannotPublish
from warehouse.settings import settings

ALWAYS: tuple[Destination, ...] = (snapshot, parquet, success, powerbi, report)
POSTGRES = "postgres"


def destinations() -> tuple[Destination, ...]:
    """The destinations that are files, in the order in which they are written.

    Raises:
        CannotPublish: one is named that there is not, or that cannot be written here.
    """
    named = settings().destinations
    known = (tableau.NAME, POSTGRES)
    if unknown := set(named) - set(known):
        raise CannotPublish(
            f"publish: HEEDLINE_DESTINATIONS names {', '.join(sorted(unknown))}; known are "
            f"{', '.join(known)}"
        )
    if tableau.NAME in named and not tableau.is_installed():
        raise CannotPublish(
            "publish: HEEDLINE_DESTINATIONS names tableau, but its engine is not installed; "
            "install tableauhyperapi (there is none for Linux on ARM), or leave tableau out"
        )
    wanted = tableau.NAME in named if named else tableau.is_installed()
    return (*ALWAYS, tableau) if wanted else ALWAYS

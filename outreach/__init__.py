"""Lists that people act on: who, why, what to do, and who must be left alone.

`prepare(as_of)` decides the lists of one run and what to do about everybody on them, and writes
both into the warehouse (schema `outreach`); `publish/` turns them into the success team's files.
"""

from datetime import datetime

from outreach import lists, playbook
from outreach.lists import Prepared
from warehouse.duck import transaction, warehouse

__all__ = ["Prepared", "prepare"]


def prepare(as_of: datetime) -> dict[str, Prepared]:
    """Work out the lists of `as_of`, then what to do about everybody on them.

    Raises:
        NoList: the marts do not allow it; the message says what to build.
        BadPlaybook: the playbook cannot be followed; the lists have no plays until it is mended and
            this runs again. What can be read from the file alone is refused before any list.
    """
    book = playbook.read_playbook()
    prepared = lists.prepare(as_of)
    with warehouse() as connection, transaction(connection):
        playbook.assign_all(connection, as_of, book)
    return prepared

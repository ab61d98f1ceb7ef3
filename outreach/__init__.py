"""Lists that people act on: who, why, what to do, and who must be left alone.

`prepare(as_of)` decides the lists of one run and what to do about everybody on them, and writes
both into the warehouse (schema `outreach`); `publish/` turns them into the success team's files.
"""

from datetime import datetime

from outreach import lists, playbook
from outreach.config import read_lists
from outreach.lists import Prepared
from warehouse.duck import transaction, warehouse

__all__ = ["Prepared", "prepare"]


def prepare(as_of: datetime) -> dict[str, Prepared]:
    """Work out the lists of `as_of`, then what to do about everybody on them.

    Raises:
        NoList: the marts do not allow it; the message says what to build.
        BadLists, BadPlaybook: a file cannot be followed. Nothing was written: all of it is one
            change.
    """
    file, book = read_lists(), playbook.read_playbook()
    with warehouse() as connection:
        lists.make_tables(connection)
        with transaction(connection):
            prepared = lists.prepare(connection, as_of, file)
            playbook.assign_all(connection, as_of, book)
    return prepared

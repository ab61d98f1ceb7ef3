"""What was done about entries comes back: from files that people fill in, and from tasks."""

from outreach.outcomes.by_file import BadOutcomes, Imported, read_file, write_template
from outreach.outcomes.by_target import Fetched, NotFetched, fetch
from outreach.outcomes.store import states

__all__ = [
    "BadOutcomes",
    "Fetched",
    "Imported",
    "NotFetched",
    "fetch",
    "read_file",
    "states",
    "write_template",
]

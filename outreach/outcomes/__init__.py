"""What was done about entries comes back: from files that people fill in, and from tasks."""

from outreach.outcomes.by_file import BadOutcomes, Imported, read_file, write_template
from outreach.outcomes.store import states

__all__ = [
    "BadOutcomes",
    "Imported",
    "read_file",
    "states",
    "write_template",
]

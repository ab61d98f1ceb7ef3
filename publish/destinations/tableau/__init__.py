"""Tableau: `tableau/support.hyper` with every mart, and a `<mart>.tds` that explains its fields.

A `.tds` is what people open: captions, descriptions, folders and number formats come from the
marts' contracts, the rows from the `.hyper` beside it. Views are left to the databases.
"""

from publish.destinations.tableau.hyper import is_installed, read_back
from publish.destinations.tableau.writing import write

NAME = "tableau"
FOR_LEADERS = True

__all__ = ["FOR_LEADERS", "NAME", "is_installed", "read_back", "write"]

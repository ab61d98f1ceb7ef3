"""A Power BI project (PBIP) of what is published: `powerbi/Heedline.pbip` opens it.

Made from dbt's manifest and semantic layer: tables, relationships, every KPI as a measure with its
definition, a role by team, and a page to begin with. `data` holds the few rows no mart has.
"""

from publish.powerbi._write import write
from publish.powerbi.data import FOLDER

__all__ = ["FOLDER", "write"]

"""How pages are made from the templates in `dashboards/report/`."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from publish.formats import FILTERS
from warehouse.settings import PROJECT_ROOT

TEMPLATES = PROJECT_ROOT / "dashboards" / "report"


def environment() -> Environment:
    """Every value is escaped, a missing one is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    return made

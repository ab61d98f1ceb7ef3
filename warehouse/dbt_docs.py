"""dbt's documentation of the project as one page: every table, column, metric and exposure.

dbt writes it (`docs generate --static`): descriptions from the project, types from the warehouse,
and no row of either. It is made to ask for nothing: it opens from a disk, without a network.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from warehouse import dbt
from warehouse.duck import warehouse

MARTS = "marts"

# dbt's page loads a tracker where a project allows it. Ours does not, and no browser would.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    'font-src data:; img-src data:">'
)
# What dbt's page asks for beside itself: two things that its own build left unresolved.
_MENDED = {
    "<head>": f"<head>{_POLICY}",
    "${require('./assets/favicons/favicon.ico')}": "data:,",
    'xlink:href="{{ getIcon(': 'ng-attr-href="{{ getIcon(',
}


class NothingBuilt(RuntimeError):
    """There are no tables to describe."""


@dataclass(frozen=True)
class Page:
    """The page, and how much it describes (`columns`: of the marts)."""

    html: str
    marts: int
    columns: int
    metrics: int
    exposures: int


def page() -> Page:
    """Describe the project and the warehouse as they are; a quarter of a minute.

    Raises:
        NothingBuilt: no model was ever built in this home.
        DbtFailed: dbt cannot read the project or the warehouse.
        WarehouseBusy: another process has the warehouse open.
    """
    with TemporaryDirectory() as work:
        # A folder of its own: publishing reads dbt's target folder.
        arguments = ["docs generate", "--static", "--target-path", work, "--log-level", "none"]
        outcome = dbt.invoke(arguments, _last_built(), None, None, None)
        if outcome.exception is not None or not outcome.success:
            reason = outcome.exception or getattr(outcome.result, "errors", None) or "see dbt.log"
            raise dbt.DbtFailed(f"dbt docs generate: {reason}") from None
        html = Path(work, "static_index.html").read_text()
        manifest = json.loads(Path(work, "manifest.json").read_text())
    for found, mended in _MENDED.items():
        html = html.replace(found, mended)
    marts = [node for node in manifest["nodes"].values() if _is_mart(node)]
    columns = sum(len(node["columns"]) for node in marts)
    return Page(html, len(marts), columns, len(manifest["metrics"]), len(manifest["exposures"]))


def _last_built() -> datetime:
    """The instant of the last build: compiled queries hold it."""
    with warehouse() as connection:
        found = connection.execute(
            "select max(as_of) from ops.dbt_results where resource_type = 'model'"
        ).fetchone()
    if found is None or found[0] is None:
        raise NothingBuilt("nothing is built yet, so there is nothing to describe")
    as_of: datetime = found[0]
    return as_of


def _is_mart(node: dict[str, str]) -> bool:
    return node["resource_type"] == "model" and node["schema"] == MARTS

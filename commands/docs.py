"""`heedline docs`: what every table, column and metric means, as one page."""

import os
from pathlib import Path
from typing import Annotated

import typer

from commands.console import CommandFailed, out
from warehouse import dbt_docs
from warehouse.dbt import DbtFailed
from warehouse.settings import settings


def docs(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="Where to write it. Default: `docs/index.html` in HEEDLINE_HOME.",
            dir_okay=False,
            resolve_path=True,
        ),
    ] = None,
) -> None:
    """What every table, column and metric means, and where it comes from, as one page.

    dbt's documentation of this warehouse: descriptions, types, tests, SQL, and the way from a
    vendor's table to a KPI (lineage: the button at the bottom right). One file to open in a
    browser, to send or to put on a server: it needs none, asks for nothing, and holds no row.

    Make it again after a change of models; a run does not. It takes the warehouse for about ten
    seconds, so not while a run is under way.

    Examples: `heedline docs` · `heedline docs --output /srv/www/heedline.html`
    """
    target = output or settings().root / "docs" / "index.html"
    try:
        page = dbt_docs.page()
    except dbt_docs.NothingBuilt as error:
        raise CommandFailed(f"{error}; run `heedline run` first") from None
    except DbtFailed as error:
        raise CommandFailed(str(error)) from None
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.unfinished")
    aside.write_text(page.html)
    os.replace(aside, target)
    out.print(
        f"{page.marts} marts with {page.columns:,} columns, {page.metrics} metrics, "
        f"{page.exposures} exposures, {len(page.html) / 1e6:.1f} MB: {target}",
        soft_wrap=True,
    )

"""`heedline link`: who is who in any table of people."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from commands.console import CommandFailed, err, out
from ml.identity.config import BadIdentityConfig, config
from ml.identity.pairs_file import BadPeopleFile
from ml.identity.tabular import link as link_file
from warehouse.clock import parse_as_of


def _spread(sizes: tuple[int, ...]) -> str:
    counted = sorted(Counter(sizes).items())
    shown = [f"{count:,} of {size}" for size, count in counted[:8]]
    if len(counted) > 8:
        shown.append(f"{sum(count for _, count in counted[8:]):,} larger, up to {counted[-1][0]:,}")
    return ", ".join(shown) or "none"


def link(
    source: Annotated[
        Path,
        typer.Option(
            "--input", help="Table of people: .csv, .tsv, .parquet or .jsonl.", resolve_path=True
        ),
    ],
    target: Annotated[
        Path,
        typer.Option(
            "--output",
            help="Who is who: record_id, customer_id, confidence; same kinds.",
            resolve_path=True,
        ),
    ],
    review: Annotated[
        Path | None,
        typer.Option(
            "--review",
            help="Also write the pairs that a person should decide on, as CSV.",
            resolve_path=True,
        ),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--decisions",
            help="CSV with left_id, right_id, decision (link or never), such as a filled-in "
            "--review file. Wins over the model.",
            resolve_path=True,
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            help="Dates of birth after this instant are unknown. Default: the present moment.",
        ),
    ] = None,
) -> None:
    """Find out which rows of a table are the same person.

    Columns are matched by name, whatever their case and spaces; all are optional but record_id (or
    unique_id, rec_id,
    id): name, given_name, surname, email, phone, date_of_birth, street_number, address_1,
    address_2, suburb, postcode,
    state, country, company, soc_sec_id, birth_place, occupation, gender, keys; common other names
    (first_name,
    last_name, dob, mobile, zip, city, …) are understood. Rows with one record_id are one contact.

    The output has a line per input row, in its order. customer_id is the smallest record_id of the
    person's rows.
    """
    try:
        limits = config().thresholds
        found = link_file(
            source,
            target,
            review=review,
            decisions=decisions,
            today=parse_as_of(as_of).date() if as_of else None,
            say=lambda line: err.print(line, markup=False, style="dim", soft_wrap=True),
        )
    except (BadPeopleFile, BadIdentityConfig) as error:
        raise CommandFailed(str(error)) from None
    out.print(
        f"{found.records:,} rows, {found.clusters:,} customers, {len(found.sizes):,} with more "
        f"than one record",
        markup=False,
    )
    out.print(f"sizes: {_spread(found.sizes)}", markup=False)
    out.print(
        f"linked at {limits.link:.2f} and above; {found.to_review:,} pairs from "
        f"{limits.review:.2f} are for a person"
        + (f": {review}" if review else " (--review FILE writes them)"),
        markup=False,
        soft_wrap=True,
    )
    out.print(
        f"model {found.model_version}; {found.seconds:.1f} s; written to {target}",
        markup=False,
        soft_wrap=True,
    )

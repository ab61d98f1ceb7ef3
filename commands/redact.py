"""`heedline redact`: take personal data out of a column of any file."""

from pathlib import Path
from typing import Annotated

import typer

from commands.console import CommandFailed, err, out
from ml.redaction.files import BadFile, redact_file


def redact(
    source: Annotated[
        Path,
        typer.Option("--input", help="The file: .csv, .jsonl (one object a line) or .parquet."),
    ],
    text_column: Annotated[
        list[str],
        typer.Option("--text-column", help="The column to redact; repeat it for several."),
    ],
    output: Annotated[
        Path, typer.Option("--output", help="Where to write it, in the same format.")
    ],
) -> None:
    """Replace personal data in texts by placeholders.

    E-mail addresses, telephone, card and account numbers, national ids, addresses, IP addresses,
    passwords and keys, and names where a text introduces one become `<EMAIL>`, `<PHONE>`, `<CARD>`,
    `<IBAN>`, `<NATIONAL_ID>`, `<ADDRESS>`, `<IP>`, `<SECRET>`, `<NAME>`. Order and ticket numbers
    stay. Rows keep their order and all other columns their values. Nothing leaves this computer.

    Example: `heedline redact --input tickets.csv --text-column body --output clean.csv`
    """
    try:
        report = redact_file(
            source, text_column, output, lambda rows: err.print(f"  {rows:,} rows", style="dim")
        )
    except BadFile as error:
        raise CommandFailed(str(error)) from None
    out.print(f"{output}: {report.rows:,} rows, {report.changed:,} texts changed", soft_wrap=True)
    for kind, count in sorted(report.findings.items(), key=lambda item: (-item[1], item[0])):
        out.print(f"  {kind:<12} {count:>8,}")

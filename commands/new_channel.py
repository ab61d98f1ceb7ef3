"""`heedline new-channel NAME`: a connector that works at once, to be made into the real one."""

import keyword
import re
from pathlib import Path
from typing import Annotated

import typer

from commands.console import CommandFailed, out
from warehouse.settings import PROJECT_ROOT

TEMPLATE = Path(__file__).with_name("channel_template")
_TOKEN, _SUFFIX = "newchannel", ".tmpl"
# File, what the new lines go before (a regular expression; the first match counts), and the lines.
_ENTRIES = (
    (
        "connectors/channels.yml",
        r"(?m)^  file_drop:$",
        '  newchannel:\n    enabled: false\n    settings: {start_at: "2020-01-01T00:00:00Z"}\n',
    ),
    (
        "dbt_project/dbt_project.yml",
        r"(?m)^    file_drop: \[accounts,",
        "    newchannel: [contacts]\n",
    ),
    (
        "dbt_project/dbt_project.yml",
        r"(?m)^      file_drop: \{\+enabled:",
        "      newchannel: {+enabled: \"{{ 'newchannel' in var('sources', []) }}\"}\n",
    ),
)


def new_channel(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and _: a vendor's name.")],
    checkout: Annotated[
        Path,
        typer.Option("--checkout", help="The checkout to write into.", file_okay=False),
    ] = PROJECT_ROOT,
) -> None:
    """Make the files of a new channel: a small JSON API that is pulled from, gated and staged.

    Connector, declaration of its rows, suite, staging model, sample server and test, and the
    entries in `channels.yml` (off) and `dbt_project.yml`. The test passes at once; from there
    change one thing after the other (docs/add_a_channel.md). Nothing that exists is overwritten.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", name) or keyword.iskeyword(name) or "__" in name:
        raise CommandFailed(f"{name!r} is no name for a channel; write it like acme_desk")
    files = {
        checkout / str(path.relative_to(TEMPLATE)).removesuffix(_SUFFIX).replace(_TOKEN, name): path
        for path in sorted(TEMPLATE.rglob(f"*{_SUFFIX}"))
    }
    if taken := [path for path in files if path.exists()]:
        raise CommandFailed(f"{taken[0].relative_to(checkout)} exists; nothing was written")
    entries: dict[Path, str] = {}
    for file, before, lines in _ENTRIES:
        path = checkout / file
        text = entries.get(path) or path.read_text()
        place = re.search(before, text)
        if place is None:
            raise CommandFailed(f"{file} has no entry of file_drop to put {name} before")
        new = lines.replace(_TOKEN, name)
        entries[path] = text[: place.start()] + new + text[place.start() :]
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_in_order(template.read_text().replace(_TOKEN, name)))
    for path, text in entries.items():
        path.write_text(text)
    for path in (*files, *entries):
        out.print(f"  {path.relative_to(checkout)}", markup=False)
    out.print(f"now: .venv/bin/python -m pytest tests/connectors/test_{name}.py", markup=False)


def _in_order(text: str) -> str:
    """A Python file with its imports sorted: where ours stands depends on the name."""

    def ordered(block: re.Match[str]) -> str:
        return "".join(sorted(block[0].splitlines(keepends=True), key=lambda line: line.split()[1]))

    return re.sub(r"(?m)(?:^from \S+ import .+\n)+", ordered, text)

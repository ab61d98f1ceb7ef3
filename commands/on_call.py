"""The commands by name, each imported when it is called: all of them take two seconds to import."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "run": "pipeline.run",
    "up": "pipeline.up",
    "status": "pipeline.status",
    "at-risk": "at_risk.app",
    "redact": "redact.redact",
    "tag": "tag.tag",
    "link": "link.link",
    "review": "review.review",
    "customer": "customer.customer",
    "explain": "explain.explain",
    "query": "query.query",
    "docs": "docs.docs",
    "deliver": "deliver.deliver",
    "outcomes": "outcomes.app",
    "drift": "drift.drift",
    "quarantine": "quarantine.app",
    "backfill": "backfill.backfill",
    "new-channel": "new_channel.new_channel",
    "erase": "erase.erase",
    "evaluate": "evaluate.app",
    "topics": "topics.app",
    "corrections": "corrections.app",
}
"""Name → module of this room, and in it the function, or the group of commands."""


def _command(name: str) -> Any:
    module, _, attribute = COMMANDS[name].partition(".")
    found = getattr(import_module(f"commands.{module}"), attribute)
    holder = typer.Typer(rich_markup_mode="markdown")
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name)
    else:
        holder.command(name)(found)
    return typer.main.get_group(holder).commands[name]


class OnCall(TyperGroup):
    """A group whose commands are all listed and of which only the one called is imported."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            for name in COMMANDS:  # what Typer looks through for what may have been meant
                self.get_command(ctx, name)
        elif cmd_name not in self.commands:
            self.commands[cmd_name] = _command(cmd_name)
        return self.commands.get(cmd_name)

"""A list as one text: a title, a line per entry, and word of those that do not fit."""

from collections.abc import Callable

from outreach.delivery.messages import Message
from outreach.delivery.targets import EmailTarget, SlackTarget
from outreach.delivery.templates import fill

_REPEAT = "(Sent before, but the answer got lost: you may have this already.)"


def title_of(target: SlackTarget | EmailTarget, message: Message) -> str:
    return fill(target.title, {"count": len(message.rows), "as_of": message.as_of})


def lines_of(
    target: SlackTarget | EmailTarget,
    message: Message,
    escape: Callable[[str], str] = lambda text: text,
) -> list[str]:
    """Each entry on one line. `escape` takes the meaning out of values that customers choose."""
    shown = message.rows[: target.most_lines]
    lines = [" ".join(fill(target.fields["line"], row, escape).split()) for row in shown]
    if left := len(message.rows) - len(shown):
        lines.append(f"… and {left} more: `heedline at-risk` shows everybody")
    return lines


def repeat_notice(message: Message) -> list[str]:
    """Said where the target can neither be asked nor tell a repeat by itself."""
    return [_REPEAT] if message.repeat else []

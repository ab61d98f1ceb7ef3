"""What a person decided about two records."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """`link`: they are one person; not `link`: never. Wins over the model."""

    left: str
    right: str
    link: bool

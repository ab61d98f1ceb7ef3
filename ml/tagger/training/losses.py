"""What the network is trained to do: masked, weighted losses per head. Needs torch."""

import torch
from torch.nn import functional

from ml.tagger.labels import EXCLUSIVE, HEADS, columns

SHARES = {"sentiment": 1.0, "topics": 1.0, "signals": 1.0, "urgency": 0.3}
"""What a head counts in the sum."""

SMOOTHING = 0.05


def head_loss(
    head: str,
    logits: torch.Tensor,
    wanted: torch.Tensor,
    weight: torch.Tensor,
    balance: torch.Tensor | None = None,
) -> torch.Tensor:
    """Weighted mean loss of one head; labels that a row says nothing about (NaN) do not count.

    Args:
        balance: weight by label of a one-of head, so that rare ones are learnt as well.
    """
    known = ~torch.isnan(wanted)
    plain = torch.nan_to_num(wanted)
    if head in EXCLUSIVE:
        rows = known.all(dim=1)
        weight = weight * rows
        if balance is not None:
            weight = weight * (plain * balance).sum(dim=1)
        smooth = plain * (1 - SMOOTHING) + SMOOTHING / plain.shape[1]
        each = -(smooth * functional.log_softmax(logits, dim=1)).sum(dim=1)
        return (each * weight).sum() / weight.sum().clamp(min=1e-6)
    each = functional.binary_cross_entropy_with_logits(logits, plain, reduction="none")
    counted = known * weight[:, None]
    return (each * counted).sum() / counted.sum().clamp(min=1e-6) * plain.shape[1] ** 0.5


def hard_loss(
    logits: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor, balance: torch.Tensor
) -> torch.Tensor:
    """Sum over the heads of what people said."""
    total = logits.new_zeros(())
    for head in HEADS:
        place = columns(head)
        total = total + SHARES[head] * head_loss(
            head, logits[:, place], wanted[:, place], weight, balance[place]
        )
    return total


def soft_loss(logits: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
    """Sum over the heads of what the teachers say (probabilities), people's silence included."""
    total = logits.new_zeros(())
    for head in HEADS:
        place = columns(head)
        if head in EXCLUSIVE:
            each = -(taught[:, place] * functional.log_softmax(logits[:, place], dim=1)).sum(dim=1)
        else:
            each = functional.binary_cross_entropy_with_logits(
                logits[:, place], taught[:, place], reduction="none"
            ).mean(dim=1)
            each = each * len(HEADS[head]) ** 0.5
        total = total + SHARES[head] * each.mean()
    return total


def intent_loss(logits: torch.Tensor, wanted: torch.Tensor, *, one_of: bool) -> torch.Tensor:
    """Loss on a source's own labels."""
    if one_of:
        return functional.cross_entropy(logits, wanted.argmax(dim=1), label_smoothing=SMOOTHING)
    return functional.binary_cross_entropy_with_logits(logits, wanted) * wanted.shape[1] ** 0.5

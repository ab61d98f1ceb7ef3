"""Fit the heads on frozen features, and calibrate them. Needs torch.

Sentiment has 45,000 examples and gets a small hidden layer; the other heads have few positives of
their own kind, where a linear head that is fitted to the optimum generalises better.
"""

import torch
from torch import nn
from torch.nn import functional

from ml.tagger.labels import EXCLUSIVE, HEADS

HIDDEN = 96
RIDGE = 1e-5
"""L2 penalty of the linear heads, on features scaled to unit length."""


def columns(head: str) -> slice:
    """Where a head's labels stand in the targets."""
    start = 0
    for name, labels in HEADS.items():
        if name == head:
            return slice(start, start + len(labels))
        start += len(labels)
    raise KeyError(head)


def loss(
    head: str, logits: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Weighted mean loss; labels that a row says nothing about (NaN) do not count."""
    if head in EXCLUSIVE:
        each = functional.cross_entropy(logits, torch.nan_to_num(wanted), reduction="none")
        return (each * weight).sum() / weight.sum()
    known = ~torch.isnan(wanted)
    each = functional.binary_cross_entropy_with_logits(
        logits, torch.nan_to_num(wanted), reduction="none"
    )
    return (each * known * weight[:, None]).sum() / weight.sum()


def fit_linear(
    head: str, features: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor
) -> nn.Linear:
    """A linear head at its regularised optimum (L-BFGS on the whole set)."""
    scale = features.shape[1] ** -0.5
    layer = nn.Linear(features.shape[1], wanted.shape[1])
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    scaled = features * scale
    optimiser = torch.optim.LBFGS(
        layer.parameters(), max_iter=30, history_size=8, line_search_fn="strong_wolfe"
    )

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        total = loss(head, layer(scaled), wanted, weight) + RIDGE * layer.weight.square().sum()
        total.backward()  # type: ignore[no-untyped-call,unused-ignore]
        return total

    optimiser.step(closure)
    with torch.no_grad():
        layer.weight.mul_(scale)
    return layer


def fit_hidden(
    head: str,
    features: torch.Tensor,
    wanted: torch.Tensor,
    weight: torch.Tensor,
    *,
    seed: int,
    epochs: int = 4,
) -> nn.Sequential:
    """A head with one hidden layer, dropout and a one-cycle schedule."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Dropout(0.3),
        nn.Linear(features.shape[1], HIDDEN),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(HIDDEN, wanted.shape[1]),
    )
    batch, count = 512, len(features)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-3, weight_decay=1e-2)
    steps = epochs * -(-count // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, total_steps=steps)
    for _ in range(epochs):
        for rows in torch.randperm(count).split(batch):
            optimiser.zero_grad()
            loss(head, network(features[rows]), wanted[rows], weight[rows]).backward()  # type: ignore[no-untyped-call,unused-ignore]
            optimiser.step()
            schedule.step()
    return network.eval()


Calibration = tuple[torch.Tensor, torch.Tensor]


def calibrate(
    head: str, logits: torch.Tensor, wanted: torch.Tensor, weight: torch.Tensor
) -> Calibration:
    """Slope and offset that fit the logits to what happened, on texts no head was fitted on.

    One-of heads get one temperature; any-of heads a slope and an offset for the head's labels, with
    an offset per label only where a label has enough positives to say so.
    """
    log_slope = torch.zeros(1, requires_grad=True)
    offset = torch.zeros(logits.shape[1], requires_grad=True)
    parameters = [log_slope] if head in EXCLUSIVE else [log_slope, offset]
    optimiser = torch.optim.LBFGS(parameters, max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        total = loss(head, logits * log_slope.exp() + offset, wanted, weight)
        total = total + 0.01 * offset.square().mean()
        total.backward()  # type: ignore[no-untyped-call,unused-ignore]
        return total

    optimiser.step(closure)
    return log_slope.exp().detach(), offset.detach()

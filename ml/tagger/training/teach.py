"""Teach the student from the tagger's answers. Needs torch; a few minutes on two cores."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import nn

from ml.tagger import student
from ml.tagger.labels import COLUMNS, EXCLUSIVE, SIGNALS, columns
from ml.tagger.training import losses
from ml.tagger.training.batches import Epochs, Prepared, Rows

TOKEN_WIDTH, PAIR_WIDTH, HIDDEN = 128, 48, 256
EPOCHS, BATCH, RATE = 12, 512, 3e-3
HIDDEN_SHARE = 0.15
"""Of the tokens, left out at random while learning."""


class Network(nn.Module):
    """The student as it is trained."""

    def __init__(self, words: torch.Tensor) -> None:
        super().__init__()
        self.tokens = nn.EmbeddingBag.from_pretrained(words, freeze=False, mode="mean")
        self.pairs = nn.EmbeddingBag(student.PAIRS, PAIR_WIDTH, mode="mean")
        nn.init.normal_(self.pairs.weight, std=0.05)
        self.layers = nn.Sequential(
            nn.Dropout(0.1),
            nn.Linear(TOKEN_WIDTH + PAIR_WIDTH, HIDDEN),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(HIDDEN, len(COLUMNS)),
        )

    def forward(self, ids: torch.Tensor, pairs: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        means = torch.cat([self.tokens(ids, starts), self.pairs(pairs, starts)], dim=1)
        logits: torch.Tensor = self.layers(means)
        return logits


def first_vectors(words: NDArray[np.float32]) -> torch.Tensor:
    """The encoder's word vectors [v, 384] turned to their TOKEN_WIDTH main directions."""
    centred = torch.from_numpy(words - words.mean(axis=0))
    _, _, directions = torch.pca_lowrank(centred, q=TOKEN_WIDTH, center=False)
    turned = centred @ directions
    return turned / turned.std() * 0.3


def _flat(data: Prepared, rows: Rows) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    texts = [data.tokens[data.offsets[r] : data.offsets[r + 1]].tolist() for r in rows]
    ids, starts = student.flat(texts)
    return tuple(map(torch.from_numpy, (ids, student.pairs(ids, starts), starts)))  # type: ignore[return-value,unused-ignore]


def _thinned(ids: torch.Tensor, pairs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Some tokens and pairs replaced by the first of the vocabulary, which is padding."""
    gone = torch.rand(len(ids)) < HIDDEN_SHARE
    return ids.masked_fill(gone, 0), pairs.masked_fill(gone, 0)


def fit(data: Prepared, taught: NDArray[np.float32], words: NDArray[np.float32]) -> Network:
    """Train on the tagger's probabilities `taught` [n, labels] for the training rows."""
    torch.manual_seed(1)
    network = Network(first_vectors(words))
    drawn = Epochs(data, data.split == 0, seed=1)
    per_epoch = sum(1 for _ in Epochs(data, data.split == 0, seed=1).batches(BATCH))
    optimiser = torch.optim.Adam(network.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=EPOCHS * per_epoch, pct_start=0.1
    )
    for epoch in range(EPOCHS):
        seen = []
        for rows in drawn.batches(BATCH):
            ids, pairs, starts = _flat(data, rows)
            loss = losses.soft_loss(
                network(*_thinned(ids, pairs), starts), torch.from_numpy(taught[rows])
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            optimiser.step()
            schedule.step()
            seen.append(loss.item())
        print(f"student epoch {epoch + 1}/{EPOCHS}: loss {np.mean(seen):.4f}", flush=True)
    network.train(False)
    return network


def _int8(table: torch.Tensor) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    values = table.detach().numpy()
    scale = np.maximum(np.abs(values).max(axis=1), 1e-8) / 127
    stored = np.round(values / scale[:, None]).astype(np.int8)
    return stored, scale.astype(np.float16)


def same_answer(mine: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Per text: sentiment, urgency, best topic and every signal's side of 0.5 agree."""
    alike = np.ones(len(mine), dtype=bool)
    for head in (*sorted(EXCLUSIVE), "topics"):
        alike &= mine[:, columns(head)].argmax(axis=1) == other[:, columns(head)].argmax(axis=1)
    for position in range(len(SIGNALS)):
        place = columns("signals").start + position
        alike &= (mine[:, place] >= 0.5) == (other[:, place] >= 0.5)
    return alike


def fit_gate(mine: NDArray[np.float32], tagger: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights that turn the student's doubts into the likelihood of the tagger's agreeing."""
    model = LogisticRegression(C=10, fit_intercept=False, max_iter=1000)
    model.fit(student.doubts(mine), same_answer(mine, tagger))
    weights: NDArray[np.float32] = model.coef_[0].astype(np.float32)
    return weights


def save(network: Network, gate: NDArray[np.float32], cut: float, target: Path) -> Path:
    """Write `student.npz`."""
    tokens, token_scale = _int8(network.tokens.weight)
    pairs, pair_scale = _int8(network.pairs.weight)
    hidden, answer = network.layers[1], network.layers[4]
    assert isinstance(hidden, nn.Linear)
    assert isinstance(answer, nn.Linear)
    np.savez_compressed(
        target,
        tokens=tokens,
        token_scale=token_scale,
        pairs=pairs,
        pair_scale=pair_scale,
        hidden=hidden.weight.detach().numpy().T.astype(np.float16),
        hidden_bias=hidden.bias.detach().numpy(),
        answer=answer.weight.detach().numpy().T.astype(np.float16),
        answer_bias=answer.bias.detach().numpy(),
        gate=gate,
        cut=np.float32(cut),
    )
    return target

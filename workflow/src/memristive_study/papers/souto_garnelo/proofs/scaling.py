"""Retention: drift multiplies the products of all layers by one factor d, so that one number decides both networks.

Conductances drift as G (t / t_0)^-nu, and a layer's product is linear in them. Tuned before the drift, the network is
the digital one with all weights times d = (t / t_0)^-nu, its biases as they were. Tuned after it, the line takes 1 / d.
"""

import torch
from torch import nn

from memristive_study.papers.souto_garnelo.proofs.measured import correct, with_weights

SCALES = tuple(round(0.5 + 0.025 * i, 3) for i in range(21))  # 0.5 to 1


def measure(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> list[dict[str, object]]:
    """Rows scale, images, correct: the digital network with all weights times each of SCALES."""
    return [
        {
            "scale": d,
            "images": len(labels),
            "correct": correct(with_weights(model, lambda w, d=d: d * w), images, labels),
        }
        for d in SCALES
    ]

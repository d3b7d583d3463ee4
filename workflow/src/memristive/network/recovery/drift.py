"""What known inputs have lost since programming, taken back by a factor: a layer's, or each output's.

Right after programming, when the line is fitted, known inputs go through the arrays and the magnitudes of what they
put out are noted; later the same inputs tell how much is left. Source: Joshi et al., Nature Communications 11, 2473
(2020), global drift compensation; with a factor a column, aihwkit. Price: the known inputs are read twice; the factor
goes into the line, so that no operation is added where there is one, and two an output where there is none.
"""

import torch

from memristive.core.setting import FIELDS, Setting

AGEING = "retention."  # fields by which arrays change after they were programmed


def fresh(setting: Setting) -> Setting:
    """`setting` of one layer as it is right after programming."""
    return setting.replace(**{name: found.neutral for name, found in FIELDS.items() if name.startswith(AGEING)})


def magnitudes(outputs: torch.Tensor, axis: int) -> torch.Tensor:
    """Sums of the magnitudes of a layer's `outputs`, float64 [outputs], which lie along `axis`."""
    return outputs.movedim(axis, 0).flatten(1).double().abs().sum(1)


def factors(then: torch.Tensor, now: torch.Tensor, by: str) -> torch.Tensor:
    """What the outputs of now are multiplied with, float64 [1] (`by` "layer") or [outputs] ("column").

    An output that puts out nothing any more keeps its value. `then` and `now` are `magnitudes`.
    """
    if by == "layer":
        then, now = then.sum()[None], now.sum()[None]
    return torch.where(now > 0, then / now.masked_fill(now == 0, 1.0), 1.0)

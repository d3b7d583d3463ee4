"""The line from a crossbar's output to the digital layer's. Source: MemTorch 1.1.6, memtorch/map/Module.py."""

import torch

CONV2D_IMAGES = (8, 32, 32)  # images, height, width of the random input of a Conv2d
LINEAR_VECTORS = 4098


def fit_line(analogue: torch.Tensor, digital: torch.Tensor) -> tuple[float, float]:
    """Least-squares coefficient and intercept of digital = coefficient * analogue + intercept.

    Computed in double precision. Outputs that are all equal give coefficient 0, as the
    minimum-norm solution does.
    """
    # Copies, which are then changed in place: as large as a layer's outputs, they cost time wherever they are made.
    x, y = (output.flatten().to(torch.float64, copy=True) for output in (analogue, digital))
    x_mean, y_mean = x.mean(), y.mean()
    x.sub_(x_mean)
    variance = x.dot(x)
    coefficient = float(x.dot(y.sub_(y_mean)) / variance) if variance > 0 else 0.0
    return coefficient, float(y_mean) - coefficient * float(x_mean)

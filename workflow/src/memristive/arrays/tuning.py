"""The line from a crossbar's output to the digital layer's. Source: MemTorch 1.1.6, memtorch/map/Module.py."""

import torch

CONV2D_IMAGES = (8, 32, 32)  # images, height, width of the random input of a Conv2d
LINEAR_VECTORS = 4098
# A line has two numbers, which a large layer's many outputs decide on fewer vectors: 167 of them for 25088 x 4096
# weights, which still put out 684,000 numbers. Layers of up to 4.2 million weights are tuned on all.
MOST_PRODUCTS = 2**34
LEAST_VECTORS = 64
# About the most inputs and outputs of a layer that exist at once (8 MiB); a large layer has more.
NUMBERS_AT_ONCE = 2**21


def linear_vectors(weights: int, bounded: bool) -> int:
    """Random vectors on which a Linear of this size is tuned; fewer for a large one if `bounded`."""
    return min(LINEAR_VECTORS, max(LEAST_VECTORS, MOST_PRODUCTS // weights)) if bounded else LINEAR_VECTORS


def parts(samples: int, numbers: int, weights: int) -> int:
    """Number of parts in which a layer takes `samples`.

    Args:
        numbers: inputs and outputs of all samples together.
        weights: of the layer.
    """
    return max(1, min(samples, -(-numbers // max(NUMBERS_AT_ONCE, weights // 8))))


class LineFit:
    """Least-squares coefficient and intercept of digital = coefficient * analogue + intercept, in double precision.

    Parts are merged with their means and sums of squares (T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae
    and a pairwise algorithm for computing sample variances", 1979).
    """

    def __init__(self) -> None:
        self._count = 0
        self._means = 0.0, 0.0
        self._variance = self._covariance = 0.0  # times the count

    def add(self, analogue: torch.Tensor, digital: torch.Tensor) -> None:
        """Take outputs of one shape into account."""
        # Copies, which are then changed in place: as large as a layer's outputs, they cost time wherever they are made.
        x, y = (output.flatten().to(torch.float64, copy=True) for output in (analogue, digital))
        means = float(x.mean()), float(y.mean())
        x.sub_(means[0])
        variance, covariance = float(x.dot(x)), float(x.dot(y.sub_(means[1])))
        if not self._count:
            self._count, self._means, self._variance, self._covariance = len(x), means, variance, covariance
            return
        count = self._count + len(x)
        steps = [new - old for new, old in zip(means, self._means, strict=True)]
        weight = self._count * len(x) / count
        self._variance += variance + steps[0] * steps[0] * weight
        self._covariance += covariance + steps[0] * steps[1] * weight
        self._means = tuple(old + step * len(x) / count for old, step in zip(self._means, steps, strict=True))
        self._count = count

    def line(self) -> tuple[float, float]:
        """Coefficient and intercept; outputs that are all equal give 0, as the minimum-norm solution does."""
        coefficient = self._covariance / self._variance if self._variance > 0 else 0.0
        return coefficient, self._means[1] - coefficient * self._means[0]

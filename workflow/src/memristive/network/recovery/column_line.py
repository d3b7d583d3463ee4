"""A line an output in place of a line a layer: what one column loses is not made up for by another's gain.

Price: as many numbers as there are outputs, twice; no further operation, since the line of a layer is applied to each
output too; no image and no write.
"""

import torch


class ColumnFit:
    """Least-squares coefficients and intercepts, one pair an output, in double precision; see `tuning.LineFit`.

    Args:
        axis: of the outputs.
    """

    def __init__(self, axis: int) -> None:
        self._axis = axis
        self._count = 0

    def add(self, analogue: torch.Tensor, digital: torch.Tensor) -> None:
        """Take outputs of one shape into account."""
        x, y = (output.movedim(self._axis, 0).flatten(1).double() for output in (analogue, digital))
        count, mean_x, mean_y = x.shape[1], x.mean(1), y.mean(1)
        centred = x - mean_x[:, None]
        variance = (centred * centred).sum(1)
        covariance = (centred * (y - mean_y[:, None])).sum(1)
        if self._count:
            former, whole = self._count, self._count + count
            step_x, step_y = mean_x - self._mean_x, mean_y - self._mean_y
            weight = former * count / whole
            variance += self._variance + step_x * step_x * weight
            covariance += self._covariance + step_x * step_y * weight
            mean_x, mean_y = self._mean_x + step_x * count / whole, self._mean_y + step_y * count / whole
            count = whole
        self._count, self._mean_x, self._mean_y = count, mean_x, mean_y
        self._variance, self._covariance = variance, covariance

    def line(self) -> list[list[float]]:
        """Coefficients and intercepts; an output that never changes gets coefficient 0."""
        still = self._variance == 0
        coefficients = torch.where(still, 0.0, self._covariance / self._variance.masked_fill(still, 1.0))
        return [coefficients.tolist(), (self._mean_y - coefficients * self._mean_x).tolist()]

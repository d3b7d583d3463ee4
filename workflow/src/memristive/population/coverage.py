"""How often the intervals hold the truth: ``python -m memristive.population.coverage 2000`` prints the table.

Each study draws chips from a distribution whose mean is known, and one further chip.
"""

import argparse
from collections.abc import Callable, Iterator

import numpy as np

from memristive.population import intervals

Distribution = Callable[[np.random.Generator, int], np.ndarray]


def failing(proportion: float, failed: float = 0.1) -> Distribution:
    """Chips at 90 %, save a proportion at another accuracy."""

    def draw(generator: np.random.Generator, chips: int) -> np.ndarray:
        works = generator.random(chips) >= proportion
        return np.where(works, 0.9, failed) + generator.normal(0, 0.01, chips)

    return draw


def _log_normal(generator: np.random.Generator, chips: int) -> np.ndarray:
    return np.clip(0.98 - 0.01 * generator.lognormal(0, 1, chips), 0, 1)


DISTRIBUTIONS: dict[str, tuple[Distribution, float]] = {  # with their means
    "normal": (lambda generator, chips: generator.normal(0.9, 0.01, chips), 0.9),
    "exponential losses": (lambda generator, chips: 0.98 - generator.exponential(0.02, chips).clip(0, 0.98), 0.96),
    # The mean of the losses above their cut at 0.98 is below 1e-6.
    "log-normal losses": (_log_normal, 0.98 - 0.01 * float(np.exp(0.5))),
    "half fail": (failing(0.5, 0.3), 0.6),
    "a fifth fails": (failing(0.2), 0.74),
    "a tenth fails": (failing(0.1), 0.82),
    "a twentieth fails": (failing(0.05), 0.86),
}
CHIPS = (12, 60, 100, 200)
THRESHOLD = 0.895  # of the yield


def studies(name: str, chips: int, count: int, seed: int = 0) -> dict[str, float]:
    """Proportions of `count` studies whose intervals held the mean, the yield and one further chip, and their widths.

    Args:
        name: one of `DISTRIBUTIONS`.
        chips: in each study.
    """
    draw, mean = DISTRIBUTIONS[name]
    generator = np.random.default_rng([seed, chips, *name.encode()])
    passing = float((draw(generator, 1_000_000) >= THRESHOLD).mean())
    held, widths = np.zeros(3), np.zeros(3)
    for _ in range(count):
        values = draw(generator, chips)
        found = (
            intervals.mean_interval(values),
            intervals.yield_interval(int((values >= THRESHOLD).sum()), chips),
            intervals.prediction_interval(values),
        )
        truths = (mean, passing, draw(generator, 1)[0])
        held += [interval.low <= truth <= interval.high for interval, truth in zip(found, truths, strict=True)]
        widths += [interval.high - interval.low for interval in found]
    names = ("mean", "yield", "prediction")
    return dict(zip(names, held / count, strict=True)) | {
        f"{name} width": width for name, width in zip(names, widths / count, strict=True)
    }


def sequential(name: str, half_width: float, count: int, seed: int = 0) -> dict[str, float]:
    """Proportion of `count` studies drawn until `half_width` that held the mean, and their mean number of chips."""
    from memristive.population.sequence import until_precise

    draw, mean = DISTRIBUTIONS[name]
    generator = np.random.default_rng([seed, 1, *name.encode()])
    held = chips = 0.0
    for _ in range(count):
        values = until_precise(lambda more: draw(generator, more), half_width, at_most=20_000)
        interval = intervals.mean_interval(values)
        held += interval.low <= mean <= interval.high
        chips += len(values)
    return {"mean": held / count, "chips": chips / count}


def table(count: int) -> Iterator[str]:
    """Lines of the table, each as soon as it is there."""
    yield f"{'distribution':20s} chips  mean (width)   yield (width)  further chip"
    for name in DISTRIBUTIONS:
        for chips in CHIPS:
            found = studies(name, chips, count)
            cells = (f"{found[what]:.3f} ({found[f'{what} width']:.3f})" for what in ("mean", "yield", "prediction"))
            yield f"{name:20s} {chips:5d}  " + "  ".join(cells)
    yield f"drawn until the mean is known to 1 point{'':5s} mean   chips"
    for name in DISTRIBUTIONS:
        found = sequential(name, 0.01, max(1, count // 10))
        yield f"{name:45s} {found['mean']:.3f}  {found['chips']:.0f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m memristive.population.coverage", description=__doc__)
    parser.add_argument("studies", type=int, nargs="?", default=2000, help="in each case")
    for line in table(parser.parse_args().studies):
        print(line, flush=True)

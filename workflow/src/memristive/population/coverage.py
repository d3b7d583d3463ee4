"""How often the intervals hold the truth: ``python -m memristive.population.coverage 2000`` prints the table as CSV.

Each study draws chips from a distribution whose mean is known, and one further chip.
"""

import argparse
import csv
import sys
from collections.abc import Callable, Iterator

import numpy as np

from memristive.population import betting, intervals
from memristive.population.sequence import until_precise

Distribution = Callable[[np.random.Generator, int], np.ndarray]


def failing(proportion: float, failed: float = 0.1) -> Distribution:
    """Chips at 90 %, save a proportion at another accuracy."""

    def draw(generator: np.random.Generator, chips: int) -> np.ndarray:
        works = generator.random(chips) >= proportion
        return np.where(works, 0.9, failed) + generator.normal(0, 0.01, chips)

    return draw


def _log_normal(generator: np.random.Generator, chips: int) -> np.ndarray:
    return np.clip(0.98 - 0.01 * generator.lognormal(0, 1, chips), 0, 1)


RARE = "a fiftieth fails"  # 60 chips often hold no such chip: the mean of all is then beyond what they show
DISTRIBUTIONS: dict[str, tuple[Distribution, float]] = {  # with their means
    "normal": (lambda generator, chips: generator.normal(0.9, 0.01, chips), 0.9),
    "exponential losses": (lambda generator, chips: 0.98 - generator.exponential(0.02, chips).clip(0, 0.98), 0.96),
    # The mean of the losses above their cut at 0.98 is below 1e-6.
    "log-normal losses": (_log_normal, 0.98 - 0.01 * float(np.exp(0.5))),
    "half fail": (failing(0.5, 0.3), 0.6),
    "a fifth fails": (failing(0.2), 0.74),
    "a tenth fails": (failing(0.1), 0.82),
    "a twentieth fails": (failing(0.05), 0.86),
    RARE: (failing(0.02), 0.884),
}
CHIPS = (12, 60, 100, 200)
THRESHOLD = 0.895  # of the yield
MEASURED = 200  # studies whose assured intervals are found end by end, for their width
# Half-width to which means are known by chips drawn until then: what takes a few hundred chips.
PRECISIONS = dict.fromkeys(DISTRIBUTIONS, 0.04) | dict.fromkeys(("a tenth fails", "a twentieth fails", RARE), 0.1)
WHAT = ("mean", "assured", "yield", "prediction")
COLUMNS = ("distribution", "rule", "chips", "studies", *WHAT, *(f"{what}_width" for what in WHAT))


def studies(name: str, chips: int, count: int, seed: int = 0) -> dict[str, float]:
    """Proportions of `count` studies whose intervals held the mean, the yield and one further chip, and their widths.

    The width of the assured interval is that of the first `MEASURED` studies.

    Args:
        name: one of `DISTRIBUTIONS`.
        chips: in each study.
    """
    draw, mean = DISTRIBUTIONS[name]
    generator = np.random.default_rng([seed, chips, *name.encode()])
    passing = float((draw(generator, 1_000_000) >= THRESHOLD).mean())
    values, further = draw(generator, count * chips).reshape(count, chips), draw(generator, count)
    yields = [intervals.yield_interval(passed, chips) for passed in range(chips + 1)]
    passed = (values >= THRESHOLD).sum(1)
    ends = {
        "mean": (*intervals.mean_ends(values), mean),
        "yield": (
            np.array([one.low for one in yields])[passed],
            np.array([one.high for one in yields])[passed],
            passing,
        ),
        "prediction": (*intervals.prediction_ends(values)[:2], further),
    }
    held = {what: float(((low <= truth) & (truth <= high)).mean()) for what, (low, high, truth) in ends.items()}
    ends["assured"] = *betting.ends(values[:MEASURED], intervals.LEVEL), mean
    held["assured"] = float(betting.hold(values, mean, intervals.LEVEL).mean())
    return held | {f"{what} width": float((high - low).mean()) for what, (low, high, _) in ends.items()}


def sequential(name: str, half_width: float, count: int, seed: int = 0) -> dict[str, float]:
    """Proportion of `count` studies drawn until `half_width` that held the mean, and their mean number of chips."""
    draw, mean = DISTRIBUTIONS[name]
    generator = np.random.default_rng([seed, 1, *name.encode()])
    held = chips = 0.0
    for _ in range(count):
        values = until_precise(lambda more: draw(generator, more), half_width, at_most=20_000)
        interval = intervals.mean_interval(values)
        held += interval.low <= mean <= interval.high
        chips += len(values)
    return {"mean": held / count, "chips": chips / count}


def rows(count: int) -> Iterator[dict[str, object]]:
    """Rows of the table, each as soon as it is there: of so many chips, and of chips drawn until the mean is known."""
    for name in DISTRIBUTIONS:
        for chips in CHIPS:
            found = {what: round(value, 4) for what, value in studies(name, chips, count).items()}
            yield {"distribution": name, "rule": "fixed", "chips": chips, "studies": count} | found
    for name in DISTRIBUTIONS:
        found = sequential(name, PRECISIONS[name], count)
        rule = f"mean known to {100 * PRECISIONS[name]:g} points"
        yield {
            "distribution": name,
            "rule": rule,
            "chips": round(found["chips"], 1),
            "studies": count,
            "mean": round(found["mean"], 4),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m memristive.population.coverage", description=__doc__)
    parser.add_argument("studies", type=int, nargs="?", default=2000, help="in each case")
    table = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    table.writeheader()
    for row in rows(parser.parse_args().studies):
        table.writerow({name.replace(" ", "_"): value for name, value in row.items()})
        sys.stdout.flush()

"""Drawing chips until their mean is known well enough."""

from collections.abc import Callable

import numpy as np

from memristive.population import intervals

STAGES = 3  # after the first; each look at the chips costs a little coverage


def until_precise(draw: Callable[[int], np.ndarray], half_width: float, at_most: int) -> np.ndarray:
    """Accuracies of as many chips as the interval of their mean needs to reach `half_width` to each side.

    Stages, after Stein (1945, Annals of Mathematical Statistics 16, 243): the first has as many chips as the
    interval needs to hold, the next as many as its width asks for. A rule that looked after every chip would stop
    where the chips happen to agree, and its interval would hold the truth too rarely.

    Args:
        draw: accuracies of that many further chips, proportions from 0 to 1.
        half_width: proportion.
        at_most: chips in all.

    Returns:
        Accuracies [chips] in the order of their draws; where `at_most` was too few, the interval is wider.
    """
    values = np.asarray(draw(min(intervals.ENOUGH, at_most)))
    for stage in range(STAGES):
        needed = intervals.chips_needed(values, half_width)
        if stage:  # nearly there: not one chip at a time
            needed = max(needed, round(1.1 * len(values))) if needed > len(values) else needed
        more = min(needed, at_most) - len(values)
        if more <= 0:
            break
        values = np.concatenate([values, draw(more)])
    return values

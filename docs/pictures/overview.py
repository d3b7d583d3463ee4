"""The picture of the front page: `python docs/pictures/overview.py`, with the environment of `make docs`.

Nothing in it is drawn by hand: weights and conductances are those of the how-to pages' network, accuracies those of
sixty chips with it.
"""

import sys
from pathlib import Path

import matplotlib as mpl

from memristive.core.processor import use_common_arithmetic

use_common_arithmetic()

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "how-to"))


def main() -> None:
    """Draw it beside this file."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt
    import torch
    from digits import trained

    from memristive import Setting, chips
    from memristive.arrays.mapping import SCHEMES, naive_map, weight_range

    model, data = trained()
    setting = Setting(device="pt_hf_ti_fitted", relative_sigma=0.3, adc_bits=5)
    weights = model[6].weight.detach().T[:24]
    aim = setting.device.r_on, setting.device.r_off
    scheme = SCHEMES[setting.array.scheme]
    limits = weight_range(weights, setting, aim)
    sides = [1e3 * naive_map(weights, limits, scheme, aim, side=side) for side in (0, 1)]
    pairs = torch.stack(sides, 2).flatten(1)
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.9), width_ratios=(1, 2, 1.5))
    image = left.imshow(weights, cmap="PuOr", vmin=-weights.abs().max(), vmax=weights.abs().max(), aspect="auto")
    left.set(xlabel="output", ylabel="input", title="a layer's weights")
    figure.colorbar(image, location="bottom", pad=0.2)
    image = middle.imshow(pairs, cmap="cividis", aspect="auto")
    middle.set(xlabel="bit lines, each with a converter (ADC)", title="pairs of devices on a tile")
    middle.set_ylabel("word lines, each with a voltage (DAC)")
    figure.colorbar(image, location="bottom", pad=0.2, label="conductance (mS)")
    found = chips(model, data, setting)
    further = found.prediction_interval
    right.hist(found.accuracies, bins=12, color="#0072b2", edgecolor="white")
    right.axvspan(further.low, further.high, color="0.5", alpha=0.2, label="one further chip")
    right.axvline(found.mean, color="#d55e00", linestyle="--", label="mean")
    right.set(xlabel="accuracy (%)", ylabel="chips", title="what sixty chips get right")
    right.legend(loc="upper left")
    for axis in (left, middle):
        axis.annotate("", (1.16, 0.5), (1.02, 0.5), "axes fraction", arrowprops={"arrowstyle": "-|>", "lw": 2})
    figure.tight_layout(w_pad=3)
    figure.savefig(HERE / "overview.png", dpi=130)


if __name__ == "__main__":
    main()

"""Devices: (a) bipolar switching on a logarithmic current axis, (b) hysteresis loops at several frequencies."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results.study import Study


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """One row a device: switching beside hysteresis. Needs `curves` (devices/curves.csv; V, A, Hz)."""
    curves = frames["curves"]
    present = list(curves["device"].unique())
    devices = [name for name in study.paper.labels if name in present]
    devices += [name for name in present if name not in devices]
    if not devices:
        return style.empty("No device curve in this study.")
    figure, axes = pyplot.subplots(len(devices), 2, figsize=(style.DOUBLE, 2.1 * len(devices) + 0.2), squeeze=False)
    for (left, right), device in zip(axes, devices, strict=True):
        mine = curves[curves["device"] == device]
        _switching(left, mine[mine["experiment"] == "switching"], study.label(device))
        _hysteresis(right, mine[mine["experiment"] == "hysteresis"], study.label(device))
    return figure


def _switching(axes: Axes, curve: pd.DataFrame, title: str) -> None:
    current = curve["current"].abs()
    shown = current > current.max() * 1e-6  # log |I| falls to minus infinity where the voltage crosses 0
    axes.semilogy(curve["voltage"].where(shown), current.where(shown), color="#0072B2")
    rising = curve[shown & (curve["voltage"].diff() > 0) & (curve["voltage"] > 0.3 * curve["voltage"].max())]
    falling = curve[shown & (curve["voltage"].diff() < 0) & (curve["voltage"] < 0.3 * curve["voltage"].min())]
    for part in (rising, falling):
        if len(part) > 4:
            middle = part.iloc[[len(part) // 2, len(part) // 2 + max(1, len(part) // 20)]]
            (x, x_end), (y, y_end) = middle["voltage"], middle["current"].abs()
            axes.annotate(
                "", (x_end, y_end), (x, y), arrowprops={"arrowstyle": "-|>", "color": style.BLACK, "linewidth": 1}
            )
    axes.set(title=f"{title}: switching", xlabel="voltage (V)", ylabel="|current| (A)")


def _hysteresis(axes: Axes, curves: pd.DataFrame, title: str) -> None:
    frequencies = sorted(curves["frequency"].unique())
    for frequency, colour, line in zip(frequencies, style.shades(len(frequencies)), style.LINES, strict=False):
        loop = curves[curves["frequency"] == frequency]
        axes.plot(loop["voltage"], loop["current"], color=colour, linestyle=line, label=_hertz(frequency))
    axes.axhline(0, color=style.GREY, linewidth=0.5)
    axes.axvline(0, color=style.GREY, linewidth=0.5)
    axes.ticklabel_format(axis="y", scilimits=(-3, 3))
    axes.set(title=f"{title}: hysteresis", xlabel="voltage (V)", ylabel="current (A)")
    if frequencies:
        axes.legend(title="frequency", loc="best")


def _hertz(frequency: float) -> str:
    for size, unit in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz"), (1, "Hz")):
        if frequency >= size:
            return f"{frequency / size:.3g} {unit}"
    return f"{frequency:.2g} Hz"

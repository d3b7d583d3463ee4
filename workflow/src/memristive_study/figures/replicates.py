"""Networks as a random factor: where they differ, and their scatter beside that between draws of one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results import readings
from memristive_study.results.components import components
from memristive_study.results.statistics import accuracy_interval
from memristive_study.results.study import Study
from memristive_study.tables.replicates import Setting, settings

MOST = 16  # settings that the left panel shows
LEAST = 0.01  # points: one of 10,000 images, the end of the logarithmic axes


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """Left, the settings at which networks differ most, a point a network; right, all settings. Needs `replicates`."""
    found = [each for each in settings(frames, study) if any(len(values) > 1 for values in each.draws.values())]
    if not found:
        return style.empty("No further draws of a network were evaluated more than once.")
    scatter = [components(list(each.draws.values())) for each in found]
    order = sorted(range(len(found)), key=lambda number: -scatter[number].between)[:MOST]
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(style.DOUBLE, 3.9), width_ratios=(1.25, 1))
    _strips(left, [found[number] for number in sorted(order)], study)
    for number, each in enumerate(found):
        colour, marker = style.network_style(each.network, study.networks)
        look = style.semantics_style(each.semantics, colour) | {"linestyle": "none", "markersize": 4.2}
        look["marker"] = marker
        right.plot(max(scatter[number].within, LEAST), max(scatter[number].between, LEAST), **look)
    ends = [LEAST * 0.7, 70]
    right.plot(ends, ends, color=style.GREY, linewidth=0.7)
    right.set(xscale="log", yscale="log", xlim=ends, ylim=ends, aspect="equal")
    right.set_title("standard deviations (points)")
    right.set_xlabel("between draws of one network")
    right.set_ylabel("between networks")
    names = list(dict.fromkeys(each.semantics for each in found))
    handles = style.semantics_handles([name for name in readings.ORDER if name in names])
    handles.append(style.entry("the study's own network", color=style.BLACK, marker="D", linestyle="none"))
    style.legend(figure, handles)
    count = max(len(each.draws) for each in found)
    style.note(
        figure,
        f"Left: {count} networks, of a cross-validation's folds at their last epoch; a bar is the 95 % interval over "
        "its draws.\nAbove the line on the right, networks differ more than draws do.",
    )
    return figure


def _strips(axes: Axes, found: Sequence[Setting], study: Study) -> None:
    """A row a setting, a point a network."""
    for place, each in enumerate(found):
        colour, marker = style.network_style(each.network, study.networks)
        look = style.semantics_style(each.semantics, colour) | {"linestyle": "none", "markersize": 3.6}
        for step, values in enumerate(each.draws.values()):
            interval = accuracy_interval(values)
            y = place + 0.5 * (step / max(len(each.draws) - 1, 1) - 0.5)
            if interval.known:
                axes.plot([interval.low, interval.high], [y, y], color=look["color"], linewidth=0.7)
            axes.plot(interval.value, y, marker=marker, **look)
        if each.own:
            own = {"marker": "D", "markersize": 3.4, "markeredgecolor": "white", "markeredgewidth": 0.4}
            axes.plot(sum(each.own) / len(each.own), place, color=style.BLACK, zorder=5, **own)
    axes.set_yticks(range(len(found)), [_name(each, study) for each in found], fontsize=6)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlim(0, 103)
    axes.set_xlabel("test accuracy (%)")


def _name(each: Setting, study: Study) -> str:
    several = len({of.draw_of for of in study.replicates.values()}) > 1
    name = f"{study.label(each.network)} " if several else ""
    return f"{name}{each.experiment.replace('_', ' ')}: {each.fields}"

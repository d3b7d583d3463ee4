"""Endurance: accuracy after SET/RESET cycles, at the paper's point (Table 3) and over cycles and temperature."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memristive_study.papers.souto_garnelo import lifetime, reported
from memristive_study.results.outputs import Figure, Section
from memristive_study.results.study import Study

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawn

    from memristive_study.claims.evidence import Evidence


def draw(frames: Mapping[str, Any], study: Study) -> "Drawn":
    """The paper's point (sudden mode), then a panel a network over cycles (gradual mode). Needs `endurance`."""
    from matplotlib import pyplot

    from memristive_study.figures import style

    frame = frames["endurance"]
    point, sweep = frame[frame["part"] == "paper"], frame[frame["part"] == "cycles_temperature"]
    names = study.ordered(sweep["network"])
    count = (len(point) > 0) + len(names)
    if not count:
        return style.empty("No network in this experiment.")
    figure, axes = pyplot.subplots(
        1,
        count,
        figsize=(style.DOUBLE if count > 1 else style.SINGLE, 2.5),
        squeeze=False,
        sharey=True,
        width_ratios=[1.25] * (len(point) > 0) + [1] * len(names),
    )
    panels, handles = list(axes.ravel()), []
    if len(point):
        marked = lifetime.draw_paper_point(panels[0], point, study, reported.ENDURANCE_ACCURACY)
        panels[0].set_title("10,000 cycles at 350 K, sudden")
        for name in study.ordered(point["network"]):
            colour, marker = style.network_style(name, study.networks)
            handles.append(style.entry(study.label(name), color=colour, marker=marker, linestyle="none"))
        handles += style.paper_handles(marked)
    groups = alike(sweep)
    colours = style.shades(len(groups))
    looks = {
        temperatures: {"marker": style.MARKERS[i % 8], "linestyle": style.LINES[i % 6], "color": colours[i]}
        for i, temperatures in enumerate(groups)
    }
    for panel, name in zip(panels[len(point) > 0 :], names, strict=True):
        mine = sweep[sweep["network"] == name]
        for temperatures, look in looks.items():
            style.means(panel, mine[mine["temperature"] == temperatures[0]], "cycles", **look)
        panel.set_xscale("log")
        style.accuracy_axis(panel)
        panel.set(title=f"{study.label(name)}, gradual", xlabel="SET/RESET cycles")
    panels[0].set_ylabel("accuracy (%)")
    handles += [style.entry(kelvin(temperatures), **look) for temperatures, look in looks.items()]
    style.legend(figure, handles, columns=7)
    keys = ["network", "part", "label"]
    style.note(figure, style.repeats(frame, keys).replace("band", "band or bar") + style.chips(frame, keys))
    return figure


def alike(sweep: "pd.DataFrame") -> list[tuple[float, ...]]:
    """Temperatures, those together at which every evaluation has the same accuracy."""
    groups: dict[tuple[float, ...], list[float]] = {}
    for temperature, rows in sweep.groupby("temperature"):
        ordered = rows.sort_values(["network", "semantics", "tuning", "cycles", "repeat"])
        groups.setdefault(tuple(ordered["accuracy"]), []).append(float(temperature))
    return [tuple(found) for found in groups.values()]


def kelvin(temperatures: tuple[float, ...]) -> str:
    """Temperatures that share a line, in words."""
    texts = [f"{temperature:g}" for temperature in temperatures]
    return f"{', '.join(texts[:-1])} and {texts[-1]} K alike" if len(texts) > 1 else f"{texts[0]} K"


def findings(evidence: "Evidence") -> list[str]:
    """The paper's point."""
    from memristive_study.claims.quantities import lifetime as q
    from memristive_study.report import sentences

    quantity = q.accuracy_after("endurance")
    return sentences.by_network(evidence, quantity, "accuracy after 10,000 cycles", "%")


SECTION = Section(
    key="endurance",
    title="Endurance",
    figures=(
        Figure(
            "fig_endurance",
            ("endurance",),
            "Endurance: accuracy after SET/RESET cycles",
            "Left, accuracy after 10,000 SET/RESET cycles at 350 K in sudden mode, tuned before or after, under both "
            "semantics; lines and stars, if any, are what the paper reports. Right, accuracy over cycles in gradual "
            "mode, a line a temperature, one for those at which nothing differs.",
            draw,
            parts=("paper", "cycles_temperature"),
        ),
    ),
    tables=(lifetime.TABLE,),
    findings=findings,
)

"""The figure of an experiment on measured devices: accuracy once they are programmed, and at ages of theirs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from memristive_study.figures import style
from memristive_study.results.study import Study

HOUR, DAY, YEAR = 3600.0, 86400.0, 365.25 * 86400
TICKS = {HOUR: "1 h", DAY: "1 d", 30 * DAY: "30 d", YEAR: "1 y", 10 * YEAR: "10 y"}
EARLIER = 8.0  # how far left of the first age the point of programming stands, as a factor


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """A panel a network, a line a device over the time since programming. Needs the experiment's table alone."""
    ((_, frame),) = frames.items()
    names = study.ordered(frame["network"])
    if not names:
        return style.empty("No network in this experiment.")
    figure, axes = style.panels(len(names), height=2.9)
    devices = list(dict.fromkeys(frame["device"]))
    looks = {
        device: {
            "color": style.COLOURS[i % len(style.COLOURS)],
            "marker": style.MARKERS[i % len(style.MARKERS)],
            "markersize": 4,
        }
        for i, device in enumerate(devices)
    }
    ages = pd.to_numeric(frame["retention_time"], errors="coerce")
    first = ages.min() / EARLIER if ages.notna().any() else 1.0
    frame = frame.assign(place=ages.fillna(first))
    for panel, name in zip(axes, names, strict=True):
        mine = frame[frame["network"] == name]
        for number, device in enumerate(devices):
            rows = mine[mine["device"] == device]
            if not len(rows):
                continue
            # Side by side where several devices were measured at the same time.
            aside = 1.12 ** (number - (len(devices) - 1) / 2)
            rows = rows.assign(place=rows["place"] * aside)
            style.points(panel, rows, "place", **looks[device])
            mean = rows.groupby("place")["accuracy"].mean()
            panel.plot(mean.index, mean, color=looks[device]["color"], linewidth=0.9)
        panel.set_xscale("log")
        ticks = {first: "new"} | {place: text for place, text in TICKS.items() if first < place <= 1.2 * ages.max()}
        panel.set_xticks(list(ticks), list(ticks.values()))
        panel.minorticks_off()
        low = float(mine["accuracy"].min())
        panel.set_ylim(np.floor(low - 0.06 * (100 - low) - 0.2), None)
        panel.set(title=study.label(name), xlabel="time since programming")
    axes[0].set_ylabel("accuracy (%)")
    labels = {device: study.label(device) for device in devices}
    style.legend(figure, [style.entry(labels[device], linestyle="-", **looks[device]) for device in devices])
    text = style.repeats(frame, ["network", "part", "label"]).replace("band", "bar")
    style.note(figure, f"{text}; new: as programmed; the axes of accuracy differ between panels")
    return figure

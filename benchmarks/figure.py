"""One figure: time against the digital network, and how it grows."""

import csv
from pathlib import Path

from memristive.files import atomic


def draw(folder: Path) -> None:
    """Write benchmarks.png and benchmarks.svg from the CSV files in `folder`."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    inference, growth = (_read(folder / f"{name}.csv") for name in ("inference", "growth"))
    axes_names = list(dict.fromkeys(row["axis"] for row in growth))
    figure = plt.figure(figsize=(11, 8), layout="constrained")
    grid = figure.add_gridspec(2, max(1, len(axes_names)), height_ratios=(3, 2))
    axes = figure.add_subplot(grid[0, :])
    names = list(dict.fromkeys(row["network"] for row in inference if row["network"] != "residual"))
    for number, name in enumerate(names):
        rows = [row for row in inference if row["network"] == name and not row["way"].startswith("digital")]
        places = [place + 0.25 * (number - 1) for place in range(len(rows))]
        axes.plot(places, [float(row["to_digital"]) for row in rows], "o", label=name)
        axes.set_xticks(range(len(rows)), [row["way"] for row in rows], rotation=40, ha="right")
    axes.axhline(1, color="0.6", linewidth=1)
    axes.set_yscale("log")
    axes.set_ylabel("time / digital network")
    axes.legend(frameon=False)
    for number, name in enumerate(axes_names):
        rows = [row for row in growth if row["axis"] == name]
        panel = figure.add_subplot(grid[1, number])
        values, work = ([float(row[key]) for row in rows] for key in ("value", "work"))
        seconds = [float(row["seconds"]) for row in rows]
        panel.loglog(values, seconds, "o-", base=2)
        panel.loglog(values, [seconds[-1] * w / work[-1] for w in work], color="0.6", linewidth=1, base=2)
        panel.set_xlabel(name)
        if number == 0:
            panel.set_ylabel("seconds (grey: proportional)")
    for suffix in ("png", "svg"):
        with atomic(folder / f"benchmarks.{suffix}") as temporary:
            figure.savefig(temporary, dpi=150)
    plt.close(figure)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))

"""One figure: what costs how much beside the plain case, and how time and memory grow."""

from pathlib import Path

from benchmarks import goals
from benchmarks.goals import NETWORKS, Table
from benchmarks.inference import BEST, DIGITAL, FUSED, PADDING, PLAIN
from memristive.core.files import atomic

# Okabe and Ito's colours, which differ in lightness too, each with a marker of its own.
STYLES = {"mnist": ("#0072B2", "o"), "cifar10": ("#D55E00", "s"), "cifar100": ("#009E73", "^")}
LABELS = {PLAIN: "64x64, 8 bits", FUSED: "the same, fused", **{way: way for way in PADDING}}


def draw(folder: Path) -> None:
    """Write benchmarks.png and benchmarks.svg from the CSV files in `folder`, as far as they are there."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    tables = goals.read(folder)
    plt.rcParams.update({"font.size": 8, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "bench"})
    figure = plt.figure(figsize=(7.2, 7.6), layout="constrained")
    grid = figure.add_gridspec(3, 6, height_ratios=(5, 2, 2))
    if "inference" in tables:
        _inference(figure.add_subplot(grid[0, :4]), tables["inference"])
    if "simulators" in tables:
        _simulators(figure.add_subplot(grid[0, 4:]), tables["simulators"])
    growth = tables.get("growth", [])
    places = [grid[row, column : column + 2] for row in (1, 2) for column in (0, 2, 4)]
    for number, name in enumerate(dict.fromkeys(row["axis"] for row in growth)):
        _growth(figure.add_subplot(places[number]), name, [row for row in growth if row["axis"] == name], number == 0)
    if "memory" in tables:
        _memory(figure.add_subplot(places[-1]), tables["memory"])
    for suffix in ("png", "svg"):
        with atomic(folder / f"benchmarks.{suffix}") as temporary:
            figure.savefig(temporary, dpi=160, metadata={"Date": None} if suffix == "svg" else None)
    plt.close(figure)


def _inference(axes, table: Table) -> None:
    """Time of each setting beside the digital network, a marker a network."""
    ways = [way for way in dict.fromkeys(row["way"] for row in table) if way != DIGITAL]
    for name, (colour, marker) in STYLES.items():
        found = {row["way"]: float(row["to_digital"]) for row in table if row["network"] == name}
        shown = [way for way in ways if way in found]
        axes.plot(
            [found[way] for way in shown],
            [ways.index(way) for way in shown],
            marker,
            color=colour,
            markersize=4,
            label=NETWORKS[name],
        )
    axes.axvline(1, color="0.5", linewidth=0.8)
    axes.set_xscale("log")
    _ticks(axes.xaxis, (0.1, 0.2, 0.5, 1, 2, 5))
    axes.set_yticks(range(len(ways)), [LABELS.get(way, way) for way in ways])
    axes.get_yticklabels()[ways.index(BEST)].set_style("italic") if BEST in ways else None
    axes.invert_yaxis()
    axes.grid(axis="x", linewidth=0.3)
    axes.set_xlabel("time / digital network, plain")
    axes.set_title("Inference by setting", fontsize=9, loc="left")
    axes.legend(frameon=False, fontsize=7)


def _simulators(axes, table: Table) -> None:
    """Seconds that each simulator needs for the same images."""
    names = {
        "crossbar": "ours",
        "crossbar, fused": "ours, fused",
        "crossbar, noise": "ours, noise",
        "crosssim": "CrossSim",
        "memtorch": "MemTorch",
    }
    seconds = [float(row["seconds_for_10000_images"]) for row in table]
    axes.barh(range(len(table)), seconds, color="#56B4E9", height=0.6)
    for number, value in enumerate(seconds):
        axes.text(value * 1.1, number, f"{value:,.0f} s" if value >= 100 else f"{value:.2g} s", va="center")
    axes.set_yticks(range(len(table)), [names.get(row["simulator"], row["simulator"]) for row in table])
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlim(min(seconds) / 3, max(seconds) * 30)
    axes.set_xlabel("s, 10,000 of MNIST")
    axes.set_title("Simulators", fontsize=9, loc="left")


def _growth(axes, name: str, table: Table, labelled: bool) -> None:
    """Seconds against one quantity, and in grey what would be proportional to the work."""
    values, work, seconds = ([float(row[key]) for row in table] for key in ("value", "work", "seconds"))
    axes.loglog(values, [seconds[-1] * share / work[-1] for share in work], color="0.6", linewidth=1, label="work")
    axes.loglog(values, seconds, "o-", color="#0072B2", markersize=3, linewidth=1, label="time")
    _ticks(axes.xaxis, values if len(values) < 6 else values[::2])
    axes.set_xlabel(name)
    axes.set_ylabel("seconds")
    if labelled:
        axes.legend(frameon=False, fontsize=7)
        axes.set_title("How it grows", fontsize=9, loc="left")
    if min(work) == max(work):
        axes.set_ylim(min(seconds) / 5, max(seconds) * 5)


def _memory(axes, table: Table) -> None:
    """Peak memory of a job against the number of test images."""
    rows = [row for row in table if row["seeds"] == "1"]
    axes.semilogx(
        [int(row["test_images"]) for row in rows],
        [float(row["peak_mib"]) for row in rows],
        "o-",
        color="#D55E00",
        markersize=3,
        linewidth=1,
    )
    _ticks(axes.xaxis, [int(row["test_images"]) for row in rows][::3])
    axes.set_ylim(0, 1.3 * max(float(row["peak_mib"]) for row in rows))
    axes.set_xlabel("test images (CIFAR100)")
    axes.set_ylabel("peak memory (MiB)")


def _ticks(axis, values) -> None:
    """Ticks of a logarithmic axis at `values`, written out, and at no others."""
    from matplotlib import ticker

    axis.set_major_locator(ticker.FixedLocator(list(values)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(ticker.NullLocator())

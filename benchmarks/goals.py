"""What was to be reached, and what the files of results/benchmarks say: the rows of the table in docs/benchmarks.md."""

import csv
import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import builds
from benchmarks.inference import BEST, DIGITAL, FUSED, PADDING, PLAIN, REAL_PLAIN, SETTINGS
from benchmarks.training import OURS
from benchmarks.wires import SIZES

NETWORKS = {"mnist": "MNIST", "cifar10": "CIFAR10", "cifar100": "CIFAR100"}
SHAPES = ("128x128", "256x256", "no tiles", "2 bits", "4 bits", "6 bits", "10 bits")
DEVICES = ("sigma 20 ohm", "1 % stuck at LRS, 1 % at HRS", "4 conductance states")
RANKED = ("log ADC", "5 % overflow", "Linear scaled over the batch")
MIB = 2**10

Table = list[dict[str, str]]
Tables = dict[str, Table]


@dataclasses.dataclass(frozen=True)
class Goal:
    """One line of the table of goals.

    Attributes:
        what: the quantity.
        find: measured values, by what they belong to, from the tables; empty where they were not measured.
        goal, limit: what to reach, and what not to be worse than, for each value in turn or for all of them.
        form: format of a value.
        more: whether more is better.
    """

    what: str
    find: Callable[[Tables], dict[str, float]]
    goal: tuple[float, ...]
    limit: tuple[float, ...]
    form: str = "{:.2f}"
    more: bool = False

    def row(self, tables: Tables) -> dict[str, str]:
        """Columns what, measured, goal, limit and verdict (goal, limit, missed, or not measured)."""
        try:
            found = self.find(tables)
        except (KeyError, StopIteration, ValueError):  # not measured, or not on this network
            found = {}
        values = list(found.values())
        text = ", ".join(f"{name} {self.form.format(value)}".strip() for name, value in found.items())
        return {
            "what": self.what,
            "measured": text or "not measured",
            "goal": ", ".join(self.form.format(value) for value in self.goal),
            "limit": ", ".join(self.form.format(value) for value in self.limit),
            "verdict": self._verdict(values),
        }

    def _verdict(self, values: Sequence[float]) -> str:
        if not values:
            return "not measured"

        def holds(bounds: tuple[float, ...]) -> bool:
            each = bounds if len(bounds) == len(values) else (bounds[0],) * len(values)
            return all(
                value >= bound if self.more else value <= bound for value, bound in zip(values, each, strict=True)
            )

        return "goal" if holds(self.goal) else "limit" if holds(self.limit) else "missed"


def read(folder: Path) -> Tables:
    """Every CSV file of the benchmarks in `folder`, by its name."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as stream:
            tables[path.stem] = list(csv.DictReader(stream))
    return tables


def _each_network(way: str, column: str) -> Callable[[Tables], dict[str, float]]:
    """The value of a column for one way, network by network."""
    return lambda tables: {
        NETWORKS[row["network"]]: float(row[column]) for row in tables["inference"] if row["way"] == way
    }


def _worst(ways: Sequence[str], column: str) -> Callable[[Tables], dict[str, float]]:
    """The largest value of a column among some ways on all networks, and the median of the others beside it."""

    def find(tables: Tables) -> dict[str, float]:
        rows = [row for row in tables["inference"] if row["way"] in ways]
        worst = max(rows, key=lambda row: float(row[column]))
        return {f"{worst['way']} on {NETWORKS[worst['network']]}": float(worst[column])}

    return find


def _one(table: str, key: str, wanted: str, column: str, name: str = "") -> Callable[[Tables], dict[str, float]]:
    """The value of a column in the row whose `key` begins with `wanted`."""
    return lambda tables: {name: float(next(row for row in tables[table] if row[key].startswith(wanted))[column])}


def _simulator(name: str) -> Callable[[Tables], dict[str, float]]:
    """Times as long as ours in each order of summation; the other simulators sum fused."""

    def find(tables: Tables) -> dict[str, float]:
        row = next(row for row in tables["simulators"] if row["simulator"] == name)
        return {"separate": float(row["to_crossbar"]), "fused": float(row["to_crossbar_fused"])}

    return find


def _orders(tables: Tables) -> dict[str, float]:
    rows = tables["orders"]
    codes, differing = (sum(int(row[key]) for row in rows) for key in ("codes", "differing"))
    return {
        f"by at most {max(float(row['largest_difference_steps']) for row in rows):g} steps": 1e5 * differing / codes
    }


def _gpu_build(tables: Tables) -> dict[str, float]:
    """Time of MemTorch's build for a GPU by that of its build for a CPU, on ideal devices, network by network."""
    return {
        NETWORKS[row["network"]]: float(row["to_cpu_build"])
        for row in tables["builds"]
        if (row["build"], row["devices"]) == (builds.GPU, "ideal devices")
    }


def _conversion(tables: Tables) -> dict[str, float]:
    rows = tables["conversion"]
    return {
        "": next(
            float(row["seconds"]) for row in rows if (row["network"], row["devices"]) == ("cifar100", "variability")
        )
    }


def _tiles(tables: Tables) -> dict[str, float]:
    """Milliseconds of one tile's matrix by its size."""
    rows = {row["way"]: 1e3 * float(row["seconds"]) for row in tables["wires"]}
    return {f"{size}x{size}": rows[f"{size}x{size} tile"] for size in SIZES}


def _with_wires(tables: Tables) -> dict[str, float]:
    """Inference with wires by time without, network by network."""
    return {
        NETWORKS[name]: float(row["to_plain"])
        for row in tables["wires"]
        for name in NETWORKS
        if row["way"] == f"inference of {name} with wires"
    }


def _memory(tables: Tables) -> dict[str, float]:
    """The peak with CIFAR100's own test images and five seeds, with and without the server: the larger of both."""
    peaks = [float(row["peak_mib"]) for row in tables["memory"] if row["seeds"] != "1"]
    return {"": max(peaks) / MIB}


def _memory_growth(tables: Tables) -> dict[str, float]:
    peaks = {
        int(row["test_images"]): float(row["peak_mib"]) for row in tables["memory"] if row["fork_server"] == "True"
    }
    return {"": peaks[max(peaks)] / peaks[min(peaks)]}


GOALS = (
    Goal(
        "crossbar / digital plain at its best batch size, 64x64, 8 bits, on noise",
        _each_network(PLAIN, "to_digital"),
        (0.16, 0.36, 0.55),
        (0.35, 0.6, 0.8),
    ),
    Goal(
        "the same on the data sets' own images: MNIST's are mostly background",
        _each_network(REAL_PLAIN, "to_digital"),
        (0.16, 0.36, 0.55),
        (0.35, 0.6, 0.8),
    ),
    Goal(
        "the same on noise, fused multiply-add",
        _each_network(FUSED, "to_digital"),
        (0.16, 0.36, 0.55),
        (0.35, 0.6, 0.8),
    ),
    Goal(
        "crossbar / digital at its best (folded, channels_last), noise, fused multiply-add",
        _each_network(FUSED, "to_digital_at_its_best"),
        (0.3, 0.8, 0.97),
        (1, 1.3, 1.3),
    ),
    Goal(
        "the same, multiply then add",
        _each_network(PLAIN, "to_digital_at_its_best"),
        (0.3, 0.8, 0.97),
        (1, 1.3, 1.3),
    ),
    Goal(
        "128x128, 256x256, no tiles, 2 to 10 bits / 64x64, 8 bits: the slowest",
        _worst(SHAPES, "to_plain_setting"),
        (1,),
        (1.1,),
    ),
    Goal(
        "device variability, faults, finite states / ideal: the slowest",
        _worst(DEVICES, "to_plain_setting"),
        (1,),
        (1.1,),
    ),
    Goal(
        "log ADC, overflow, Linear scaled over the batch / the plain case: the slowest",
        _worst(RANKED, "to_plain_setting"),
        (1.5,),
        (4,),
    ),
    Goal(
        "MemTorch's padding cells, a multiply-add / the plain case: the slowest",
        _worst(tuple(PADDING), "to_plain_a_multiply_add"),
        (1.5,),
        (4,),
    ),
    Goal("semantics memtorch_cuda / memtorch, ideal devices, each in its own summation", _gpu_build, (1,), (1.3,)),
    Goal("a residual network, crossbar / digital plain", _one("residual", "way", PLAIN, "to_digital"), (1,), (2,)),
    Goal("ADC codes in 100,000 that differ between the orders of summation", _orders, (1,), (1,)),
    Goal(
        "MemTorch / crossbar, MNIST",
        _one("simulators", "simulator", "memtorch", "to_crossbar"),
        (10_000,),
        (3000,),
        "{:,.0f}x",
        True,
    ),
    Goal(
        "aihwkit / crossbar, MNIST",
        _simulator("aihwkit"),
        (200,),
        (60,),
        "{:,.0f}x",
        True,
    ),
    Goal(
        "CrossSim / crossbar, MNIST",
        _simulator("crosssim"),
        (200,),
        (60,),
        "{:,.0f}x",
        True,
    ),
    Goal("conversion and tuning of the CIFAR100 network, variability, 256x256", _conversion, (0.2,), (1,), "{:.2f} s"),
    Goal("a tile with its wires as a matrix, one core", _tiles, (5, 40, 400), (10, 80, 800), "{:.1f} ms"),
    Goal(
        "conversion of the CIFAR100 network with wires, 64x64, both columns",
        _one("wires", "way", "conversion of cifar100 with wires", "seconds"),
        (3,),
        (6,),
        "{:.2f} s",
    ),
    Goal("inference with wires / without", _with_wires, (1.02,), (1.02,)),
    Goal(
        "gated rows, an input of 64x64 / the product with a matrix",
        _one("wires", "way", "64x64, 1000 inputs, source line held at its first", "to_plain"),
        (10,),
        (100,),
        "{:.0f}x",
    ),
    Goal("peak memory of an inference job on CIFAR100", _memory, (0.7,), (2,), "{:.2f} GiB"),
    Goal("the same, 8 times the test images / once", _memory_growth, (1.05,), (1.05,)),
    Goal(
        "200 settings x 5 seeds x 10,000 MNIST images, a job each",
        _one("workflow", "what", "study", "seconds"),
        (120,),
        (360,),
        "{:.0f} s",
    ),
    Goal(
        "the same after an edit of one setting",
        _one("workflow", "what", "after one edit", "seconds"),
        (15,),
        (30,),
        "{:.1f} s",
    ),
    Goal(
        "`snakemake -n all` of the full study",
        _one("workflow", "what", "dry run of the full study", "seconds"),
        (5,),
        (15,),
        "{:.1f} s",
    ),
    Goal(
        "`snakemake -n all` of 10,000 settings",
        _one("workflow", "what", "dry run of 10000 settings", "seconds"),
        (30,),
        (90,),
        "{:.0f} s",
    ),
    Goal(
        "training epoch of CIFAR10: usual loop / ours",
        _one("training", "way", OURS, "usual_to_this"),
        (3,),
        (1.5,),
        "{:.1f}x",
        True,
    ),
)


def rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the table from the CSV files in `folder`."""
    tables = read(folder)
    return [goal.row(tables) for goal in GOALS]


__all__ = ["BEST", "DEVICES", "DIGITAL", "GOALS", "NETWORKS", "RANKED", "SETTINGS", "SHAPES", "read", "rows"]

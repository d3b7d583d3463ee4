"""What each option costs beside the plain setting: the second table of docs/benchmarks.md."""

from pathlib import Path

from benchmarks import devices, goals, slices
from benchmarks.goals import NETWORKS, Tables

NAMES = ("MNIST", "CIFAR10")


def lines(folder: Path) -> list[str]:
    """Markdown of the table and what it is, from the CSV files in `folder`: a row for each option that was measured."""
    tables = goals.read(folder)
    found = _inference(tables) | _conversion(tables)
    rows = [f"| {what} | {' | '.join(values.get(name, '') for name in NAMES)} |" for what, values in found.items()]
    if not rows:
        return []
    return [
        "Time with an option by that of the plain setting (8-bit converters that range themselves, no wires, ohmic "
        "devices), on all cores:",
        "",
        f"| option | {' | '.join(NAMES)} |",
        f"| --- |{' --- |' * len(NAMES)}",
        *rows,
        "",
    ]


def _inference(tables: Tables) -> dict[str, dict[str, str]]:
    rows = {row["way"]: row for name in ("wires", "devices", "slices") for row in tables.get(name, ())}
    ways = {"wires": "inference of {} with wires"}
    ways |= {way: f"{{}} inference, {way}" for way in list(devices.INFERENCES)[1:]}
    ways |= {way: f"{{}}, {way}" for way in list(slices.SETTINGS)[1:]}
    return _found(rows, {f"inference: {what}": way for what, way in ways.items()})


def _conversion(tables: Tables) -> dict[str, dict[str, str]]:
    rows = {row["way"]: row for row in tables.get("devices", ())}
    return _found(rows, {f"conversion: {way}": f"{{}} conversion, {way}" for way in list(devices.CONVERSIONS)[1:]})


def _found(rows: dict[str, dict[str, str]], ways: dict[str, str]) -> dict[str, dict[str, str]]:
    """Ratios to the plain setting by option and network, of the ways that `rows` have."""
    found = {
        what: {
            NETWORKS[name]: _ratio(float(rows[way.format(name)]["to_plain"]))
            for name in NETWORKS
            if way.format(name) in rows
        }
        for what, way in ways.items()
    }
    return {what: values for what, values in found.items() if values}


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value < 9.95 else f"{value:.0f}"

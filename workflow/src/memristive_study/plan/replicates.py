"""Networks as a random factor: further draws of a study's networks, evaluated where claims are decided.

A draw of a network is that of a fold of its cross-validation, at the last epoch: the same architecture, recipe and
images but for those held out, with other initial weights. Its rows stand beside those of the experiments, never among
them. Imported when Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from memristive.core.errors import InputError
from memristive.core.setting import dotted

TABLE = "replicates"  # experiments/replicates.csv


def named(config: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """Network and fold of each draw, by its name.

    Raises InputError where a name is taken.
    """
    found = {}
    for network in config["run"]["networks"]:
        for fold in config["networks"].get(network, {}).get("replicates", []):
            name = f"{network}_fold{fold}"
            if name in config["networks"]:
                raise InputError(f"networks: {network}: replicates: {fold}: {name} is the name of another network")
            found[name] = network, fold
    return found


def with_entries(config: Mapping[str, Any]) -> dict[str, Any]:
    """`config` in which each draw is a network like any other."""
    networks = config["networks"]
    own = {name: {**networks[network], "replicates": []} for name, (network, _) in named(config).items()}
    return {**config, "networks": {**networks, **own}}


def grids(config: Mapping[str, Any], experiment: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parts of an experiment at which draws are evaluated, each with its grid as far as `replicates` keeps its values.

    Values that the grid lacks are left out: a study may have smaller grids than those that the part was written for.
    Raises InputError for a field that the part does not sweep, or where no value is left.
    """
    for part, entry in config["experiments"][experiment]["parts"].items():
        if entry is None or entry.get("replicates") is None:
            continue
        grid, kept = dotted(entry.get("grid", {})), dotted(entry["replicates"])
        place = f"experiments: {experiment}: parts: {part}: replicates"
        for field, values in kept.items():
            if field not in grid:
                raise InputError(f"{place}: {field}: is not swept by this part ({', '.join(grid) or 'nothing is'})")
            if not [value for value in values if value in grid[field]]:
                raise InputError(f"{place}: {field}: {values} has none of {', '.join(map(str, grid[field]))}")
        yield part, {field: [v for v in values if v in kept.get(field, values)] for field, values in grid.items()}

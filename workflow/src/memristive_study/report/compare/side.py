"""One of two studies that are compared."""

from functools import cached_property
from pathlib import Path

import pandas as pd

from memristive.core.errors import InputError
from memristive_study import figures
from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.results import provenance
from memristive_study.results.folder import Folder
from memristive_study.results.read import mapping

# Columns of an experiment that a comparison needs.
NEEDED = ("experiment", "part", "network", "label", "semantics", "repeat", "seed", "images", "accuracy")


class Side(Folder):
    """A study's folder, with its evaluations; InputError where it has none."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        if not self.paths:
            raise InputError(f"compare: {path}: is not a study's folder (it has no experiments/*.csv)")

    @property
    def name(self) -> str:
        """For readers."""
        return self.path.resolve().name

    @property
    def paths(self) -> dict[str, Path]:
        """Tables of the experiments, and that of the alternatives to choices."""
        names = (*self.experiments, CHOICES)
        return {name: path for name in names if (path := self.file(name)).is_file()}

    @cached_property
    def evaluations(self) -> pd.DataFrame:
        """All evaluations, with one bit an image where there are records."""
        frame = pd.concat([_rows(name, path) for name, path in self.paths.items()], ignore_index=True)
        records = sorted(self.path.glob("evaluations/*/*/*.json"))
        if not records:
            return frame
        keys = ["experiment", "network", "label", "repeat"]
        return frame.merge(figures.read("records", records), on=keys, how="left")

    @cached_property
    def digital(self) -> dict[str, float]:
        """Test accuracy (%) of each trained network."""
        found = {}
        for path in self.inputs().get("selections", []):
            selection = mapping(path)
            try:
                found[str(selection["network"])] = 100 * float(selection["test_accuracy"])
            except (KeyError, TypeError, ValueError):
                raise InputError(f"{path}: network and test_accuracy, a number, are needed") from None
        return found

    @property
    def verdicts(self) -> pd.DataFrame:
        """Verdicts on the paper's claims, by number; empty where there are none."""
        return self.claims[["number", "claim", "verdict"]].set_index("number")

    def images(self, network: str) -> str | None:
        """Hash of the images that a network is tested on; None where the study does not hold them."""
        dataset = self.config.get("networks", {}).get(network, {}).get("dataset")
        path = self.path / "datasets" / f"{dataset}.npz"
        return provenance.file_hash(path) if path.is_file() else None


def _rows(name: str, path: Path) -> pd.DataFrame:
    """Rows of an experiment; InputError where they lack what a comparison needs."""
    frame = figures.read(name, path)
    for column in NEEDED:
        if column not in frame:
            raise InputError(f"{path}: the column {column} is missing")
    for column in ("repeat", "images", "accuracy"):
        numbers = pd.to_numeric(frame[column], errors="coerce")
        if numbers.isna().any():
            row = int(numbers.isna().to_numpy().argmax())
            raise InputError(f"{path}: {column}: {frame[column].iloc[row]!r} in row {row + 2} is not a number")
    return frame

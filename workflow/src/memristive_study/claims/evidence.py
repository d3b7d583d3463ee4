"""The evidence that a study gives for a claim: its files by name, its networks, and the quantities found in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from memristive_study.plan.replicates import TABLE
from memristive_study.results import readings
from memristive_study.results.differences import of_part, settings_of
from memristive_study.results.statistics import Interval, OneChip
from memristive_study.results.study import Network, Study

ORDER = (*readings.ORDER, "none", "before", "after", "both")  # of semantics and of choices


class Missing(Exception):
    """A study lacks what a quantity needs; its text goes on after "this study has no"."""


@dataclass(frozen=True)
class Found:
    """A quantity of one network (or device): `semantics` and `choice` are empty where they make no difference.

    `chip`: where one further chip's lies, where the paper's value is that of one.
    """

    where: str
    ours: Interval
    semantics: str = ""
    choice: str = ""
    paper: float | None = None
    note: str = ""
    chip: OneChip | None = None


@dataclass(frozen=True)
class Evidence:
    """Named inputs as `figures.read` gives them, and the study that they belong to.

    `with_draws`: whether further draws of its networks count, where there are some (`plan.replicates`).
    """

    frames: Mapping[str, Any]
    study: Study
    with_draws: bool = True

    @property
    def networks(self) -> Mapping[str, Network]:
        """The study's networks by name, and further draws of them where these were evaluated (`plan.replicates`)."""
        drawn = self._drawn
        if drawn is None:
            return self.study.networks
        names = set(drawn["network"])
        return {**self.study.networks, **{name: of for name, of in self.study.replicates.items() if name in names}}

    def frame(self, name: str, part: str | None = None) -> pd.DataFrame:
        """A table, or one part of an experiment; raises Missing where it is absent or empty.

        With further draws of the networks, these come after the study's own, whose rows are those at the settings of
        the draws: a largest or least value of several settings is then one of the same settings for all.
        Further repeats of a part's settings that another part evaluated count as its own, and each repeat once.
        """
        frame = self._with_draws(name)
        if frame is not None and len(frame) and "part" in frame:
            frame = of_part(frame, part)
        if frame is None or not len(frame):
            raise Missing(name.replace("_", " ") + (f" ({part.replace('_', ' ')})" if part else ""))
        if "records" in self.frames and "label" in frame:
            return frame.merge(self.frames["records"], on=["experiment", "network", "label", "repeat"], how="left")
        return frame

    def _with_draws(self, name: str) -> Any:
        """An input, with what further draws of the networks have to add to it."""
        frame, drawn = self.frames.get(name), self._drawn
        if drawn is None or frame is None:
            return frame
        if name == "selections":
            return pd.concat([frame, self._last_epochs()], ignore_index=True)
        if "experiment" not in frame:
            return frame
        mine = drawn[(drawn["experiment"] == name) & drawn["network"].isin(self.study.replicates)]
        if not len(mine):
            return frame
        columns = [column for column in frame if column in mine]
        shared = settings_of(frame[columns]).isin(settings_of(mine[columns]))
        others = ~frame["network"].isin({network.draw_of for network in self.study.replicates.values()})
        return pd.concat([frame[shared | others], mine], ignore_index=True)

    def _last_epochs(self) -> pd.DataFrame:
        """Selections of further draws, from the histories of their folds: the last epoch of each."""
        histories, found = self.frames.get("histories", pd.DataFrame(columns=["network", "fold"])), []
        for name, network in self.study.replicates.items():
            mine = histories[(histories["network"] == network.draw_of) & (histories["fold"] == str(network.fold))]
            if len(mine):
                last = mine.loc[mine["epoch"].idxmax()]
                row = {"network": name, "rule": "last", "epoch": last["epoch"], "test_accuracy": last["test_accuracy"]}
                found.append(row)
        return pd.DataFrame(found)

    def own(self) -> "Evidence":
        """That of the study's own networks alone, at all their settings."""
        return replace(self, with_draws=False)

    @property
    def _drawn(self) -> Any:
        """Rows of further draws, if any."""
        return self.frames.get(TABLE) if self.with_draws else None

    def groups(self, frame: pd.DataFrame, choices: Sequence[str] = ()) -> Iterator[tuple[str, str, str, pd.DataFrame]]:
        """Network, semantics, choice and rows, for each network of the study."""
        for name in self.networks:
            mine = frame[frame["network"] == name]
            found = list(mine.groupby(["semantics", *choices]))
            for values, rows in sorted(found, key=lambda group: list(map(_place, group[0]))):
                choice = ", ".join(f"{key} {value}" for key, value in zip(choices, values[1:], strict=True))
                yield name, values[0], choice, rows

    def label(self, name: str) -> str:
        """Name of a network or a device for readers."""
        return self.study.label(name)

    def named(self, paper: str) -> str:
        """The study's network that is the paper's `paper`; raises Missing."""
        found = next((name for name, network in self.networks.items() if network.paper == paper), None)
        if found is None:
            raise Missing(f"network trained on {self.study.paper.labels.get(paper, paper)}")
        return found


def _place(value: str) -> int:
    return ORDER.index(value) if value in ORDER else len(ORDER)


Quantity = Callable[[Evidence], list[Found]]  # raises Missing where the study lacks data

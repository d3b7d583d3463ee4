"""A study's evidence under one value of each choice that a text leaves open, as far as that was run.

A choice is a field of a setting (the arithmetic, tuning, the initial time of drift, the batch size), batch norm in
training mode, or the recipe, which is another study's evidence. Where rows of one setting differ in nothing but
choices, those with the wanted values stand for it. A choice that was never varied at a setting does not touch it; a
combination that was not run has no row, so that claims that need it stay open. Where a combination was run under one
semantics alone, that one stands for the others.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from memristive.core.setting import FIELDS
from memristive_study.claims.evidence import Evidence
from memristive_study.results.readings import MEANT, MEMTORCH

ARITHMETIC, BATCH_NORM = "semantics", "batch_norm_mode"  # the second is no field of a setting
CHOICES = (ARITHMETIC, "tuning", "initial_time", "batch_size", BATCH_NORM)  # columns; the recipe comes on top
INFERENCE, TRAINING = "inference", "training"  # values of BATCH_NORM
_SHORT = tuple(found.short for found in FIELDS.values())


class Situations:
    """The rows of a study's experiments that stand for the paper's settings, under any values of the choices.

    Attributes:
        values: of each choice, in the order of the study, as far as they were run.
    """

    def __init__(self, evidence: Evidence, experiments: Mapping[str, str]) -> None:
        """`experiments`: of the points at which alternatives were compared, by name."""
        self.evidence = evidence
        rows = _alternatives(evidence, experiments)
        self._frames = {
            name: _with_keys(frame, rows.get(name, []))
            for name, frame in evidence.frames.items()
            if isinstance(frame, pd.DataFrame) and {"part", ARITHMETIC} <= set(frame) and name != "choices"
        }
        self._varied = {
            name: {choice: _varied(frame, choice) for choice in CHOICES if choice in frame}
            for name, frame in self._frames.items()
        }
        self.values: dict[str, list[Any]] = {choice: self._values(choice) for choice in CHOICES}
        self._selected: dict[tuple[Any, ...], pd.DataFrame] = {}

    def _values(self, choice: str) -> list[Any]:
        """The values of a choice that vary at some setting, in order."""
        varied = [
            frame.loc[self._varied[name][choice], choice]
            for name, frame in self._frames.items()
            if choice in self._varied[name]
        ]
        found = list(dict.fromkeys(value for values in varied for value in values))
        if choice == ARITHMETIC:
            return [name for name in (MEANT, *MEMTORCH) if name in found]
        return sorted(found) if all(isinstance(value, int | float) for value in found) else found

    def touching(self, names: Iterable[str]) -> list[str]:
        """The choices that any of these experiments was run with several values of, at one setting."""
        mine = [self._varied[name] for name in names if name in self._varied]
        return [choice for choice in CHOICES if any(choice in varied and varied[choice].any() for varied in mine)]

    def at(self, chosen: Mapping[str, Any], names: Iterable[str] | None = None) -> Evidence:
        """The evidence with these values, of these inputs or of all; a choice that is not named is left as it is."""
        wanted = set(self.evidence.frames if names is None else names) - {"records", "choices"}
        frames = {name: frame for name, frame in self.evidence.frames.items() if name in wanted}
        for name in wanted & self._frames.keys():
            mine = {choice: value for choice, value in chosen.items() if choice in self._varied[name]}
            frames[name] = self._select(name, mine)
        return Evidence(frames, self.evidence.study)

    def _select(self, name: str, chosen: Mapping[str, Any]) -> pd.DataFrame:
        """Rows of one experiment with these values."""
        key = name, *chosen.items()
        if key not in self._selected:
            self._selected[key] = _at(self._frames[name], self._varied[name], chosen)
        return self._selected[key]


def _alternatives(evidence: Evidence, experiments: Mapping[str, str]) -> dict[str, list[pd.DataFrame]]:
    """Rows beyond those of the experiments themselves, by experiment."""
    found: dict[str, list[pd.DataFrame]] = {}
    frame = evidence.frames.get("choices")
    if frame is not None and len(frame):
        point = frame["label"].str.rsplit(".", n=2).str[1]
        own = frame["network"].isin(evidence.networks)  # others stand for them with another training
        for name, rows in frame[own & (frame["part"] != "checkpoint")].groupby(point.map(experiments)):
            found.setdefault(str(name), []).append(rows.assign(experiment=name))
    modes = evidence.frames.get("proof_modes")
    for name in ("input_voltage", "endurance"):
        frame = evidence.frames.get(name)
        if modes is not None and frame is not None:
            found.setdefault(name, []).append(_in_training_mode(modes, frame, name))
    return found


def _in_training_mode(modes: pd.DataFrame, frame: pd.DataFrame, experiment: str) -> pd.DataFrame:
    """Measurements with batch norm in training mode, as rows of an experiment at the same settings."""
    rows = []
    mine = modes[(modes["mode"] == "batch norm in training") & (modes["scale"] == 1)]
    for one in mine.drop_duplicates(["network", "point"]).itertuples():
        at = frame[(frame["part"] == "paper") & (frame["network"] == one.network)]
        if experiment == "input_voltage" and one.point == "1 V":
            at = at[at["max_input_voltage"] == 1]
        elif experiment == "endurance" and one.point.startswith("endurance"):
            at = at[at["tuning"] == one.point.rsplit(" ", 1)[1]]
        else:
            continue
        if len(at):
            measured = {BATCH_NORM: TRAINING, ARITHMETIC: one.semantics, "repeat": 0, "images": one.images}
            accuracy = 100 * one.correct / one.images
            rows.append(at.iloc[0].to_dict() | measured | {"correct": one.correct, "accuracy": accuracy})
    return pd.DataFrame(rows, columns=[*frame.columns, BATCH_NORM])


def _with_keys(frame: pd.DataFrame, others: list[pd.DataFrame]) -> pd.DataFrame:
    """Rows of an experiment with `key`, the same for rows that differ in choices alone; alternatives among them.

    What was evaluated twice, in the experiment and as the study's own value of a choice, counts once.
    """
    whole = pd.concat([frame, *(rows for rows in others if len(rows))], ignore_index=True)
    whole[BATCH_NORM] = whole[BATCH_NORM].fillna(INFERENCE) if BATCH_NORM in whole else INFERENCE
    fields = [name for name in _SHORT if name in whole and name not in CHOICES]
    settings = whole.groupby(["network", *fields], dropna=False, sort=False).ngroup()
    # Rows of other parts and alternatives, at a setting that the paper's part has, are among its rows too.
    shared = settings.isin(settings[whole["part"] == "paper"]) & (whole["part"] != "paper")
    whole = pd.concat([whole.assign(key=settings), whole[shared].assign(key=settings[shared], part="paper")])
    whole = whole.assign(key=pd.factorize(whole["key"].astype(str) + whole["part"])[0]).reset_index(drop=True)
    return whole.drop_duplicates(["key", "repeat", *(choice for choice in CHOICES if choice in whole)])


def _varied(frame: pd.DataFrame, choice: str) -> pd.Series:
    """Whether rows stand for a setting of the paper that was run with several values of a choice."""
    several = frame.groupby("key")[choice].transform("nunique") > 1
    return several & (frame["part"] == "paper")


def _at(frame: pd.DataFrame, varied: Mapping[str, pd.Series], chosen: Mapping[str, Any]) -> pd.DataFrame:
    """Rows with the chosen values where these vary; of the arithmetic the nearest that was run."""
    kept = pd.Series(True, index=frame.index)
    for choice, value in chosen.items():
        if choice != ARITHMETIC:
            kept &= ~varied[choice] | (frame[choice] == value)
    left = frame[kept]
    wanted = chosen.get(ARITHMETIC)
    if wanted is None or not len(left):
        return left.drop(columns="key")
    place = {name: place for place, name in enumerate((wanted, MEANT, *MEMTORCH)[::-1])}
    rank = left[ARITHMETIC].map(place)
    best = rank.groupby(left["key"]).transform("max")
    return left[rank == best].assign(**{ARITHMETIC: wanted}).drop(columns="key")

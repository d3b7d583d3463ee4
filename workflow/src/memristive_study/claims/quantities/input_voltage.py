"""Quantities of the maximum input voltage: what conversion costs, where accuracy is stable, the batch size."""

from collections.abc import Mapping, Sequence

import pandas as pd

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.results.differences import at, spread
from memristive_study.results.statistics import (
    Interval,
    accuracy_interval,
    extreme,
    mean_interval,
    simultaneous_level,
)
from memristive_study.results.study import Study

EXPERIMENT = "input_voltage"


def digital_value(evidence: Evidence, name: str) -> float:
    """Test accuracy of a trained network, without an interval; raises Missing."""
    selections = evidence.frame("selections")
    mine = selections[selections["network"] == name]
    if not len(mine):
        raise Missing(f"digital accuracy of {evidence.label(name)}")
    return 100 * float(mine["test_accuracy"].iloc[0])


def ideal_rows(evidence: Evidence, name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Evaluations of a network on ideal devices, under the semantics and at the voltage of `rows`; raises Missing."""
    semantics, volts = rows["semantics"].iloc[0], rows["max_input_voltage"].iloc[0]
    frame = evidence.frame(EXPERIMENT, "paper")
    found = at(frame, network=name, semantics=semantics, max_input_voltage=float(volts))
    if not len(found):
        raise Missing(f"ideal network of {evidence.label(name)} at {volts:g} V under {semantics}")
    return found


def conversion_loss(evidence: Evidence) -> list[Found]:
    """Digital accuracy minus the best over the maximum input voltages; the interval knows of the choice among them."""
    frame = evidence.frame(EXPERIMENT, "paper").dropna(subset=["max_input_voltage"])
    study, found = evidence.study, []
    for name, semantics, _, rows in evidence.groups(frame):
        digital = study.reported(study.paper.digital_accuracy, name)
        converted = best_stated(study, name, rows)
        paper = digital - converted if digital and converted else None
        best = _best([mine for _, mine in rows.groupby("max_input_voltage")])
        found.append(Found(name, best.taken_from(digital_value(evidence, name)), semantics, paper=paper))
    return found


def _best(settings: Sequence[pd.DataFrame]) -> Interval:
    """The highest mean accuracy among the rows of several settings."""
    level = simultaneous_level(len(settings))
    return extreme([mean_interval(rows["accuracy"], limits=(0.0, 100.0), level=level) for rows in settings], max)


def best_stated(study: Study, name: str, rows: pd.DataFrame) -> float | None:
    """The highest accuracy (%) that the paper states for a network at one of the voltages of `rows`; None for none."""
    settings = rows.drop_duplicates("max_input_voltage").iterrows()
    stated = [study.stated(EXPERIMENT, name, fields) for _, fields in settings]
    return max((accuracy for accuracy in stated if accuracy is not None), default=None)


def gain_over_digital(experiments: Sequence[str]) -> Quantity:
    """The best of all settings of some experiments minus the digital accuracy; the interval knows of the choice.

    What was run under one semantics alone, for both compute the same there, counts under each.
    """

    def quantity(evidence: Evidence) -> list[Found]:
        frames = [evidence.frames[name] for name in experiments if len(evidence.frames.get(name, ()))]
        if not frames:
            raise Missing("experiment")
        frame = pd.concat(frames).dropna(subset=["layer_types"])
        of = frame.groupby(["network", "experiment", "part"])["semantics"]
        shared = of.transform("nunique") == 1
        found = []
        for name, semantics, _, mine in evidence.groups(frame):
            also = frame[shared & (frame["network"] == name) & (frame["semantics"] != semantics)]
            settings = [rows for _, rows in pd.concat([mine, also]).groupby(["experiment", "label"])]
            gain = _best(settings).taken_from(digital_value(evidence, name)).taken_from(0.0)
            found.append(Found(name, gain, semantics))
        return found

    return quantity


def loss_at(voltage: float, adc_bits: int, tile_shape: str) -> Quantity:
    """Digital accuracy minus that at one setting of the sweep over voltages."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(EXPERIMENT, "paper")
        frame = at(frame, max_input_voltage=voltage, adc_bits=adc_bits, tile_shape=tile_shape)
        return [
            Found(name, accuracy_interval(rows["accuracy"]).taken_from(digital_value(evidence, name)), semantics)
            for name, semantics, _, rows in evidence.groups(frame)
        ]

    return quantity


def change_from(voltage: float) -> Quantity:
    """Largest difference in accuracy among the maximum input voltages from `voltage` on."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(EXPERIMENT, "paper")
        frame = frame[frame["max_input_voltage"] >= voltage]
        return [
            Found(name, spread(rows, "max_input_voltage"), semantics)
            for name, semantics, _, rows in evidence.groups(frame)
            if rows["max_input_voltage"].nunique() > 1
        ]

    return quantity


def accuracy_at(voltage: float) -> Quantity:
    """Accuracy at a maximum input voltage."""

    def quantity(evidence: Evidence) -> list[Found]:
        return [
            Found(
                name,
                accuracy_interval(rows["accuracy"]),
                semantics,
                paper=evidence.study.stated(EXPERIMENT, name, rows.iloc[0]),
            )
            for name, semantics, rows in _at(evidence, voltage)
        ]

    return quantity


def times_chance_at(voltage: float, chance: Mapping[str, float]) -> Quantity:
    """Accuracy at a maximum input voltage, in multiples of chance; `chance` (%) by network of the paper."""

    def quantity(evidence: Evidence) -> list[Found]:
        found = []
        for name, semantics, rows in _at(evidence, voltage):
            least = chance.get(evidence.networks[name].paper or "")
            if least:
                times = mean_interval(rows["accuracy"] / least, limits=(0.0, 100.0 / least))
                paper = evidence.study.stated(EXPERIMENT, name, rows.iloc[0])
                found.append(Found(name, times, semantics, paper=paper and paper / least))
        return found

    return quantity


def _at(evidence: Evidence, voltage: float) -> list[tuple[str, str, pd.DataFrame]]:
    frame = at(evidence.frame(EXPERIMENT, "paper"), max_input_voltage=voltage)
    return [(name, semantics, rows) for name, semantics, _, rows in evidence.groups(frame)]


def spread_over_batches(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the batch sizes of inference."""
    frame = evidence.frame(EXPERIMENT, "batch")
    return [
        Found(name, spread(rows, "batch_size"), semantics, note=f"at {rows['max_input_voltage'].iloc[0]:g} V")
        for name, semantics, _, rows in evidence.groups(frame)
        if rows["batch_size"].nunique() > 1
    ]

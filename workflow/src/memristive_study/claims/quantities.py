"""Quantities that claims are about, each from the result files of a study: functions `(evidence) -> list[Found]`.

Accuracies and losses are per cent and percentage points. Differences between settings are paired
over the repeats, which share their draws.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from memristive.core.setting import SHORT_NAMES
from memristive_study.claims.claims import Evidence, Found, Missing, nan_interval
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.report import tables
from memristive_study.results.statistics import (
    POINTS,
    Interval,
    accuracy_interval,
    mean_interval,
    paired_by_repeat,
    paired_difference,
)

Quantity = Callable[[Evidence], list[Found]]
ORDER = ("physical", "memtorch", "none", "before", "after", "both")  # of semantics and of choices


def at(frame: pd.DataFrame, **values: Any) -> pd.DataFrame:
    """Rows with these values; None finds empty cells, numbers are compared to rounding."""
    for column, value in values.items():
        if value is None:
            frame = frame[frame[column].isna()]
        elif isinstance(value, float | int) and not isinstance(value, bool):
            frame = frame[np.isclose(frame[column].astype(float), value)]
        else:
            frame = frame[frame[column] == value]
    return frame


def groups(
    evidence: Evidence, frame: pd.DataFrame, choices: Sequence[str] = ()
) -> Iterable[tuple[str, str, str, pd.DataFrame]]:
    """Network, semantics, choice and rows, for each network of `evidence`."""
    for name in evidence.networks:
        mine = frame[frame["network"] == name]
        found = sorted(mine.groupby(["semantics", *choices]), key=lambda group: [ORDER.index(v) for v in group[0]])
        for values, rows in found:
            choice = ", ".join(f"{key} {value}" for key, value in zip(choices, values[1:], strict=True))
            yield name, values[0], choice, rows


def loss(better: pd.DataFrame, worse: pd.DataFrame) -> Interval:
    """Accuracy of `better` minus that of `worse`, paired over the repeats, and over the images where records say so."""
    over_repeats = mean_interval(paired_by_repeat(better, worse)["difference"], limits=POINTS)
    bits = [bits_by_repeat(rows) for rows in (better, worse)]
    if not all(bits):
        return over_repeats
    shared = sorted(bits[0].keys() & bits[1].keys())
    if 1 in (len(bits[0]), len(bits[1])):  # a setting without draws stands against each repeat of the other
        first, second = (list(found.values()) for found in bits)
    else:
        first, second = ([found[repeat] for repeat in shared] for found in bits)
    return replace(over_repeats, images=paired_difference(first, second).images)


def bits_by_repeat(rows: pd.DataFrame) -> dict[int, np.ndarray]:
    """Correct or not, bool [images], by repeat; empty without records."""
    if "bits" not in rows or rows["bits"].isna().any():
        return {}
    from memristive.evaluation import unpack_bits

    return {row.repeat: unpack_bits(row.bits, row.images) for row in rows.itertuples()}


def largest(intervals: Iterable[Interval]) -> Interval:
    """The interval of the largest value."""
    return max(intervals, key=lambda interval: interval.value)


def smallest(intervals: Iterable[Interval]) -> Interval:
    """The interval of the smallest value."""
    return min(intervals, key=lambda interval: interval.value)


def spread(frame: pd.DataFrame, column: str) -> Interval:
    """Largest minus smallest accuracy over the values of `column`, in each repeat; its mean over the repeats."""
    table = frame.pivot_table(index="repeat", columns=column, values="accuracy", dropna=False)
    table = table.dropna()  # repeats that every setting has
    return mean_interval(table.max(axis=1) - table.min(axis=1), limits=(0.0, 100.0))


def reported(evidence: Evidence, name: str, values: Mapping[str, float]) -> float | None:
    """The paper's value for a network of the study."""
    return study.value(values, evidence.networks[name])


# Training.


def digital_accuracy(evidence: Evidence) -> list[Found]:
    """Test accuracy of the trained network, with its binomial interval."""
    evidence.frame("selections")
    single = tables.digital(evidence.frames, evidence.networks)
    return [
        Found(name, single[name], paper=reported(evidence, name, study.DIGITAL_ACCURACY))
        for name in evidence.networks
        if name in single
    ]


def fold_mean(evidence: Evidence) -> list[Found]:
    """Mean test accuracy of the folds, each at its best validation epoch."""
    folds = tables.fold_accuracies(evidence.frame("histories"))
    return [
        Found(name, accuracy_interval(mine["accuracy"], "folds"), paper=reported(evidence, name, study.FOLD_ACCURACY))
        for name in evidence.networks
        if len(mine := folds[folds["network"] == name])
    ]


def fold_spread(evidence: Evidence) -> list[Found]:
    """Standard deviation over the folds in per cent of their mean accuracy."""
    folds = tables.fold_accuracies(evidence.frame("histories"))
    found = []
    for name in evidence.networks:
        mine = folds.loc[folds["network"] == name, "accuracy"]
        if len(mine) > 1:
            found.append(Found(name, nan_interval(100 * mine.std(ddof=1) / mine.mean(), "folds", len(mine))))
    return found


def _validation(evidence: Evidence, name: str) -> pd.Series:
    histories = evidence.frame("histories")
    mine = histories[(histories["network"] == name) & (histories["fold"] != "published")]
    if not len(mine):
        raise Missing(f"cross-validation of {evidence.label(name)}")
    return 100 * mine.groupby("epoch")["validation_accuracy"].mean()


def first_epoch(evidence: Evidence) -> list[Found]:
    """Validation accuracy of MNIST after one epoch, mean of the folds."""
    name = evidence.named("mnist")
    return [Found(name, nan_interval(_validation(evidence, name).iloc[0], "epochs"))]


def extra_epochs(evidence: Evidence) -> list[Found]:
    """Epochs that a CIFAR network needs to 99 % of its final validation accuracy, less those of MNIST."""

    def epochs(name: str) -> int:
        curve = _validation(evidence, name)
        return int((curve >= 0.99 * curve.iloc[-1]).idxmax())

    mnist = epochs(evidence.named("mnist"))
    others = [name for name, network in evidence.networks.items() if network.paper in ("cifar10", "cifar100")]
    if not others:
        raise Missing("network trained on CIFAR10 or CIFAR100")
    return [Found(name, nan_interval(float(epochs(name) - mnist), "networks")) for name in others]


# Conversion.


def _digital_value(evidence: Evidence, name: str) -> float:
    selections = evidence.frame("selections")
    mine = selections[selections["network"] == name]
    if not len(mine):
        raise Missing(f"digital accuracy of {evidence.label(name)}")
    return 100 * float(mine["test_accuracy"].iloc[0])


def conversion_loss(evidence: Evidence) -> list[Found]:
    """Digital accuracy minus the best over the maximum input voltages."""
    frame = evidence.frame("input_voltage", "paper").dropna(subset=["max_input_voltage"])
    found = []
    for name, semantics, _, rows in groups(evidence, frame):
        best = tables.best_voltage(rows)[1]
        digital = _digital_value(evidence, name)
        both = (reported(evidence, name, v) for v in (study.DIGITAL_ACCURACY, study.MAX_INPUT_VOLTAGE_ACCURACY))
        paper_digital, paper_best = both
        found.append(
            Found(
                name,
                Interval(digital - best.value, digital - best.high, digital - best.low, best.n),
                semantics,
                paper=paper_digital - paper_best if paper_digital and paper_best else None,
            )
        )
    return found


def loss_at_standard(evidence: Evidence) -> list[Found]:
    """Digital accuracy minus that at 9 V, 64x64 tiles, 8 bits."""
    frame = at(
        evidence.frame("input_voltage", "paper"),
        max_input_voltage=study.MAX_INPUT_VOLTAGE,
        adc_bits=study.ADC_BITS,
        tile_shape="x".join(map(str, study.TILE_SHAPE)),
    )
    found = []
    for name, semantics, _, rows in groups(evidence, frame):
        ours, digital = accuracy_interval(rows["accuracy"]), _digital_value(evidence, name)
        found.append(
            Found(name, Interval(digital - ours.value, digital - ours.high, digital - ours.low, ours.n), semantics)
        )
    return found


def change_above_6_v(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the maximum input voltages from 6 V on."""
    frame = evidence.frame("input_voltage", "paper")
    frame = frame[frame["max_input_voltage"] >= study.STABLE_FROM_VOLTAGE]
    return [
        Found(name, spread(rows, "max_input_voltage"), semantics)
        for name, semantics, _, rows in groups(evidence, frame)
        if rows["max_input_voltage"].nunique() > 1
    ]


def accuracy_at_1_v(over_chance: bool) -> Quantity:
    """Accuracy at a maximum input voltage of 1 V, or how many times chance that is."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = at(evidence.frame("input_voltage", "paper"), max_input_voltage=1.0)
        found = []
        for name, semantics, _, rows in groups(evidence, frame):
            chance = study.CHANCE[evidence.networks[name].paper or "mnist"] if over_chance else 1.0
            paper = reported(evidence, name, study.ACCURACY_AT_1_V)
            found.append(
                Found(
                    name,
                    mean_interval(rows["accuracy"] / chance, limits=(0.0, 100.0 / chance)),
                    semantics,
                    paper=paper and paper / chance,
                )
            )
        return found

    return quantity


def gain_over_digital(evidence: Evidence) -> list[Found]:
    """Best mean accuracy of all ideal settings minus the digital accuracy."""
    return [
        Found(f.where, Interval(-f.ours.value, -f.ours.high, -f.ours.low, f.ours.n), f.semantics)
        for f in conversion_loss(evidence)
    ]


# ADC and tiles.


def _standard_tiles(evidence: Evidence) -> pd.DataFrame:
    return at(evidence.frame("adc_tile", "paper"), tile_shape="x".join(map(str, study.TILE_SHAPE)))


def smallest_loss_below_6_bits(evidence: Evidence) -> list[Found]:
    """The least that a resolution below 6 bits costs against the highest, on 64x64 tiles."""
    found = []
    for name, semantics, _, rows in groups(evidence, _standard_tiles(evidence)):
        best = rows[rows["adc_bits"] == rows["adc_bits"].max()]
        low = sorted(b for b in rows["adc_bits"].dropna().unique() if b < study.BOTTLENECK_BELOW_BITS)
        if low and best["adc_bits"].iloc[0] >= study.BOTTLENECK_BELOW_BITS:
            found.append(Found(name, smallest(loss(best, at(rows, adc_bits=b)) for b in low), semantics))
    return found


def change_from_6_bits(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the resolutions from 6 bits on, on 64x64 tiles."""
    frame = _standard_tiles(evidence)
    frame = frame[frame["adc_bits"] >= study.BOTTLENECK_BELOW_BITS]
    return [
        Found(name, spread(rows, "adc_bits"), semantics)
        for name, semantics, _, rows in groups(evidence, frame)
        if rows["adc_bits"].nunique() > 1
    ]


def _devices(tile: Any) -> float:
    return math.prod(map(int, tile.split("x"))) if isinstance(tile, str) else math.inf


def smallest_gain_of_small_tiles(evidence: Evidence) -> list[Found]:
    """The least that 64x64 tiles gain over a larger shape, over all resolutions."""
    found = []
    for name, semantics, _, rows in groups(evidence, evidence.frame("adc_tile", "paper")):
        gains = []
        for _, mine in rows.groupby("adc_bits"):
            shapes = sorted(mine["tile_shape"].unique(), key=_devices)
            gains += [loss(at(mine, tile_shape=shapes[0]), at(mine, tile_shape=larger)) for larger in shapes[1:]]
        if gains:
            found.append(Found(name, smallest(gains), semantics))
    return found


def change_over_tiles(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the tile shapes, at the resolution where it is largest."""
    found = []
    for name, semantics, _, rows in groups(evidence, evidence.frame("adc_tile", "paper")):
        changes = [
            spread(mine, "tile_shape") for _, mine in rows.groupby("adc_bits") if mine["tile_shape"].nunique() > 1
        ]
        if changes:
            found.append(Found(name, largest(changes), semantics))
    return found


def cost_of_fixed_range(evidence: Evidence) -> list[Found]:
    """What an ADC of a fixed range costs against the auto-ranging one, at the most bits and at the fewest."""
    fixed = evidence.frame("adc_tile", "range")
    found = []
    for name, semantics, _, rows in groups(evidence, fixed):
        auto = evidence.frame("adc_tile", "paper")
        auto = at(auto, network=name, semantics=semantics, tile_shape=rows["tile_shape"].iloc[0])
        shared = sorted(set(rows["adc_bits"].dropna()) & set(auto["adc_bits"].dropna()), reverse=True)
        for bits in dict.fromkeys([shared[0], shared[-1]] if shared else []):
            cost = loss(at(auto, adc_bits=bits), at(rows, adc_bits=bits))
            found.append(Found(name, cost, semantics, f"{bits:g} bits"))
    return found


def spread_over_batches(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the batch sizes of inference."""
    frame = evidence.frame("input_voltage", "batch")
    return [
        Found(name, spread(rows, "batch_size"), semantics, note=f"at {rows['max_input_voltage'].iloc[0]:g} V")
        for name, semantics, _, rows in groups(evidence, frame)
        if rows["batch_size"].nunique() > 1
    ]


def between_semantics(experiment: str) -> Quantity:
    """Accuracy as meant less that as MemTorch computes, at the setting of an experiment where they differ most."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(experiment, "paper")
        swept = [c for c in SHORT_NAMES if c in frame and c != "semantics" and frame[c].nunique(dropna=False) > 1]
        found = []
        for name in evidence.networks:
            mine = frame[frame["network"] == name]
            pairs = []
            for values, rows in mine.groupby(swept, dropna=False) if swept else [((), mine)]:
                meant, published = (rows[rows["semantics"] == s] for s in ("physical", "memtorch"))
                if len(meant) and len(published):
                    where = ", ".join(
                        f"{key.replace('_', ' ')} {'none' if pd.isna(v) else f'{v:g}' if isinstance(v, float) else v}"
                        for key, v in zip(swept, values, strict=True)
                    )
                    pairs.append((loss(meant, published), where))
            if pairs:
                most, where = max(pairs, key=lambda pair: abs(pair[0].value))
                found.append(Found(name, most, note=where))
        return found

    return quantity


# Times. The paper timed MemTorch, so its engine decides; the other's are in the table.


def _times(evidence: Evidence) -> pd.DataFrame:
    frame = evidence.frame("times")
    frame = frame[frame["engine"] == "memtorch"]
    if not len(frame):
        raise Missing("inference time of MemTorch")
    return frame


def smallest_growth_with_tile(networks: Sequence[str] = ()) -> Quantity:
    """MemTorch's smallest ratio of seconds from one tile shape to the next larger one, a network."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = _times(evidence)
        found = []
        for name in evidence.networks:
            mine = frame[frame["network"] == name]
            mine = mine.assign(devices=mine["tile_shape"].map(_devices)).sort_values("devices")
            if len(mine) > 1:
                seconds = mine["scaled_seconds"].to_numpy()
                scaled = (mine["images"] != mine["test_images"]).any()
                note = f"{'few images, scaled; ' if scaled else ''}CPU; the paper's times are from a GPU"
                found.append(Found(name, nan_interval(float((seconds[1:] / seconds[:-1]).min()), "timings"), note=note))
        missing = [study.LABELS[n] for n in networks if n not in {evidence.networks[f.where].paper for f in found}]
        if missing:
            raise Missing(f"inference time of {' or '.join(missing)}")
        return found

    return quantity


def serial_growth_with_tile(evidence: Evidence) -> list[Found]:
    """The same on one thread, where no tile is computed beside another."""
    frame = _times(evidence)
    if not (frame["threads"] == 1).any():
        raise Missing("inference time of MemTorch on one thread")
    times = Evidence({**evidence.frames, "times": frame[frame["threads"] == 1]}, evidence.networks)
    return smallest_growth_with_tile()(times)


def network_times(evidence: Evidence) -> list[Found]:
    """MemTorch's seconds of a CIFAR network over those of MNIST, on 64x64 tiles."""
    frame = at(_times(evidence), tile_shape="x".join(map(str, study.TILE_SHAPE)))
    seconds = {}
    for paper in study.NETWORKS:
        mine = frame[frame["network"] == evidence.named(paper)]
        if not len(mine):
            raise Missing(f"inference time of {study.LABELS[paper]}")
        seconds[paper] = float(mine["scaled_seconds"].iloc[0])
    return [
        Found(
            evidence.named(paper),
            nan_interval(seconds[paper] / seconds["mnist"], "timings"),
            paper=study.NETWORK_SECONDS[paper] / study.NETWORK_SECONDS["mnist"],
        )
        for paper in ("cifar10", "cifar100")
    ]


def hours_of_the_largest(evidence: Evidence) -> list[Found]:
    """MemTorch's hours for CIFAR100, which has six convolutions and three linear layers, on 64x64 tiles."""
    name = evidence.named("cifar100")
    mine = at(_times(evidence), tile_shape="x".join(map(str, study.TILE_SHAPE)), network=name)
    if not len(mine):
        raise Missing("inference time of CIFAR100")
    return [Found(name, nan_interval(float(mine["scaled_seconds"].iloc[0]) / 3600, "timings"))]


# Variability and conductance states.


def _most_states(rows: pd.DataFrame) -> pd.DataFrame:
    states = rows["conductance_states"]
    return rows[states.isna()] if states.isna().any() else rows[states == states.max()]


def change_over_states(evidence: Evidence) -> list[Found]:
    """Largest difference in accuracy among the numbers of conductance states, at sigma 0."""
    frame = at(evidence.frame("variability"), sigma=0.0)
    frame = frame.assign(states=frame["conductance_states"].fillna(math.inf))
    return [
        Found(name, spread(rows, "states"), semantics)
        for name, semantics, _, rows in groups(evidence, frame)
        if rows["states"].nunique() > 1
    ]


def loss_with_two_states(evidence: Evidence) -> list[Found]:
    """What two conductance states cost against the most that the study has, at sigma 0."""
    frame = at(evidence.frame("variability"), sigma=0.0)
    return [
        Found(name, loss(_most_states(rows), two), semantics)
        for name, semantics, _, rows in groups(evidence, frame)
        if len(two := at(rows, conductance_states=2))
    ]


def _sigma_loss(rows: pd.DataFrame, sigma: float) -> Interval | None:
    rows = _most_states(rows)
    ideal, varied = at(rows, sigma=0.0), at(rows, sigma=sigma)
    return loss(ideal, varied) if len(ideal) and len(varied) and sigma > 0 else None


def loss_at_largest_sigma(evidence: Evidence) -> list[Found]:
    """What the largest sigma costs against sigma 0, with the most conductance states."""
    frame = evidence.frame("variability")
    return [
        Found(name, cost, semantics, note=f"at sigma {rows['sigma'].max():g} ohm")
        for name, semantics, _, rows in groups(evidence, frame)
        if (cost := _sigma_loss(rows, rows["sigma"].max())) is not None
    ]


def loss_at_sigma_100(evidence: Evidence) -> list[Found]:
    """What sigma = 100 ohm costs against sigma 0, with the most conductance states."""
    return [
        Found(name, cost, semantics)
        for name, semantics, _, rows in groups(evidence, evidence.frame("variability"))
        if (cost := _sigma_loss(rows, 100.0)) is not None
    ]


def sigma_cifar10_over_mnist(evidence: Evidence) -> list[Found]:
    """What the largest sigma costs CIFAR10, less what it costs MNIST."""
    mnist, cifar10 = evidence.named("mnist"), evidence.named("cifar10")
    frame = evidence.frame("variability")
    found = []
    for semantics in frame["semantics"].unique():
        differences = []
        for name in (cifar10, mnist):
            rows = _most_states(frame[(frame["network"] == name) & (frame["semantics"] == semantics)])
            if not len(rows):
                raise Missing(f"variability of {evidence.label(name)}")
            paired = paired_by_repeat(at(rows, sigma=0.0), at(rows, sigma=rows["sigma"].max()))
            differences.append(paired.set_index("repeat")["difference"])
        both = (differences[0] - differences[1]).dropna()
        found.append(Found("", mean_interval(both), semantics, note="CIFAR10 less MNIST"))
    return found


def overlapping_devices(evidence: Evidence) -> list[Found]:
    """Share (%) of devices drawn with R_on above R_off at the largest sigma, from the two normal distributions."""
    frame = evidence.frame("variability")
    row = frame.loc[frame["sigma"].idxmax()]
    sigma = float(row["sigma"])
    if sigma == 0:
        raise Missing("sigma above 0")
    share = special.ndtr((row["r_on"] - row["r_off"]) / (sigma * math.sqrt(1 + 2**2)))
    return [Found("", nan_interval(100 * float(share), "distributions"), note=f"at sigma {sigma:g} ohm")]


# Faults.


def lrs_beyond_hrs(evidence: Evidence) -> list[Found]:
    """Accuracy with 5 % (or the nearest proportion that both have) stuck at HRS minus that with it stuck at LRS."""
    frame = evidence.frame("device_faults")
    found = []
    for name, semantics, _, rows in groups(evidence, frame):
        lrs = set(at(rows, stuck_at_hrs=0.0)["stuck_at_lrs"])
        hrs = set(at(rows, stuck_at_lrs=0.0)["stuck_at_hrs"])
        common = sorted((lrs & hrs) - {0.0}, key=lambda p: abs(p - 0.05))
        if common:
            p = common[0]
            cost = loss(at(rows, stuck_at_lrs=0.0, stuck_at_hrs=p), at(rows, stuck_at_lrs=p, stuck_at_hrs=0.0))
            found.append(Found(name, cost, semantics, note="" if p == 0.05 else f"at {100 * p:g} %"))
    return found


def with_faults(lrs: float, hrs: float) -> Quantity:
    """Accuracy with these proportions of stuck devices."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = at(evidence.frame("device_faults"), stuck_at_lrs=lrs, stuck_at_hrs=hrs)
        return [
            Found(
                name,
                accuracy_interval(rows["accuracy"]),
                semantics,
                paper=study.STUCK_AT_ACCURACY.get(evidence.networks[name].paper or "", {}).get((lrs, hrs)),
            )
            for name, semantics, _, rows in groups(evidence, frame)
        ]

    return quantity


# Endurance and retention. Whether the network is tuned again is a choice that the text leaves open.


def lifetime(experiment: str, values: Mapping[str, float]) -> Quantity:
    """Accuracy at the paper's point of an experiment."""

    def quantity(evidence: Evidence) -> list[Found]:
        frame = evidence.frame(experiment, "paper")
        return [
            Found(name, accuracy_interval(rows["accuracy"]), semantics, choice, reported(evidence, name, values))
            for name, semantics, choice, rows in groups(evidence, frame, ["tuning"])
        ]

    return quantity


def retention_loss(evidence: Evidence) -> list[Found]:
    """Digital accuracy minus that after the paper's retention time."""
    found = []
    for f in lifetime("retention", {})(evidence):
        digital = _digital_value(evidence, f.where)
        ours = Interval(digital - f.ours.value, digital - f.ours.high, digital - f.ours.low, f.ours.n)
        paper = reported(evidence, f.where, study.RETENTION_LOSS)
        found.append(Found(f.where, ours, f.semantics, f.choice, paper))
    return found


def endurance_beyond_retention(evidence: Evidence) -> list[Found]:
    """Accuracy after retention minus that after endurance, tuned alike."""
    endurance, retention = evidence.frame("endurance", "paper"), evidence.frame("retention", "paper")
    found = []
    for name, semantics, choice, rows in groups(evidence, retention, ["tuning"]):
        other = at(endurance, network=name, semantics=semantics, tuning=rows["tuning"].iloc[0])
        if len(other):
            found.append(Found(name, loss(rows, other), semantics, choice))
    return found


def cost_of_heat(evidence: Evidence) -> list[Found]:
    """Accuracy at the lowest temperature minus that at the highest, at the most cycles of the sweep."""
    frame = evidence.frame("endurance", "cycles_temperature")
    if frame["temperature"].nunique() < 2:
        raise Missing("second temperature")
    if (frame["p_lrs"].map(_temperature_slope) == 0).all() and (frame["p_hrs"].map(_temperature_slope) == 0).all():
        raise Missing(
            "endurance fit in which temperature plays a part: the paper gives none, none of the published fits over "
            "cycles has one (p_2 is 0), and sudden mode knows no temperature"
        )
    found = []
    for name, semantics, choice, rows in groups(evidence, frame, ["tuning"]):
        rows = rows[rows["cycles"] == rows["cycles"].max()]
        cold, hot = (at(rows, temperature=float(t)) for t in (rows["temperature"].min(), rows["temperature"].max()))
        found.append(Found(name, loss(cold, hot), semantics, choice))
    return found


def _temperature_slope(fit: Any) -> float:
    return float(str(fit).split("x")[2])


# Devices and the arithmetic itself.


def pinch(evidence: Evidence) -> list[Found]:
    """|current| at zero voltage in per cent of the largest current, the worst loop of each device."""
    loops, curves = evidence.frame("hysteresis"), evidence.frame("curves")
    found = []
    for device, mine in loops.groupby("device"):
        peak = curves.loc[(curves["device"] == device) & (curves["experiment"] == "hysteresis"), "current"].abs().max()
        found.append(
            Found(device, nan_interval(100 * mine["current_at_zero_voltage"].max() / peak, "loops", len(mine)))
        )
    return found


def loop_narrowing(evidence: Evidence) -> list[Found]:
    """Largest ratio of a loop's area to that of the next lower frequency, for each device."""
    found = []
    for device, mine in evidence.frame("hysteresis").groupby("device"):
        areas = mine.sort_values("frequency")["loop_area"].to_numpy()
        if len(areas) > 1:
            found.append(Found(device, nan_interval(float((areas[1:] / areas[:-1]).max()), "frequencies", len(areas))))
    return found


def probe(name: str, note: str = "") -> Quantity:
    """A number that `memristive_study.claims.probes` measured on the arithmetic itself."""

    def quantity(evidence: Evidence) -> list[Found]:
        if name not in evidence.probes:
            raise Missing(f"probe of the arithmetic: {name.replace('_', ' ')}")
        return [Found("", nan_interval(evidence.probes[name], "probes"), note=note)]

    return quantity

"""Figures, tables and sections of a study: from which files each is made, by which function, with which words.

An experiment of a paper is registered once, as a `Section` in `Paper.experiments`. Any other experiment of a
configuration has the general section: accuracy against what its grids sweep.

Imported when Snakemake reads the workflow, so it imports neither pandas nor matplotlib: functions that need them import
them themselves, or are named as "module:function".

Inputs, by name:
  <experiment>    experiments/<experiment>.csv
  times           experiments/inference_time.csv
  parity          validation/parity.csv
  curves, hysteresis, parameters
                  devices/<name>.csv
  selections      list of training/<network>/selection.json
  histories       list of training/<network>/fold<k>/history.csv, and training/<network>/published/history.csv
  folds           the former of these, where a network was cross-validated
  datasets        list of datasets/<dataset>.npz
  layers          tables/networks.csv
  proof_<name>    proofs/<name>.csv, a measurement of the paper's proofs
  records         list of evaluations/<experiment>/<network>/<label>.json, for comparisons paired over the images
  replicates      experiments/replicates.csv: further draws of the networks, and the networks at the same settings
  rulegraph       output of `snakemake --rulegraph` (dot), or lines "parent child"
"""

import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from memristive.core.errors import InputError
from memristive.core.setting import dotted
from memristive_study.results.paper import Paper

Function = Callable[..., Any] | str  # itself, or "module:function"

INPUTS = (
    "times",
    "parity",
    "curves",
    "hysteresis",
    "parameters",
    "selections",
    "histories",
    "folds",
    "datasets",
    "layers",
    "records",
    "rulegraph",
)
# Names that no experiment can have: its table would be taken for another file.
RESERVED = (*INPUTS, "choices", "inference_time", "replicates")
# Inputs of the claims besides the experiments. All are optional: the ledger says what a study lacks.
CLAIMS = ("times", "curves", "hysteresis", "selections", "histories", "datasets", "layers", "records", "replicates")


@dataclass(frozen=True)
class Figure:
    """A figure: figures/<name>.png and .svg.

    Attributes:
        inputs: names of the files that it is drawn from.
        caption: serves both reports, as alternative text too.
        draw: (frames, study) -> matplotlib's Figure; frames are the inputs as `figures.read` gives them.
        parts: of its experiment that it shows. It is left out of a study whose experiment has none of them.
    """

    name: str
    inputs: tuple[str, ...]
    title: str
    caption: str
    draw: Function
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table: tables/<name>.csv and .md.

    Attributes:
        inputs: names of the files that it is made from.
        make: (frames, study) -> DataFrame; frames are the inputs as `figures.read` gives them.
        parts: as of a figure.
    """

    name: str
    inputs: tuple[str, ...]
    title: str
    make: Function
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the report: figures, tables and what they say.

    Attributes:
        key: for an experiment its name in the configuration.
        findings: (claims.Evidence) -> sentences, none where the study lacks the data; None where there is nothing to
            say.
    """

    key: str
    title: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: Function | None = None

    def sentences(self, evidence: Any) -> list[str]:
        """The findings of a study, from its evidence."""
        return [] if self.findings is None else resolve(self.findings)(evidence)


MEASURED_IMAGES = 1_000  # test images of a measurement, so that each takes less than a minute of one core


@dataclass(frozen=True)
class Measurement:
    """A measurement that the paper's proofs need: proofs/<key>.csv.

    Attributes:
        networks: of the paper, that it is made of.
        measure: (digital network, images float32 [n, channels, height, width], labels int64 [n]) -> rows of values by
            column; the same values for the same network and images, whatever the number of threads.
    """

    networks: tuple[str, ...]
    measure: Function


@dataclass(frozen=True)
class Conclusion:
    """What a proof says of a study: `holds` where it is one, so that the numbers it names exclude each other."""

    heading: str
    text: str
    holds: bool


@dataclass(frozen=True)
class Proof:
    """A proof about a paper's numbers: its section, and (claims.Evidence) -> Conclusion, None without data."""

    section: Section
    conclude: Callable[[Any], Conclusion | None]


def measured_input(measurement: str) -> str:
    """Name of a measurement among the inputs."""
    return f"proof_{measurement}"


WORKFLOW = Section(
    "workflow",
    "The workflow",
    (
        Figure(
            "fig_workflow",
            ("rulegraph",),
            "The workflow",
            "Rules from the images to the report, coloured by what they are for. An arrow is a file that one rule "
            "writes and another reads; it is left out where a longer way leads from the one to the other.",
            "memristive_study.figures.workflow:draw",
        ),
    ),
)
BEFORE = (
    Section(
        "data",
        "Data sets",
        (
            Figure(
                "fig_images",
                ("datasets",),
                "Example images of each data set",
                "The first test image of each class, at most ten of them, evenly over the classes of each data set.",
                "memristive_study.figures.images:draw",
            ),
        ),
        (Table("datasets", ("datasets",), "Data sets", "memristive_study.tables.datasets:build"),),
    ),
    Section(
        "training",
        "Networks and training",
        (
            Figure(
                "fig_networks",
                ("layers",),
                "The networks",
                "Each box is a layer with its output shape (channels, height, width); below it, what follows the "
                "layer: batch normalisation (BN), ReLU; dropout in brackets stands before the layer.",
                "memristive_study.figures.networks:draw",
            ),
            Figure(
                "fig_tiles",
                ("layers",),
                "The networks' layers on tiles",
                "Each layer's weight matrix on the tiles of its crossbars; the filled part holds weights, the "
                "percentage is its share of all devices of the tiles.",
                "memristive_study.figures.tiles:draw",
            ),
            Figure(
                "fig_cross_validation",
                ("folds",),
                "Cross-validation of the networks",
                "Errors on the training images (dashed, while learning) and on the validation images (solid) over the "
                "epochs, on a logarithmic axis; thin lines are folds, thick ones their mean; stars, if any, are a "
                "paper's mean on the test images.",
                "memristive_study.figures.cross_validation:draw",
            ),
        ),
        (
            Table("networks", ("datasets",), "Layers of the networks", "memristive_study.tables.networks:build"),
            Table(
                "training",
                ("histories", "selections", "datasets"),
                "Test accuracy of the digital networks",
                "memristive_study.tables.training:build",
            ),
        ),
        "memristive_study.report.sentences:training",
    ),
    Section(
        "devices",
        "Devices",
        (
            Figure(
                "fig_device_curves",
                ("curves",),
                "Switching and pinched hysteresis of the devices",
                "Each row is a device. Left, |current| on a logarithmic axis over one period of a triangular "
                "voltage: the device switches to its low resistance on one polarity and back on the other. Right, "
                "current over one period of a sine, one loop a frequency: every loop passes through the origin.",
                "memristive_study.figures.device_curves:draw",
            ),
        ),
        (
            Table(
                "device_parameters",
                ("parameters",),
                "Parameters of the devices and their sources",
                "memristive_study.tables.device_parameters:build",
            ),
        ),
        "memristive_study.report.sentences:devices",
    ),
)
AFTER = (
    Section(
        "replicates",
        "Networks as a random factor",
        (
            Figure(
                "fig_replicates",
                ("replicates",),
                "Scatter between networks and between draws",
                "Networks of one recipe, trained on the folds of a cross-validation (at their last epoch, for only "
                "those weights are kept), at settings at which claims are decided. Left, where they differ most; "
                "right, the standard deviation between networks against that between draws of one network.",
                "memristive_study.figures.replicates:draw",
            ),
        ),
        (
            Table(
                "replicates",
                ("replicates",),
                "Accuracy of the networks of folds (last epoch), with the interval between networks",
                "memristive_study.tables.replicates:build",
            ),
        ),
    ),
    Section(
        "inference_time",
        "Inference time",
        tables=(
            Table(
                "inference_time",
                ("times",),
                "Inference time by tile shape",
                "memristive_study.tables.inference_time:build",
            ),
        ),
    ),
)


def sections(experiments: Mapping[str, Mapping[str, Any]], paper: Paper) -> list[Section]:
    """The report's sections, in order; figures and tables that the paper numbers have its file names.

    Args:
        experiments: those that the study runs, in order, as its configuration describes them; one without a word
            about its parts has those that the paper shows.
    """
    own = [_of_experiment(name, entry, paper) for name, entry in experiments.items()]
    proofs = [replace(proof.section, findings=functools.partial(_concluded, proof)) for proof in paper.proofs]
    return [_numbered(section, paper) for section in (*BEFORE, *own, *proofs, *AFTER, *paper.sections, WORKFLOW)]


def _concluded(proof: Proof, evidence: Any) -> list[str]:
    """The conclusion of a proof as sentences."""
    found = proof.conclude(evidence)
    return [] if found is None else [f"{found.heading}.", found.text]


def shown_parts(experiment: str, paper: Paper) -> list[str]:
    """The parts of an experiment that the paper's own figures show, if it has such an experiment."""
    section = paper.experiments.get(experiment)
    return [part for figure in section.figures for part in figure.parts] if section else []


def figures(of: Iterable[Section]) -> dict[str, Figure]:
    """All figures of some sections, by name."""
    return {figure.name: figure for section in of for figure in section.figures}


def tables(of: Iterable[Section]) -> dict[str, Table]:
    """All tables of some sections, by name."""
    return {table.name: table for section in of for table in section.tables}


def experiments_in(folder: str | Path) -> list[str]:
    """Names of the experiments whose table a study's folder holds."""
    found = sorted(path.stem for path in (Path(folder) / "experiments").glob("*.csv"))
    return [name for name in found if name not in RESERVED]


def reference(function: Function) -> str:
    """A function as "module:function"."""
    return function if isinstance(function, str) else f"{function.__module__}:{function.__qualname__}"


def resolve(function: Function) -> Callable[..., Any]:
    """The function that "module:function" names; InputError where there is none."""
    if not isinstance(function, str):
        return function
    module, _, name = function.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        raise InputError(f"{function}: there is no such function") from None


def _numbered(section: Section, paper: Paper) -> Section:
    def named(item: Any) -> Any:
        return replace(item, name=paper.file_names.get(item.name, item.name))

    return replace(section, figures=tuple(map(named, section.figures)), tables=tuple(map(named, section.tables)))


def _of_experiment(name: str, entry: Mapping[str, Any], paper: Paper) -> Section:
    """The section of an experiment: the paper's where it has one, and the general figure of what that does not show."""
    shown = shown_parts(name, paper)
    described = entry.get("parts", {part: {} for part in shown})
    parts = tuple(part for part, grid in described.items() if grid is not None)
    section = paper.experiments.get(name, Section(name, name.replace("_", " ").capitalize()))
    rest = tuple(part for part in parts if part not in shown)

    def is_shown(item: Figure | Table) -> bool:
        return not item.parts or not set(parts).isdisjoint(item.parts)

    section = replace(
        section,
        title=entry.get("title") or section.title,
        figures=tuple(filter(is_shown, section.figures)),
        tables=tuple(filter(is_shown, section.tables)),
    )
    if not rest:
        return section
    asked = {part: described[part] for part in rest}
    if _is_ladder(asked):
        general, prices = _ladder(section.title, name), (_prices(name),)
        said = "memristive_study.report.ladder:findings"
    else:
        general, prices = _general(asked.values())(section.title, name), ()
        said = "memristive_study.report.sweep:findings"
    return replace(
        section,
        figures=(*section.figures, general),
        tables=(*section.tables, *prices),
        findings=functools.partial(_findings, section, said, name, rest),
    )


def _general(parts: Iterable[Mapping[str, Any]]) -> Callable[[str, str], Figure]:
    """What makes the figure of an experiment with these parts."""
    if _sweeps_age(parts):
        return _over_time
    return _over_resolution if _sweeps_resolution(parts) else _over_fields


def _sweeps_resolution(parts: Iterable[Mapping[str, Any]]) -> bool:
    """Whether parts of an experiment sweep the resolution of converters beside one that has none."""
    fixed = [dotted({**part.get("fixed", {})}) for part in parts]
    swept = [dotted({**part.get("grid", {})}) for part in parts]
    return any("adc.bits" in grid for grid in swept) and any(part.get("adc.bits", "") is None for part in fixed)


def _sweeps_age(parts: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of these parts of an experiment sweeps the age of measured devices."""
    return any(
        {**part.get("fixed", {})}.get("retention.model") == "measured" and "retention.time" in part.get("grid", {})
        for part in parts
    )


def _over_fields(title: str, name: str) -> Figure:
    return Figure(
        f"sweep_{name}",
        (name,),
        title,
        "Accuracy on the test set against what the experiment sweeps: a row of panels a grid, a panel a network, a "
        "line for each combination of the other values that it sweeps; bands are 95 % intervals over the repeats. "
        "Where a setting was evaluated on many chips, each is a small point beside their mean, and the lines across "
        "are the accuracies that 5, 50 and 95 % of them stay below; stars, if any, are what the paper states.",
        "memristive_study.figures.sweep:draw",
    )


def _over_resolution(title: str, name: str) -> Figure:
    return Figure(
        f"sweep_{name}",
        (name,),
        title,
        "Accuracy on the test set against the resolution of the converters: a row of panels a grid, a panel a network, "
        "a line for each combination of the other values that it sweeps; bands are 95 % intervals over the repeats, "
        "the dashed line is the mean without converters.",
        "memristive_study.figures.resolution:draw",
    )


def _over_time(title: str, name: str) -> Figure:
    return Figure(
        f"ageing_{name}",
        (name,),
        title,
        "Accuracy on the test set of networks on measured devices, once these are programmed and at times for which "
        "each of them was measured: a panel a network, a line a device; bars are 95 % intervals over the repeats.",
        "memristive_study.figures.ageing:draw",
    )


def _is_ladder(parts: Mapping[str, Any]) -> bool:
    """Whether the parts of an experiment are ways to get accuracy back: most fix a field of `recovery`."""
    fixed = [(grid or {}).get("fixed") or {} for grid in parts.values()]
    return len(fixed) > 2 and sum(any(key.startswith("recovery.") for key in each) for each in fixed) >= len(fixed) - 1


def _ladder(title: str, name: str) -> Figure:
    return Figure(
        name,
        (name,),
        title,
        "Accuracy of each chip on the test set, by what is done to get it back: nothing, each option alone, several "
        "together; a panel a network, a colour for how much harms. Lines: the median and the middle half of the chips.",
        "memristive_study.figures.ladder:draw",
    )


def _prices(name: str) -> Table:
    return Table(name, (name, "datasets"), "What is gained, and its price", "memristive_study.tables.ladder:build")


def _findings(section: Section, general: Function, name: str, rest: tuple[str, ...], evidence: Any) -> list[str]:
    """Findings of the paper's section, and general ones of the parts that it does not show."""
    return section.sentences(evidence) + resolve(general)(evidence, name, rest)

"""Two studies side by side, as one HTML page: ``python -m memristive_study.report.compare results/a results/b``.

Settings are matched by experiment, part, network and label, which names the swept values: what else
differs between the studies is what a difference in accuracy comes from.
"""

import argparse
import io
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import read_json, write_text
from memristive.core.setting import SHORT_NAMES
from memristive_study import figures
from memristive_study.claims.quantities import bits_by_repeat, loss
from memristive_study.papers.souto_garnelo.reported import LABELS
from memristive_study.plan.choices import EXPERIMENT as CHOICES
from memristive_study.report import markup
from memristive_study.results import outputs, provenance
from memristive_study.results.statistics import Interval, fixed, unpaired_difference

STYLE = Path(__file__).parents[3] / "notebooks" / "template" / "style.css"
DPI = 120  # a page has many curves
KEYS = ["experiment", "part", "network", "label"]


class Study:
    """A study's folder; InputError where it is none."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.paths = {
            name: path
            for name in (*outputs.experiments_in(self.folder), CHOICES)
            if (path := self.folder / "experiments" / f"{name}.csv").is_file()
        }
        if not self.paths:
            raise InputError(f"compare: {folder}: is not a study's folder (it has no experiments/*.csv)")

    @property
    def name(self) -> str:
        """For readers."""
        return self.folder.name

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """What was recorded when the study ran; empty where nothing was."""
        path = self.folder / "provenance.json"
        return read_json(path) if path.is_file() else {}

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """Its configuration; empty where it was not recorded."""
        return self.provenance.get("config", {})

    @cached_property
    def evaluations(self) -> pd.DataFrame:
        """All evaluations, with one bit an image where there are records."""
        frame = pd.concat([figures.read(name, path) for name, path in self.paths.items()], ignore_index=True)
        records = sorted(self.folder.glob("evaluations/*/*/*.json"))
        if not records:
            return frame
        keys = ["experiment", "network", "label", "repeat"]
        return frame.merge(figures.read("records", records), on=keys, how="left")

    @cached_property
    def digital(self) -> dict[str, float]:
        """Test accuracy (%) of each trained network."""
        found = map(read_json, sorted(self.folder.glob("training/*/selection.json")))
        return {row["network"]: 100 * row["test_accuracy"] for row in found}

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """Verdicts on the paper's claims, by number; empty where there are none."""
        path = self.folder / "claims.csv"
        if not path.is_file():
            return pd.DataFrame(columns=["number", "claim", "verdict"]).set_index("number")
        return pd.read_csv(path)[["number", "claim", "verdict"]].set_index("number")

    def images(self, network: str) -> str | None:
        """Hash of the images that a network is tested on; None where the study does not hold them."""
        dataset = self.config.get("networks", {}).get(network, {}).get("dataset")
        path = self.folder / "datasets" / f"{dataset}.npz"
        return provenance.file_hash(path) if path.is_file() else None


@dataclass(frozen=True)
class Pair:
    """One setting that both studies have: its accuracies, and the second study's less the first's (points)."""

    experiment: str
    part: str
    network: str
    label: str
    first: float
    second: float
    difference: Interval
    paired: bool
    fields: tuple[str, ...]

    @property
    def clear(self) -> bool:
        """Whether every interval that is known leaves out 0, and there is one."""
        known = [i for i in (self.difference, self.difference.images) if i is not None and i.known]
        return bool(known) and all(i.low > 0 or i.high < 0 for i in known)


def pairs(a: Study, b: Study) -> list[Pair]:
    """Every setting that both studies evaluated.

    Differences are paired over the repeats where these have the same seeds, and so the same draws,
    otherwise the studies' repeats are independent. They are paired over the images where both tested
    the same images and kept their records.
    """
    same_images = {name: a.images(name) is not None and a.images(name) == b.images(name) for name in _networks(a, b)}
    second = dict(list(b.evaluations.groupby(KEYS)))
    return [
        _pair(key, rows, second[key], same_images[key[2]])
        for key, rows in a.evaluations.groupby(KEYS, sort=False)
        if key in second
    ]


def _networks(*studies: Study) -> list[str]:
    return list(dict.fromkeys(name for study in studies for name in study.evaluations["network"]))


def _pair(key: tuple[str, ...], first: pd.DataFrame, second: pd.DataFrame, same_images: bool) -> Pair:
    seeds = [dict(zip(rows["repeat"], rows["seed"].fillna(-1), strict=True)) for rows in (first, second)]
    shared = seeds[0].keys() & seeds[1].keys()
    paired = 1 in map(len, seeds) or all(seeds[0][repeat] == seeds[1][repeat] for repeat in shared)
    bits = same_images and bool(bits_by_repeat(first)) and bool(bits_by_repeat(second))
    if not bits:
        first, second = (rows.drop(columns="bits", errors="ignore") for rows in (first, second))
    difference = loss(second, first)
    if not paired:
        difference = replace(unpaired_difference(second["accuracy"], first["accuracy"]), images=difference.images)
    fields = [
        name
        for name in SHORT_NAMES
        if name in first and name in second and _text(first[name].iloc[0]) != _text(second[name].iloc[0])
    ]
    means = (float(rows["accuracy"].mean()) for rows in (first, second))
    return Pair(*key, *means, difference, paired, tuple(fields))


def differences(a: Any, b: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two configurations differ: dotted key, value of the first, value of the second."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in dict.fromkeys([*a, *b]):
            yield from differences(a.get(key, _Absent), b.get(key, _Absent), f"{path}.{key}" if path else str(key))
    elif a != b:
        yield path, _text(a), _text(b)


class _Absent:
    """Stands for a key that a configuration lacks."""


def _text(value: Any) -> str:
    if value is _Absent:
        return "(not there)"
    return "" if isinstance(value, float) and math.isnan(value) else str(value)


def page(a: Study, b: Study) -> str:
    """The page; figures and tables are inside it."""
    found = pairs(a, b)
    title = f"{a.name} and {b.name}"
    sections = [
        ("parameters", "What differs", _parameters(a, b, found)),
        ("summary", "Accuracies", _summary(a, b, found)),
        ("claims", "Claims whose verdict changed", _claims(a, b)),
        *(
            (experiment, _title(experiment), _experiment(a, b, experiment, found))
            for experiment in dict.fromkeys(pair.experiment for pair in found)
        ),
        ("alone", "Settings of one study alone", _alone(a, b)),
    ]
    links = "".join(f'<li><a href="#{key}">{escape(name)}</a></li>' for key, name, _ in sections)
    content = "".join(
        f'<section id="{key}"><h2>{escape(name)}</h2>{content}</section>' for key, name, content in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head><body>"
        f"<header><h1>Studies {escape(title)}</h1>{_heads(a, b)}</header>"
        f'<nav aria-label="Contents"><details open><summary>Contents</summary><ol>{links}</ol></details></nav>'
        f"{content}</body></html>\n"
    )


def _title(experiment: str) -> str:
    return "Choices left open" if experiment == CHOICES else experiment.replace("_", " ").capitalize()


def _heads(a: Study, b: Study) -> str:
    return markup.listing(
        (
            f"{letter}: {study.name}",
            f"{study.folder}; {len(study.evaluations):,} evaluations; commit "
            f"{str(study.provenance.get('commit', 'unknown'))[:12]}, {study.provenance.get('date', 'no date')}",
        )
        for letter, study in (("a", a), ("b", b))
    )


def _parameters(a: Study, b: Study, found: Sequence[Pair]) -> str:
    rows = list(differences(a.config, b.config)) if a.config and b.config else []
    lines = []
    if not a.config or not b.config:
        lacking = " and ".join(study.name for study in (a, b) if not study.config)
        lines.append(f"{lacking}: the configuration is not recorded; fields of the evaluated settings are compared.")
    recorded = ("python", "versions", "machine")
    rows += list(differences(*({key: s.provenance.get(key, _Absent) for key in recorded} for s in (a, b))))
    fields = dict.fromkeys(name for pair in found for name in pair.fields)
    if fields:
        lines.append(f"Fields in which settings of the same name differ: {', '.join(fields)}.")
    if not rows and not fields:
        lines.append("No parameter, version or machine differs.")
    table = markup.table(pd.DataFrame(rows, columns=["parameter", a.name, b.name]), "What differs") if rows else ""
    return "".join(map(markup.paragraph, lines)) + table


def _summary(a: Study, b: Study, found: Sequence[Pair]) -> str:
    if not found:
        return markup.paragraph("The studies have no setting in common.")
    clear = [pair for pair in found if pair.clear]
    unpaired = sum(not pair.paired for pair in found)
    lines = [
        f"{len(found):,} settings in common; {len(clear):,} of them differ clearly: every interval known leaves out 0. "
        f"Differences are {b.name} less {a.name}, in percentage points."
    ]
    if unpaired:
        lines.append(f"{unpaired:,} were repeated with other seeds; their intervals are of independent repeats.")
    rows = []
    for key in dict.fromkeys((pair.experiment, pair.network) for pair in found):
        mine = [pair for pair in found if (pair.experiment, pair.network) == key]
        most = max(mine, key=lambda pair: abs(pair.difference.value))
        rows.append(
            {
                "experiment": key[0].replace("_", " "), "network": LABELS.get(key[1], key[1]), "settings": len(mine),
                "differ clearly": sum(pair.clear for pair in mine),
                "mean difference": sum(pair.difference.value for pair in mine) / len(mine),
                "largest difference": _interval(most.difference), "at": most.label,
            }
        )  # fmt: skip
    shared = [name for name in a.digital if name in b.digital]
    digital = [
        {"network": LABELS.get(name, name), f"{a.name} (%)": a.digital[name], f"{b.name} (%)": b.digital[name],
         "difference": b.digital[name] - a.digital[name]}
        for name in shared
    ]  # fmt: skip
    text = "".join(map(markup.paragraph, lines)) + markup.table(pd.DataFrame(rows), "Differences by experiment")
    if digital:
        text += f"<h3>Digital networks</h3>{markup.table(pd.DataFrame(digital), 'Digital networks')}"
    return text


def _claims(a: Study, b: Study) -> str:
    both = a.verdicts.merge(b.verdicts, on="number", suffixes=("", "_b"))
    changed = both[both["verdict"] != both["verdict_b"]].reset_index()
    if not len(both):
        return markup.paragraph("One of the studies has no ledger of claims.")
    if not len(changed):
        return markup.paragraph(f"None of {len(both)}.")
    shown = changed[["number", "claim", "verdict", "verdict_b"]]
    return markup.table(shown.set_axis(["no.", "claim", a.name, b.name], axis="columns"), "Changed verdicts")


def _experiment(a: Study, b: Study, experiment: str, found: Sequence[Pair]) -> str:
    mine = [pair for pair in found if pair.experiment == experiment]
    rows = pd.DataFrame(
        [
            {
                "network": LABELS.get(pair.network, pair.network), "setting": pair.label, f"{a.name} (%)": pair.first,
                f"{b.name} (%)": pair.second, "difference (points)": _interval(pair.difference),
                "clear": pair.clear, "other fields": ", ".join(pair.fields),
            }
            for pair in mine
        ]
    )  # fmt: skip
    if not rows["other fields"].any():
        rows = rows.drop(columns="other fields")
    table = markup.table(rows, f"Accuracies of {experiment}")
    return _curves(a, b, experiment) + markup.details(f"All {len(mine)} settings", table)


def _curves(a: Study, b: Study, experiment: str) -> str:
    """Each part and network whose settings lie on a curve, both studies in one panel."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from memristive_study.figures import overlay, style

    frames = [study.evaluations[study.evaluations["experiment"] == experiment] for study in (a, b)]
    shown = ""
    with matplotlib.rc_context(style.RC):
        for title, figure in overlay.draw(*frames, (a.name, b.name), LABELS):
            buffer = io.BytesIO()
            figure.savefig(buffer, dpi=DPI, format="png", metadata={"Software": None})
            pyplot.close(figure)
            shown += markup.image(
                buffer.getvalue(), title, f"Accuracy of both studies: solid {a.name}, dashed {b.name}."
            )
    return shown


def _alone(a: Study, b: Study) -> str:
    keys = [set(map(tuple, study.evaluations[KEYS].drop_duplicates().to_numpy())) for study in (a, b)]
    lines = []
    for study, own, other in ((a, keys[0], keys[1]), (b, keys[1], keys[0])):
        alone = sorted(own - other)
        lines.append(f"{study.name}: {len(alone):,}")
        if alone:
            listed = markup.table(pd.DataFrame(alone, columns=KEYS), f"Only in {study.name}")
            lines[-1] = markup.details(lines[-1], listed)
        else:
            lines[-1] = markup.paragraph(lines[-1])
    return "".join(lines)


def _interval(found: Interval) -> str:
    text = fixed(found.value, 2)
    if found.known:
        text += f" [{fixed(found.low, 2)}, {fixed(found.high, 2)}]"
    if found.images is not None and found.images.known:
        text += f", over images [{fixed(found.images.low, 2)}, {fixed(found.images.high, 2)}]"
    return text


def main(arguments: Sequence[str]) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m memristive_study.report.compare", description="Compare two studies."
    )
    parser.add_argument("a", help="folder of a study")
    parser.add_argument("b", help="folder of another")
    parser.add_argument("--output", help="HTML page; compare_<a>_<b>.html beside the first study unless given")
    options = parser.parse_args(arguments)
    try:
        a, b = Study(options.a), Study(options.b)
        output = Path(options.output or a.folder.parent / f"compare_{a.name}_{b.name}.html")
        write_text(output, page(a, b))
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(os.path.relpath(output))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The page that shows two studies side by side."""

import contextlib
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from memristive_study.report import TEMPLATE, markup
from memristive_study.report.compare.common import alone, overview, table, title
from memristive_study.report.compare.pairs import Pair, pairs
from memristive_study.report.compare.side import Side
from memristive_study.report.compare.words import Absent, differences
from memristive_study.results.statistics import Interval, fixed

DPI = 120  # a page has many curves


def page(a: Side, b: Side, labels: Mapping[str, str]) -> str:
    """The page; figures and tables are inside it. `labels` names networks for readers."""
    found = pairs(a, b)
    names = f"{a.name} and {b.name}"
    parts = [
        ("common", "What both have", overview(a, b, found, labels)),
        ("summary", "Accuracies", _summary(a, b, found, labels)),
        ("parameters", "Differences in configuration", _parameters(a, b, found)),
        ("claims", "Claims whose verdict changed", _claims(a, b)),
        *(
            (experiment, title(experiment), _experiment(a, b, experiment, found, labels))
            for experiment in dict.fromkeys(pair.experiment for pair in found)
        ),
        ("alone", "Settings of one study alone", alone(a, b, found)),
    ]
    sections = [(key, name, content) for key, name, content in parts if content]
    links = "".join(f'<li><a href="#{key}">{escape(name)}</a></li>' for key, name, _ in sections)
    content = "".join(
        f'<section id="{key}"><h2>{escape(name)}</h2>{content}</section>' for key, name, content in sections
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(names)}</title><link rel="icon" href="data:,">'
        f"<style>{(TEMPLATE / 'style.css').read_text(encoding='utf-8')}</style></head><body>"
        f"<header><h1>Studies {markup.title(names)}</h1>{_heads(a, b)}</header>"
        f'<nav aria-label="Contents"><details open><summary>Contents</summary><ol>{links}</ol></details></nav>'
        f"{content}</body></html>\n"
    )


def _heads(a: Side, b: Side) -> str:
    return markup.listing(
        (
            f"{letter}: {side.name}",
            f"{side.path}; {len(side.evaluations):,} evaluations; commit "
            f"{str(side.provenance.get('commit') or 'unknown')[:12]}, {side.provenance.get('date', 'no date')}",
        )
        for letter, side in (("a", a), ("b", b))
    )


def _parameters(a: Side, b: Side, found: Sequence[Pair]) -> str:
    rows = list(differences(a.config, b.config)) if a.config and b.config else []
    lines = []
    if not a.config or not b.config:
        lacking = " and ".join(side.name for side in (a, b) if not side.config)
        lines.append(f"{lacking}: the configuration is not recorded; fields of the evaluated settings are compared.")
    recorded = ("python", "versions", "machine")
    rows += list(differences(*({key: s.provenance.get(key, Absent) for key in recorded} for s in (a, b))))
    fields = dict.fromkeys(name for pair in found for name in pair.fields)
    if fields:
        lines.append(f"Fields in which settings of the same name differ: {', '.join(fields)}.")
    if not rows and not fields:
        lines.append("No parameter, version or machine differs.")
    shown = (
        table(pd.DataFrame(rows, columns=["parameter", a.name, b.name]), "Differences in configuration") if rows else ""
    )
    return "".join(map(markup.paragraph, lines)) + shown


def _summary(a: Side, b: Side, found: Sequence[Pair], labels: Mapping[str, str]) -> str:
    if not found:
        return markup.paragraph("The studies have no setting in common.")
    clear = [pair for pair in found if pair.clear]
    unpaired = sum(not pair.paired for pair in found)
    lines = [
        f"{len(found):,} settings in common; {len(clear):,} of them differ clearly: none of their intervals holds 0. "
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
                "experiment": title(key[0]),
                "network": labels.get(key[1], key[1]),
                "settings": len(mine),
                "differ clearly": sum(pair.clear for pair in mine),
                "mean difference": sum(pair.difference.value for pair in mine) / len(mine),
                "largest difference": _interval(most.difference),
                "at": f"{most.part.replace('_', ' ')}: {most.setting}",
            }
        )
    accuracies = a.digital, b.digital
    shared = [name for name in accuracies[0] if name in accuracies[1]]
    digital = [
        {
            "network": labels.get(name, name),
            f"{a.name} (%)": accuracies[0][name],
            f"{b.name} (%)": accuracies[1][name],
            "difference": accuracies[1][name] - accuracies[0][name],
        }
        for name in shared
    ]
    text = "".join(map(markup.paragraph, lines)) + _difference_plot(a, b, found, labels)
    text += markup.table(pd.DataFrame(rows), "Differences by experiment")
    if digital:
        text += f"<h3>Digital networks</h3>{table(pd.DataFrame(digital), 'Digital networks')}"
    return text


def _claims(a: Side, b: Side) -> str:
    both = a.verdicts.merge(b.verdicts, on="number", suffixes=("", "_b"))
    changed = both[both["verdict"] != both["verdict_b"]].reset_index()
    if not len(both):
        return ""
    if not len(changed):
        return markup.paragraph(f"None of {len(both)} claims has another verdict.")
    shown = changed[["number", "claim", "verdict", "verdict_b"]]
    return table(shown.set_axis(["no.", "claim", a.name, b.name], axis="columns"), "Changed verdicts")


def _experiment(a: Side, b: Side, experiment: str, found: Sequence[Pair], labels: Mapping[str, str]) -> str:
    mine = [pair for pair in found if pair.experiment == experiment]
    rows = pd.DataFrame(
        [
            {
                "network": labels.get(pair.network, pair.network),
                "part": pair.part.replace("_", " "),
                "setting": pair.setting,
                f"{a.name} (%)": pair.first,
                f"{b.name} (%)": pair.second,
                "difference (points)": _interval(pair.difference),
                "clear": pair.clear,
                "differ in": ", ".join(pair.fields),
            }
            for pair in mine
        ]
    )
    if not rows["differ in"].any():
        rows = rows.drop(columns="differ in")
    listed = table(rows, f"Accuracies of {experiment}")
    return _curves(a, b, experiment, labels) + markup.details(f"All {len(mine)} settings", listed)


def _difference_plot(a: Side, b: Side, found: Sequence[Pair], labels: Mapping[str, str]) -> str:
    """Every difference with its interval, a row an experiment and network."""
    from memristive_study.figures import difference

    drawn = [(f"{title(p.experiment)}, {labels.get(p.network, p.network)}", p.difference) for p in found]
    said = (
        f"Accuracy of {b.name} less that of {a.name}, a point a setting; bars are 95 % intervals, filled points those "
        "whose interval does not hold 0."
    )
    with _plain_backend():
        return markup.image(_png(difference.draw(drawn, (a.name, b.name))), "Differences", said)


def _curves(a: Side, b: Side, experiment: str, labels: Mapping[str, str]) -> str:
    """Each part and network whose settings lie on a curve, both studies in one panel."""
    from memristive_study.figures import overlay

    frames = [side.evaluations[side.evaluations["experiment"] == experiment] for side in (a, b)]
    said = f"Accuracy of both studies: solid {a.name}, dashed {b.name}."
    with _plain_backend():
        return "".join(
            markup.image(_png(figure), name, said) for name, figure in overlay.draw(*frames, (a.name, b.name), labels)
        )


@contextlib.contextmanager
def _plain_backend() -> Iterator[None]:
    """Figures in the project's style, drawn without a screen."""
    import matplotlib

    matplotlib.use("Agg")
    from memristive_study.figures import style

    with matplotlib.rc_context(style.RC):
        yield


def _png(figure: Any) -> bytes:
    from matplotlib import pyplot

    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=DPI, format="png", metadata={"Software": None})
    pyplot.close(figure)
    return buffer.getvalue()


def _interval(found: Interval) -> str:
    text = fixed(found.value, 2)
    if found.known:
        text += f" [{fixed(found.low, 2)}, {fixed(found.high, 2)}]"
    if found.images is not None and found.images.known:
        text += f", over images [{fixed(found.images.low, 2)}, {fixed(found.images.high, 2)}]"
    return text

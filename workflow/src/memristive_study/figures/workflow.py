"""The workflow itself, drawn from its rule graph."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from memristive.core.errors import InputError
from memristive_study.figures import style
from memristive_study.results.study import Study

Edges = list[tuple[str, str]]
_NODE = re.compile(r'^\s*(\w+)\s*\[\s*label\s*=\s*"([^"]*)"', re.MULTILINE)
_EDGE = re.compile(r"^\s*(\w+)\s*->\s*(\w+)", re.MULTILINE)
MOST = 7  # boxes on a line
LONGEST = 13  # letters on a line of a box, so that as many boxes do not overlap
BOX, GAP = 0.26, 0.40  # height of a box and distance of two lines, inches
# Purposes of rules, each with its colour; a rule that is not named here is white.
KINDS = {
    "images": ("#dddddd", {"prepare_dataset", "make_folds"}),
    "training": ("#56B4E9", {"train_fold", "train_published", "select_checkpoint", "select_alternative"}),
    "inference": (
        "#E69F00",
        {"evaluate", "collect_experiment", "collect_replicates", "time_inference", "collect_times"},
    ),
    "proofs": ("#8DA0CB", {"measure_network", "collect_measurement"}),
    "devices": ("#D55E00", {"device_curves"}),
    "validation": ("#009E73", {"validate_network", "collect_parity"}),
    "figures and tables": ("#F0E442", {"figure", "table", "choices", "rulegraph"}),
    "claims and report": ("#CC79A7", {"claims", "coherence", "provenance", "report"}),
}


def read_rulegraph(text: str) -> tuple[list[str], Edges]:
    """Rules and (earlier, later) edges from `snakemake --rulegraph` (dot), or from lines "earlier later".

    Raises InputError where there is no rule in it.
    """
    if "digraph" in text:
        names = {key: label.split("\\n")[0] for key, label in _NODE.findall(text)}
        edges = [(names[a], names[b]) for a, b in _EDGE.findall(text) if a in names and b in names]
        rules = list(dict.fromkeys(names.values()))
    else:
        words = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        edges = [(line[0], line[1]) for line in words if len(line) == 2]
        rules = list(dict.fromkeys(word for line in words for word in line))
    if not rules:
        raise InputError("rulegraph: no rule in it; the output of `snakemake --rulegraph` is expected")
    return rules, list(dict.fromkeys(edges))


def layers(rules: Sequence[str], edges: Edges) -> list[list[str]]:
    """Rules by the longest path that leads to them, first ones as late as they can be; a layer below its parents.

    Raises InputError for a cycle.
    """
    parents: dict[str, list[str]] = defaultdict(list)
    for earlier, later in edges:
        parents[later].append(earlier)
    depth: dict[str, int] = {}
    waiting = list(rules)
    while waiting:
        ready = [rule for rule in waiting if all(parent in depth for parent in parents[rule])]
        if not ready:
            raise InputError(f"rulegraph: {waiting[0]}: is part of a cycle")
        for rule in ready:
            depth[rule] = 1 + max((depth[parent] for parent in parents[rule]), default=-1)
        waiting = [rule for rule in waiting if rule not in depth]
    for rule in rules:
        if not parents[rule]:
            depth[rule] = min((depth[later] for earlier, later in edges if earlier == rule), default=1) - 1
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for rule in rules:
        rows[depth[rule]].append(rule)
    _sort(rows, parents)
    return rows


def _sort(rows: list[list[str]], parents: Mapping[str, Sequence[str]]) -> None:
    """Order each row by where the parents of its members are."""
    place: dict[str, float] = {}
    for row in rows:
        middle = {
            name: sum(place[p] for p in parents[name]) / len(parents[name]) if parents[name] else 0.5 for name in row
        }
        row.sort(key=lambda name: (middle[name], name))
        place |= {name: (i + 0.5) / len(row) for i, name in enumerate(row)}


def with_waypoints(rows: Sequence[Sequence[str]], edges: Edges) -> tuple[list[list[str]], list[list[str]]]:
    """Rows with a place for each long edge in every row that it crosses, and each edge as the places it leads by."""
    rows = [list(row) for row in rows]
    depth = {rule: level for level, row in enumerate(rows) for rule in row}
    parents: dict[str, list[str]] = defaultdict(list)
    paths = []
    for earlier, later in edges:
        between = [f"{earlier} to {later}, row {level}" for level in range(depth[earlier] + 1, depth[later])]
        for level, name in enumerate(between, depth[earlier] + 1):
            rows[level].append(name)
        paths.append([earlier, *between, later])
        for start, end in pairwise(paths[-1]):
            parents[end].append(start)
    _sort(rows, parents)
    return rows, paths


def without_shortcuts(edges: Edges) -> Edges:
    """`edges` without those that a longer path already says."""
    after: dict[str, set[str]] = defaultdict(set)
    for earlier, later in edges:
        after[earlier].add(later)

    def reaches(start: str, goal: str) -> bool:
        seen, stack = set(), [rule for rule in after[start] if rule != goal]
        while stack:
            rule = stack.pop()
            if rule == goal:
                return True
            if rule not in seen:
                seen.add(rule)
                stack.extend(after[rule])
        return False

    return [(a, b) for a, b in edges if not reaches(a, b)]


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """Rules as boxes from the images (top) to the report (bottom). Needs `rulegraph`."""
    rules, edges = read_rulegraph(frames["rulegraph"])
    edges = without_shortcuts(edges)
    rows, paths = with_waypoints(layers(rules, edges), edges)
    lines: list[list[str]] = []
    for row in rows:
        parts = -(-len(row) // MOST)
        size = -(-len(row) // parts)
        lines += [row[i : i + size] for i in range(0, len(row), size)]
    total = (BOX + GAP) * len(lines)
    figure, axes = pyplot.subplots(figsize=(style.DOUBLE, total + 0.35))
    axes.set(xlim=(0, style.DOUBLE), ylim=(-total, 0))
    axes.axis("off")
    place: dict[str, tuple[float, float]] = {}
    for number, line in enumerate(lines):
        for i, name in enumerate(line):
            place[name] = (style.DOUBLE * (i + 0.5) / len(line), -(BOX + GAP) * (number + 0.5))
    half = dict.fromkeys(rules, BOX / 2)
    for start, end in (step for path in paths for step in pairwise(path)):
        (x, y), (x_end, y_end) = place[start], place[end]
        arrow = FancyArrowPatch(
            (x, y - half.get(start, 0)),
            (x_end, y_end + half.get(end, 0)),
            arrowstyle="-|>" if end in half else "-",
            mutation_scale=6,
            linewidth=0.6,
            color=style.GREY,
            zorder=1,
            shrinkA=0,
            shrinkB=0,
        )
        axes.add_patch(arrow)
    for name in rules:
        _draw_box(axes, name, *place[name])
    shown = [kind for kind, (_, members) in KINDS.items() if not members.isdisjoint(rules)]
    handles = [Patch(facecolor=KINDS[kind][0], edgecolor=style.BLACK, linewidth=0.5, label=kind) for kind in shown]
    style.legend(figure, handles, columns=len(handles))
    return figure


def _draw_box(axes: Axes, rule: str, x: float, y: float) -> None:
    text = rule.replace("_", " ")
    if len(text) > LONGEST:
        text = text.replace(" ", "\n")
    width = 0.14 + 0.062 * max(map(len, text.split("\n")))
    colour = next((colour for colour, members in KINDS.values() if rule in members), "#ffffff")
    box = FancyBboxPatch(
        (x - width / 2, y - BOX / 2),
        width,
        BOX,
        boxstyle="round,pad=0,rounding_size=0.05",
        facecolor=colour,
        edgecolor=style.BLACK,
        linewidth=0.5,
        zorder=2,
    )
    axes.add_patch(box)
    axes.text(x, y, text, ha="center", va="center", fontsize=6.2, linespacing=0.95, zorder=3)

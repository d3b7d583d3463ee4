"""Figure 9: the workflow itself, drawn from its rule graph."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from matplotlib import pyplot
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from memristive.core.errors import InputError
from memristive_study.figures import style
from memristive_study.results.study import Study

Edges = list[tuple[str, str]]
_NODE = re.compile(r'^\s*(\w+)\s*\[\s*label\s*=\s*"([^"]*)"', re.MULTILINE)
_EDGE = re.compile(r"^\s*(\w+)\s*->\s*(\w+)", re.MULTILINE)
MOST = 7  # boxes on a line


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


def merge_outputs(rules: Sequence[str], edges: Edges) -> tuple[dict[str, list[str]], Edges]:
    """Figures and tables with the same parents and children as one box, by the name of its first."""
    parents, children = defaultdict(set), defaultdict(set)
    for earlier, later in edges:
        parents[later].add(earlier)
        children[earlier].add(later)
    boxes: dict[Any, list[str]] = defaultdict(list)
    for rule in rules:
        kind = re.match(r"(fig|table)", rule)
        key = (kind[1], frozenset(parents[rule]), frozenset(children[rule])) if kind else rule
        boxes[key].append(rule)
    box_of = {rule: members[0] for members in boxes.values() for rule in members}
    merged = dict.fromkeys((box_of[a], box_of[b]) for a, b in edges)
    return {members[0]: members for members in boxes.values()}, list(merged)


def _colour(rule: str) -> str:
    kinds = (
        (("fig", "table", "choices"), "#F0E442"),
        (("claim", "report", "compare", "provenance", "rulegraph"), "#CC79A7"),
        (("train", "select", "make_folds"), "#56B4E9"),
        (("valid", "collect_parity"), "#009E73"),
        (("evaluat", "collect", "time"), "#E69F00"),
        (("all", "demo"), "#999999"),
    )
    return next((colour for words, colour in kinds if rule.startswith(words)), "#dddddd")


def draw(frames: Mapping[str, Any], study: Study) -> Figure:
    """Rules as boxes from the images (top) to the report (bottom). Needs `rulegraph`."""
    rules, edges = read_rulegraph(frames["rulegraph"])
    boxes, edges = merge_outputs(rules, without_shortcuts(edges))
    edges = without_shortcuts(edges)
    lines: list[list[str]] = []
    rows, paths = with_waypoints(layers(list(boxes), edges), edges)
    for row in rows:
        parts = -(-len(row) // MOST)
        size = -(-len(row) // parts)
        lines += [row[i : i + size] for i in range(0, len(row), size)]
    text = {name: "\n".join(member.replace("_", " ") for member in members) for name, members in boxes.items()}
    heights = [0.30 + 0.13 * (max(text.get(name, "").count("\n") for name in line)) for line in lines]
    total = sum(heights) + 0.34 * len(lines)
    figure, axes = pyplot.subplots(figsize=(style.DOUBLE, total + 0.1))
    axes.set(xlim=(0, style.DOUBLE), ylim=(-total, 0))
    axes.axis("off")
    place: dict[str, tuple[float, float, float]] = {}
    y = -0.12
    for line, height in zip(lines, heights, strict=True):
        for i, name in enumerate(line):
            x = style.DOUBLE * (i + 0.5) / len(line)
            own = 0.24 + 0.13 * text[name].count("\n") if name in boxes else 0.0
            place[name] = (x, y - height / 2, own)
        y -= height + 0.34
    for earlier, later in (step for path in paths for step in pairwise(path)):
        (x, top, own), (x_end, bottom, end) = place[earlier], place[later]
        axes.add_patch(
            FancyArrowPatch(
                (x, top - own / 2), (x_end, bottom + end / 2), arrowstyle="-|>" if end else "-", mutation_scale=6,
                linewidth=0.6, color=style.GREY, zorder=1, shrinkA=0, shrinkB=0,
            )
        )  # fmt: skip
    for name in boxes:
        x, middle, own = place[name]
        longest = max(len(part) for part in text[name].split("\n"))
        width = min(0.14 + 0.062 * longest, style.DOUBLE / 2)
        axes.add_patch(
            FancyBboxPatch(
                (x - width / 2, middle - own / 2), width, own, boxstyle="round,pad=0,rounding_size=0.05",
                facecolor=_colour(name), edgecolor=style.BLACK, linewidth=0.5, zorder=2,
            )
        )  # fmt: skip
        axes.text(x, middle, text[name], ha="center", va="center", fontsize=6.2, zorder=3, linespacing=1.25)
    return figure

"""An explanation as one HTML page without any other file."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memristive.diagnosis.explain import Explanation

STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --line: #ccc; --bar: #0072b2; --won: #d55e00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e8e8; --paper: #16181b; --line: #444; --bar: #56b4e9; --won: #e69f00; }
}
body {
  font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.first { font-size: 1.15rem; font-weight: 600; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td {
  padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums;
}
th, td { overflow-wrap: normal; } th:first-child, td:first-child { text-align: left; } th { vertical-align: bottom; }
.bars { display: grid; grid-template-columns: fit-content(40%) 1fr; gap: .4rem .6rem; align-items: center; }
.bars { overflow-wrap: normal; max-width: 48rem; } .bars span:nth-child(odd) { text-align: right; }
.bars i { display: inline-block; height: 1.1rem; vertical-align: middle; margin-right: .4rem; }
.lost { background: var(--bar); } .won { background: var(--won); }
code { font-size: .85rem; }
"""


def page(found: Explanation) -> str:
    """The page: sentences, a chart of the effects, tables."""
    first, *others = found.sentences
    tables = [
        (
            "What each effect costs",
            "Points of accuracy. Share: what the effect costs on average, whatever acts before it; alone: where "
            "nothing else acts; won: without it, where all else acts.",
            ("effect", "share", "alone", "won without it"),
            [(one.name, _points(one.share), _points(one.alone), _points(one.without)) for one in found.shares],
        ),
        (
            "What each layer costs",
            "Points of accuracy under all effects.",
            ("layer", "lost with it alone on crossbars", "won with it digital"),
            [(one.layer or "(the network)", _points(one.only), _points(one.but)) for one in found.layers],
        ),
        (
            f"Where it lies: {found.shares[0].name}" if found.shares else "",
            "Points of accuracy that this effect costs in each layer.",
            ("layer", "lost with it here alone", "won without it here"),
            [(one.layer or "(the network)", _points(one.only), _points(one.but)) for one in found.places],
        ),
        (
            "What was tried",
            "Accuracy in per cent of the images.",
            ("remedy", "accuracy", "points won"),
            [(words, f"{value:.1f}", _points(value - found.accuracy)) for words, value in found.remedies.items()],
        ),
        (
            "What each layer puts out",
            "Signal-to-noise ratio of the layer's output in dB, on the digital network's inputs and on those of the "
            "network on crossbars; slope of the line from the digital output to the layer's, and what it leaves; then "
            "proportions in per cent: images whose inputs are scaled, converter range that is used, sums beyond it, "
            "devices at their lowest and highest conductance.",
            (
                "layer",
                "SNR",
                "SNR in the network",
                "correlation",
                "slope",
                "residual",
                "inputs scaled",
                "range used",
                "clipped",
                "at lowest",
                "at highest",
            ),
            [
                (
                    one.layer or "(the network)",
                    _number(one.snr, 1),
                    _number(one.snr_accumulated, 1),
                    _number(one.correlation, 3),
                    _number(one.slope, 3),
                    _number(one.residual, 3),
                    *(
                        _number(100 * value, 1)
                        for value in (one.inputs_scaled, one.range_used, one.clipped, one.at_low, one.at_high)
                    ),
                )
                for one in found.signals
            ],
        ),
    ]
    body = [
        "<h1>Why does this network lose accuracy on crossbars?</h1>",
        f'<p class="first">{html.escape(first)}</p>',
        *(f"<p>{html.escape(text)}</p>" for text in others),
        _chart(found),
        *(_table(*table) for table in tables if table[3]),
        "<h2>The setting</h2>",
        f"<p>Fields that are not neutral: <code>{html.escape(found.setting.canonical())}</code></p>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Why this accuracy?</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _chart(found: Explanation) -> str:
    """Bars of the effects' shares, with names of any length: text, so that it is as large on a telephone."""
    if not found.shares:
        return ""
    most = max(1.0, *(abs(one.share) for one in found.shares))
    rows = "".join(
        f"<span>{html.escape(one.name)}</span>"
        f'<span><i class="{"lost" if one.share >= 0 else "won"}" style="width: '
        f'calc({abs(one.share) / most:.3f} * (100% - 4rem))"></i>{_points(one.share)}</span>'
        for one in found.shares
    )
    return (
        '<div class="bars" role="group" aria-label="Points of accuracy that each effect costs">'
        f"{rows}<span></span><span>points of accuracy lost to each effect</span></div>"
    )


def _table(title: str, note: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    cells = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<h2>{html.escape(title)}</h2>\n<p>{html.escape(note)}</p>\n"
        f'<div class="wide"><table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table></div>'
    )


def _points(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}"


def _number(value: float, decimals: int) -> str:
    if math.isnan(value):
        return "-"
    return "∞" if math.isinf(value) else f"{value:.{decimals}f}"

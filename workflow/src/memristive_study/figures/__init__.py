"""Figures, functions `draw(frames, study) -> Figure`, and what they share: reading their inputs, saving.

A figure carries the SHA-256 of each of its inputs, so that a report can tell whether a file has
changed since it was drawn.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import atomic
from memristive_study.results import outputs, sources
from memristive_study.results.read import experiment, mapping, table
from memristive_study.results.records import read_record
from memristive_study.results.sources import Value
from memristive_study.results.study import Study

STAMP = "memristive-inputs"  # the key of the hashes among a PNG's text chunks


def read(name: str, value: Value) -> Any:
    """One named input (see `memristive_study.results.outputs`) as a frame, a text or a mapping of names to paths."""
    paths = [Path(path) for path in ([value] if isinstance(value, str | Path) else value)]
    for path in paths:
        if not path.is_file():
            raise InputError(f"{name}: {path}: no such file")
    if name == "rulegraph":
        return paths[0].read_text(encoding="utf-8")
    if name == "datasets":
        return {path.stem: path for path in paths}
    if name == "records":
        named = ("experiment", "network", "label")
        return pd.DataFrame(
            [
                {key: record[key] for key in named} | {"repeat": found["repeat"], "bits": found["correct_bits"]}
                for record in (read_record(path, needed=()) for path in paths)
                for found in record["evaluations"]
            ],
            columns=[*named, "repeat", "bits"],
        )
    if name == "selections":
        return pd.DataFrame([mapping(path) for path in paths])
    if name in ("histories", "folds"):
        frames = [table(path, dtype={"network": str, "fold": str}) for path in paths]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return experiment(paths[0])


def read_all(inputs: Mapping[str, Value]) -> dict[str, Any]:
    """Every named input of a job."""
    return {name: read(name, value) for name, value in inputs.items()}


def stamp(png: str | Path) -> dict[str, str]:
    """The hashes that a figure was saved with; empty where it has none."""
    from PIL import Image

    with Image.open(png) as image:
        return json.loads(getattr(image, "text", {}).get(STAMP, "{}"))


def make(function: str, inputs: Mapping[str, Value], study: Study, png: str | Path, svg: str | Path) -> None:
    """Draw a figure and save it as PNG and SVG, the same bytes every time.

    Args:
        function: what draws it, "module:function" as in `outputs.Figure.draw`.
        inputs: paths by the names that `outputs` explains.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from memristive_study.figures import style

    draw = outputs.resolve(function)
    with matplotlib.rc_context(style.RC):
        figure = draw(read_all(inputs), study)
        with atomic(png) as temporary:
            stamped = {"Software": None, STAMP: json.dumps(sources.hashes(inputs))}
            figure.savefig(temporary, dpi=style.DPI, metadata=stamped)
        with atomic(svg) as temporary:
            figure.savefig(temporary, metadata={"Date": None})
        pyplot.close(figure)

"""Memory and time that jobs took: ``python -m memristive_study.runtime.measured results/demo``.

Merges a study's benchmark files into a table, a row a rule and network, which it prints and writes to
``resources.csv`` in the study's folder. The numbers in `memristive_study.runtime.resources` come from such tables.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memristive.core.errors import InputError
from memristive.core.files import write_csv

COLUMNS = ("rule", "network", "jobs", "peak_mb", "mean_seconds", "most_seconds")


def table(results: str | Path) -> list[dict[str, Any]]:
    """Jobs, peak memory (MiB) and wall time by rule and network, from ``benchmarks/<rule>/…`` of a study's folder."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    folder = Path(results) / "benchmarks"
    networks = {path.name for part in ("training/*", "evaluations/*/*") for path in Path(results).glob(part)}
    for path in sorted(folder.rglob("*.jsonl")):
        parts = path.relative_to(folder).with_suffix("").parts
        # Folders and files carry the wildcards: evaluate/<experiment>/<network>/<label>, train_fold/<network>.<fold>.
        network = next((part.split(".")[0] for part in parts[1:] if part.split(".")[0] in networks), "")
        runs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found.setdefault((parts[0], network), []).extend(runs)
    if not found:
        raise InputError(f"{folder}: no benchmark file; the folder of a study that has run is needed")
    rows = []
    for (rule, network), runs in sorted(found.items()):
        seconds = [run["s"] for run in runs]
        peak = max((run["max_rss"] for run in runs if isinstance(run["max_rss"], int | float)), default=0)
        measured = (len(runs), round(peak), round(sum(seconds) / len(seconds), 1), round(max(seconds), 1))
        rows.append(dict(zip(COLUMNS, (rule, network, *measured), strict=True)))
    return rows


if __name__ == "__main__":
    try:
        rows = table(sys.argv[1])
    except (IndexError, InputError) as error:
        sys.exit(f"error: {error if isinstance(error, InputError) else 'the folder of a study is needed'}")
    write_csv(Path(sys.argv[1]) / "resources.csv", rows, COLUMNS)
    for row in (dict(zip(COLUMNS, COLUMNS, strict=True)), *rows):
        print("  ".join(str(row[name]).ljust(16) for name in COLUMNS).rstrip())

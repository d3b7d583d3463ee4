"""Kill a study at random moments and go on with the same command: ``python tests/workflow/interruptions.py 20``.

At each moment either Snakemake itself is killed, or a process that it has started, or Snakemake is interrupted as by
Ctrl-C. When the study is complete, its files are compared with those of a run on one core that nothing disturbed.
Then it begins anew, until the given number of moments has passed. Each command takes another number of cores, so that
the jobs run in another order.
"""

import argparse
import contextlib
import csv
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from memristive.core import processor
from workflow_copy import Workflow

STUDY = Path(__file__).parents[1] / "tiny_study.yaml"
TARGET = "tables"
KINDS = ("workflow", "job", "ctrl-c")
CORES = (1, 2, 6)


def command(workflow: Workflow, cores: int) -> subprocess.Popen:
    """The commands of `make`: unlock if the process that locked the folder is dead, then Snakemake."""
    own = {name: value for name, value in os.environ.items() if name not in processor.VARIABLES}
    environment = own | {"PYTHONPATH": str(workflow.folder / "workflow" / "src")}
    subprocess.run(
        [sys.executable, "-m", "memristive_study.runtime.lock"], cwd=workflow.folder, env=environment, check=True
    )
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", workflow.study.name, "--", TARGET],
        cwd=workflow.folder,
        env=own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def disturb(kind: str, process: subprocess.Popen) -> None:
    """One moment; returns when Snakemake has ended."""
    if kind == "job":
        if victims := children(process.pid):
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(victims[-1], signal.SIGKILL)
    elif kind == "workflow":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all
    process.communicate()


def children(process: int) -> list[int]:
    """All processes below `process`, the deepest last."""
    found = []
    for child in subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split():
        found += [int(child), *children(int(child))]
    return found


def outcome(workflow: Workflow) -> dict[str, str]:
    """Every CSV, JSON and Markdown file of the results as text, without what takes its time."""
    found = {}
    for path in sorted(workflow.results.rglob("*")):
        name = str(path.relative_to(workflow.results))
        # A file that begins with a point is half of one that a kill has left; nothing reads it.
        if name.startswith(("logs", "benchmarks", ".state", "evaluations")) or path.name.startswith("."):
            continue
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as stream:
                rows = [
                    {key: value for key, value in row.items() if not key.endswith("seconds")}
                    for row in csv.DictReader(stream)
                ]
            found[name] = repr(rows)
        elif path.suffix in (".safetensors", ".npz"):
            found[name] = path.read_bytes().hex()
        elif path.suffix in (".json", ".md"):
            # Tables carry the hashes of the files that they are made from, times included.
            text = re.sub("[0-9a-f]{64}", "-", path.read_text(encoding="utf-8"))
            found[name] = without_seconds(text) if path.suffix == ".md" else text
    return found


def without_seconds(text: str) -> str:
    """Markdown without the columns of its tables whose names end in seconds."""
    lines, wanted = [], None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        if cells and wanted is None:
            wanted = [number for number, cell in enumerate(cells) if not cell.endswith("seconds")]
        lines.append(line if cells is None else " | ".join(cells[number] for number in wanted))
        wanted = wanted if cells else None
    return "\n".join(lines)


def moments(folder: Path, count: int, seed: int, study: Path = STUDY) -> Iterator[str]:
    """Disturb a study `count` times; one line a moment. AssertionError where a complete study differs."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and their children
    generator = random.Random(seed)
    started = time.monotonic()
    expected = outcome(finished(new(folder / "undisturbed", study), cores=1))
    whole = time.monotonic() - started
    yield f"undisturbed: {whole:.0f} s, {len(expected)} files"
    passed, passes = 0, 0
    while passed < count:
        passes += 1
        workflow = new(folder / f"disturbed{passes}", study)
        complete = False
        while passed < count and not complete:
            kind, wait = generator.choice(KINDS), generator.uniform(0.05, 0.6) * whole
            cores = generator.choice(CORES)
            process = command(workflow, cores)
            try:
                process.communicate(timeout=wait)
                complete = True
            except subprocess.TimeoutExpired:
                disturb(kind, process)
                passed += 1
                yield f"{passed}: {kind} after {wait:.1f} s on {cores} cores, exit code {process.returncode}"
        found = outcome(finished(workflow, cores=CORES[-1]))
        assert found.keys() == expected.keys(), found.keys() ^ expected.keys()
        different = {name: (expected[name], found[name]) for name in expected if found[name] != expected[name]}
        assert not different, str({name: difference(*texts) for name, texts in different.items()})
        yield f"complete and identical: {len(found)} files"


def difference(first: str, second: str) -> tuple[str, str]:
    """The places where two texts begin to differ."""
    at = next((at for at, pair in enumerate(zip(first, second, strict=False)) if len(set(pair)) > 1), len(first))
    return first[max(at - 60, 0) : at + 60], second[max(at - 60, 0) : at + 60]


def new(folder: Path, study: Path) -> Workflow:
    """The study before its first run."""
    folder.mkdir()
    return Workflow(folder, study)


def finished(workflow: Workflow, cores: int) -> Workflow:
    """The study, run to its end."""
    process = command(workflow, cores)
    text = process.communicate()[0]
    assert process.returncode == 0, text[-4000:]
    return workflow


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("moments", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--study", type=Path, default=STUDY, help="profiles/demo/study.yaml: the demo study, minutes a moment"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for line in moments(Path(place), arguments.moments, arguments.seed, arguments.study):
            print(line, flush=True)

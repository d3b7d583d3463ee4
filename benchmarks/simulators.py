"""Other simulators against this project on one network: a process each, which run in turn.

MemTorch lives in the project's environment; the others get one each, below `.bench`, from environments/<name>.txt.
A simulator that cannot be installed is skipped with one line.
"""

import hashlib
import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.cases import REPOSITORY, WORK, real_images
from benchmarks.measure import interleaved
from memristive.core.files import write_text

# Images a round, as many as take about as long as ours: MemTorch needs 0.1 s for each.
IMAGES = {
    **dict.fromkeys(("crossbar", "crossbar, fused", "crossbar, noise"), 10_000),
    **{"memtorch": 4, "aihwkit": 500, "crosssim": 500},
}
OWN_ENVIRONMENT = ("aihwkit", "crosssim")


class Unavailable(Exception):
    """A simulator that cannot be run here; the text says why."""


class Worker:
    """A process that holds a converted network and runs it once whenever asked to."""

    def __init__(self, name: str, python: Path, images: int, threads: int) -> None:
        self._process = subprocess.Popen(
            [str(python), "-m", "benchmarks.worker", name, str(images), str(threads)],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": f"{REPOSITORY / 'workflow' / 'src'}{os.pathsep}{REPOSITORY}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._line()  # converted and warm

    def seconds(self) -> float:
        """Wall time of all images once."""
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        return float(self._line())

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()

    def _line(self) -> str:
        line = self._process.stdout.readline()
        if not line:
            errors = self._process.communicate()[1].strip().splitlines()
            raise Unavailable(errors[-1] if errors else "its process ended")
        return line


def measure(rounds: int, share: float, threads: int) -> list[dict[str, object]]:
    """One row a simulator: seconds an image, and how many times ours that is, in both orders of summation."""
    workers: dict[str, Worker] = {}
    real_images("mnist", 1)  # written down for the workers, which could not
    counts = {name: max(2, round(count * share)) for name, count in IMAGES.items()}
    try:
        for name, count in counts.items():
            try:
                workers[name] = Worker(name, _python(name), count, threads)
            except Unavailable as problem:
                print(f"bench: simulators: {name} is skipped: {problem}", file=sys.stderr)
        times = interleaved({name: worker.seconds for name, worker in workers.items()}, rounds)
    finally:
        for worker in workers.values():
            worker.end()
    each = {name: [seconds / counts[name] for seconds in measured.wall] for name, measured in times.items()}
    rows = []
    for name, measured in times.items():
        rows.append(
            {
                "simulator": name,
                "images": counts[name],
                "threads": threads,
                **measured.columns(),
                "seconds_for_10000_images": round(10_000 * measured.seconds / counts[name], 4),
                "to_crossbar": _ratio(each[name], each["crossbar"]),
                "to_crossbar_fused": _ratio(each[name], each["crossbar, fused"]),
            }
        )
    return rows


def _ratio(seconds: list[float], ours: list[float]) -> float:
    """Median of the rounds' ratios."""
    return float(f"{statistics.median(a / b for a, b in zip(seconds, ours, strict=True)):.4g}")


def _python(name: str) -> Path:
    """Python of the environment that `name` runs in, which is made where it is missing. Raises Unavailable."""
    if name not in OWN_ENVIRONMENT:
        return Path(sys.executable)
    folder, requirements = WORK / name, Path(__file__).parent / "environments" / f"{name}.txt"
    marker, wanted = folder / "requirements.sha256", hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if marker.exists() and marker.read_text() == wanted:
        return python
    uv = REPOSITORY / ".uv" / "bin" / "uv"
    uv = str(uv) if uv.exists() else "uv"
    print(f"bench: simulators: installing {name} into {folder.relative_to(REPOSITORY)}", file=sys.stderr)
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), "-r", str(requirements)],
    ):
        try:
            done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
        except OSError as error:
            raise Unavailable(f"uv cannot be run ({error})") from None
        if done.returncode:
            raise Unavailable(f"cannot be installed: {_reason(done.stderr)}")
    write_text(marker, wanted)
    return python


def _reason(errors: str) -> str:
    """The line of uv's or a build's complaint that says most."""
    lines = [line.strip() for line in errors.splitlines() if line.strip()]
    telling = [line for line in lines if "Could not find" in line or "rror:" in line or "cause:" in line.lower()]
    return (telling or lines or ["no reason given"])[-1][:200]

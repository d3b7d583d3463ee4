"""Snakemake's lock: ``python -m memristive_study.runtime.lock`` removes one that a dead process of this host has left.

A Snakemake that is killed leaves its lock, and the next one refuses to start. Each running Snakemake writes its
identity into a file beside the lock. The make targets call this module first. It unlocks if every process on record
was on this host and is dead, and none of the jobs that these started is still running; it never unlocks otherwise.
Such jobs end by themselves, but not in the same moment, so it waits for them a little.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import atexit
import os
import shutil
import socket
import sys
import time
from pathlib import Path

from memristive.core.files import write_text
from memristive_study.runtime import processes
from memristive_study.runtime.environment import OWNER

LOCKS = Path(".snakemake") / "locks"
RUNNING = Path(".snakemake") / "running"  # a file a Snakemake process, which holds its identity
PATIENCE = 10.0  # seconds that the jobs of a dead Snakemake have to notice it and to end


def record(folder: Path = Path()) -> None:
    """Put this process, which has the lock, on record until it ends in an orderly way."""
    process = os.getpid()
    path = folder / RUNNING / f"{socket.gethostname()}-{process}"
    write_text(path, str(processes.identity(process)))

    def remove() -> None:
        if os.getpid() == process:  # not a fork of it
            path.unlink(missing_ok=True)

    atexit.register(remove)


def blocking(folder: Path = Path()) -> str | None:
    """Why a lock in `folder` must stay, one line; "" where it may go; None where there is none."""
    if not any((folder / LOCKS).glob("*")):
        return None
    names = _recorded(folder)
    if not names:
        return "no process is on record that has locked it"
    for name in names:
        who = f"process {processes.number_of(name)} on {processes.host_of(name)}"
        if processes.host_of(name) != socket.gethostname():
            return f"{who} may have locked it, which cannot be seen from here"
        if processes.runs(name):
            return f"{who} has locked it and is running"
        if jobs := processes.with_variable(OWNER, name):
            return f"process {jobs[0]} is running, a job of {who}, which is dead"
    return ""


def orphans(folder: Path = Path()) -> list[int]:
    """Jobs that still run although the Snakemake of this host that started them is dead."""
    here = [name for name in _recorded(folder) if processes.host_of(name) == socket.gethostname()]
    return [job for name in here if not processes.runs(name) for job in processes.with_variable(OWNER, name)]


def _recorded(folder: Path) -> list[str]:
    """Identities of the Snakemakes on record."""
    return [path.read_text(encoding="utf-8") for path in sorted((folder / RUNNING).glob("[!.]*"))]


def main() -> int:
    """Unlock the working directory if that is right; the exit code is 0 where Snakemake may start."""
    until = time.monotonic() + PATIENCE
    while orphans() and time.monotonic() < until:
        time.sleep(0.1)
    reason = blocking()
    if reason:
        print(f"error: this folder is locked: {reason}; if nothing runs: snakemake --unlock", file=sys.stderr)
        return 1
    if reason is not None:
        print("The process that locked this folder is dead: unlocking", file=sys.stderr)
        # `snakemake --unlock` does the same, but reads a configuration, which might not be the study's.
        shutil.rmtree(LOCKS)
        shutil.rmtree(RUNNING)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Snakemake's lock: ``python -m memristive_study.runtime.lock`` unlocks what a dead process of this host has left.

A Snakemake that is killed leaves its lock, and the next one refuses to start. Each running Snakemake records host,
process and its time of start beside the lock. The make targets call this module first: it unlocks if every process on
record is dead and was on this host, and never otherwise.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from memristive.core.files import write_json

LOCKS = Path(".snakemake") / "locks"
HOLDERS = Path(".snakemake") / "holders"


def hold(folder: Path = Path()) -> None:
    """Record this process, which has the lock, until it ends in an orderly way."""
    process = os.getpid()
    path = folder / HOLDERS / f"{socket.gethostname()}-{process}.json"
    write_json(path, {"host": socket.gethostname(), "process": process, "started": _started(process)})

    def release() -> None:
        if os.getpid() == process:  # not a fork of it
            path.unlink(missing_ok=True)

    atexit.register(release)


def blocking(folder: Path = Path()) -> str | None:
    """Why a lock in `folder` must stay, one line; "" where it may go; None where there is none."""
    if not any((folder / LOCKS).glob("*")):
        return None
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / HOLDERS).glob("*.json"))]
    if not records:
        return "nobody is on record as its holder"
    for record in records:
        who = f"process {record['process']} on {record['host']}"
        if record["host"] != socket.gethostname():
            return f"{who} may hold it, which cannot be seen from here"
        if record["started"] == _started(record["process"]):
            return f"{who} holds it and is running"
    return ""


def main() -> int:
    """Unlock the working directory if that is right; the exit code is 0 where Snakemake may start."""
    reason = blocking()
    if reason:
        print(f"error: this folder is locked: {reason}; if nothing runs: snakemake --unlock", file=sys.stderr)
        return 1
    if reason is not None:
        print("The process that held the lock of this folder is dead: unlocking", file=sys.stderr)
        # What `snakemake --unlock` does, without a configuration that might not be the study's.
        shutil.rmtree(LOCKS)
        shutil.rmtree(HOLDERS)
    return 0


def _started(process: int) -> str | None:
    """When a process of this host started, in the system's own count; None where it does not run."""
    try:
        # The name in brackets may hold blanks; the 22nd field of all is the time of start.
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except FileNotFoundError:
        if sys.platform == "linux":
            return None
        alive = subprocess.run(["ps", "-o", "lstart=", "-p", str(process)], capture_output=True, text=True, check=False)
        return alive.stdout.strip() or None
    return None if fields[0] == "Z" else fields[19]


if __name__ == "__main__":
    sys.exit(main())

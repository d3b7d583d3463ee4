"""Processes of this host: a name for each, a look whether it still runs, and waiting for its end.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 1.0  # where the system cannot tell when a process ends


def identity(process: int) -> str | None:
    """Name of a running process, "host:number:start"; None where it does not run.

    The system gives the number of a process that has ended to another one, which starts at another time.
    """
    started = _started(process)
    return None if started is None else f"{socket.gethostname()}:{process}:{started}"


def host_of(name: str) -> str:
    """The host in an `identity`."""
    return name.split(":", 1)[0]


def number_of(name: str) -> int:
    """The number of the process in an `identity`."""
    return int(name.split(":", 2)[1])


def runs(name: str) -> bool:
    """True while the process of an `identity` of this host runs."""
    return identity(number_of(name)) == name


def wait_for_end(name: str) -> None:
    """Return when the process of an `identity` of this host has ended."""
    with contextlib.suppress(OSError, AttributeError):  # before Linux 5.3, or on another system
        descriptor = os.pidfd_open(number_of(name))
        try:
            if runs(name):  # the descriptor may be that of a later process of the same number
                import select

                select.select([descriptor], [], [])
        finally:
            os.close(descriptor)
        return
    while runs(name):
        time.sleep(SECONDS_BETWEEN_LOOKS)


def with_variable(variable: str, value: str) -> list[int]:
    """Numbers of this user's running processes that have an environment variable of that value, on Linux."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # of another user, or ended meanwhile
            if f"{variable}={value}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return sorted(found)


def _started(process: int) -> str | None:
    """When a process started, in the system's own count; None where it does not run."""
    try:
        # The second field, the name in brackets, may hold blanks; the 22nd is the time of the start.
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        if sys.platform == "linux":
            return None
        alive = subprocess.run(["ps", "-o", "lstart=", "-p", str(process)], capture_output=True, text=True, check=False)
        return alive.stdout.strip() or None
    return None if fields[0] == "Z" else fields[19]

"""Environment variables that jobs inherit from the Snakemake process that starts them.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import os
import shlex
import socket
import sys
from pathlib import Path

from memristive_study.runtime import processes
from memristive_study.runtime.forkserver import SWITCH

OWNER = "MEMRISTIVE_SNAKEMAKE"  # the identity of the Snakemake process with which a job ends


def prepare(source: Path, fork_server: bool) -> None:
    """Set the environment variables of this process, and so of its jobs.

    Args:
        source: folder of the library, which jobs find there, installed or not.
        fork_server: whether inference jobs start from a fork server, unless the variable that
            switches it off is set already.
    """
    _prepend("PYTHONPATH", str(source))
    # `python` of a shell command is this one, unless the rule's conda environment comes before it.
    _prepend("PATH", str(Path(sys.executable).parent))
    if shlex.quote(sys.executable) != sys.executable:
        # Snakemake 9.27 writes the path into shell commands without quotes, so that no job starts below "my studies".
        sys.executable = "python"
    wanted = fork_server and os.environ.get(SWITCH) != "off"
    os.environ[SWITCH] = str(os.getpid()) if wanted else "off"
    outer = os.environ.get(OWNER, "")
    # A Snakemake that another one starts for a job ends with that one; not so on another host.
    if not (outer and processes.host_of(outer) == socket.gethostname() and processes.runs(outer)):
        os.environ[OWNER] = str(processes.identity(os.getpid()))


def _prepend(name: str, entry: str) -> None:
    entries = [entry, *filter(None, os.environ.get(name, "").split(os.pathsep))]
    os.environ[name] = os.pathsep.join(dict.fromkeys(entries))

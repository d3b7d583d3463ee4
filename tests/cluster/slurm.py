"""A real Slurm of Debian's packages slurm-wlm and munge on this machine: two nodes of two processors, no accounting.

Everything (key, socket, state, logs) is in one folder. Only the link `PLACE` to its configuration is elsewhere, for
the executor plugin takes SLURM_CONF out of the environment of its jobs; a machine that has a Slurm of its own is left
alone.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from memristive.core import processor

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol")
PLACE = Path("/etc/slurm/slurm.conf")
NODES = ("node1", "node2")
PARTITION = "main"
# The profile's pauses are those that a large cluster needs.
PAUSES = ("--slurm-init-seconds-before-status-checks", "1", "--seconds-between-status-checks", "1")
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
ReturnToService=2
MinJobAge=36000
KillWait=2
SchedulerParameters=sched_interval=2,sched_min_interval=100000,defer_batch
{nodes}
PartitionName={partition} Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """The reason why no cluster can be started here; empty if there is none."""
    absent = [name for name in NEEDED if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    if absent:
        return f"Debian's packages slurm-wlm and munge are needed ({', '.join(absent)} missing)"
    if os.getuid() != 0:
        return "a cluster can only be started by root"
    return f"this machine has a Slurm of its own ({PLACE})" if PLACE.exists() else ""


class Slurm:
    """The cluster; `environment` is what its clients need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Without the mode in which tests run MemTorch: it changes the last bits of a training.
        own = {name: value for name, value in os.environ.items() if name not in processor.VARIABLES}
        self.environment = own | {
            "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
        }
        self._daemons: list[subprocess.Popen] = []

    def start(self) -> None:
        """Start all daemons and wait until both nodes are idle."""
        (self.folder / "state").mkdir(parents=True)
        (self.folder / "munge.key").write_bytes(os.urandom(128))
        (self.folder / "munge.key").chmod(0o600)
        ports = _free_ports(1 + len(NODES))
        host = socket.gethostname().split(".")[0]
        lines = [
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=2 RealMemory=8000 State=UNKNOWN"
            for node, port in zip(NODES, ports[1:], strict=True)
        ]
        text = CONFIGURATION.format(
            host=host,
            ports=ports,
            user="root",
            folder=self.folder,
            nodes="\n".join(lines),
            partition=PARTITION,
        )
        (self.folder / "slurm.conf").write_text(text)
        PLACE.parent.mkdir(exist_ok=True)
        PLACE.unlink(missing_ok=True)  # a link to a folder that is gone
        PLACE.symlink_to(self.folder / "slurm.conf")
        files = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munge.pid"}
        files |= {"log-file": "munge.log", "seed-file": "munge.seed"}
        paths = [f"--{option}={self.folder / name}" for option, name in files.items()]
        self._run(["munged", "--force", "--foreground", *paths])
        wait_until((self.folder / "munge.socket").exists, 20)
        self._run(["slurmctld", "-D"])
        for node in NODES:
            self._run(["slurmd", "-D", "-N", node])
        wait_until(lambda: self.states() == dict.fromkeys(NODES, "idle"), 60)

    def stop(self) -> None:
        """End all jobs and daemons."""
        self.command("scancel", "--user", str(os.getuid()))
        for daemon in reversed(self._daemons):
            daemon.terminate()
        for daemon in self._daemons:
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
        PLACE.unlink()

    def command(self, *arguments: str) -> str:
        """Output of a client of Slurm, empty where it fails."""
        return subprocess.run(arguments, env=self.environment, capture_output=True, text=True, check=False).stdout

    def states(self) -> dict[str, str]:
        """State of each node."""
        lines = self.command("sinfo", "--noheader", "--Node", "--format=%N %t").splitlines()
        return dict(line.split() for line in lines)

    def jobs(self, state: str = "all") -> dict[str, str]:
        """Job ids that Slurm knows and their states, of those in one state or of all."""
        lines = self.command("squeue", "--noheader", "--states", state, "--format=%i %T").splitlines()
        return dict(line.split() for line in lines)

    def _run(self, command: list[str]) -> None:
        log = (self.folder / f"{command[0]}.out").open("a")
        program = shutil.which(command[0], path=self.environment["PATH"])
        self._daemons.append(
            subprocess.Popen(
                [program, *command[1:]], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        )


def wait_until(holds: Callable[[], object], seconds: float) -> None:
    """Return as soon as `holds()` is true; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports

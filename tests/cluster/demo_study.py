"""The demo study on a Slurm of this machine and without one, and every CSV compared:
``python tests/cluster/demo_study.py`` (as root, with Debian's slurm-wlm and munge; some minutes)."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))
from interruptions import difference, outcome
from slurm import PAUSES, Slurm, missing

from workflow_copy import REPOSITORY, Workflow

STUDY = REPOSITORY / "profiles" / "demo" / "study.yaml"


def run(folder: Path, *options: str, environment: dict[str, str] | None = None) -> Workflow:
    """The whole study in a copy of the workflow; RuntimeError where Snakemake fails."""
    folder.mkdir()
    workflow = Workflow(folder, STUDY)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *options, "--configfile", STUDY.name, "--", "all"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-4000:])
    jobs, submissions = (done.stdout.count(words) for words in ("Finished jobid", "submitted with SLURM jobid"))
    seconds = time.monotonic() - started
    print(f"{' '.join(options)}: {jobs} jobs, {submissions} submissions, {seconds:.0f} s", flush=True)
    return workflow


def main() -> int:
    """Exit code 1 where a table differs."""
    if why := missing():
        print(f"error: {why}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        cluster = Slurm(place / "slurm")
        try:
            cluster.start()
            options = ["--profile", "profiles/slurm", "--cores", "2", *PAUSES]
            there = outcome(run(place / "cluster", *options, environment=cluster.environment))
        finally:
            cluster.stop()
        here = outcome(run(place / "here", "--cores", "2"))
    tables = {name for name in here | there if name.endswith(".csv")}
    different = [name for name in sorted(tables) if here.get(name) != there.get(name)]
    print(f"{len(tables)} CSVs, {len(different)} differ")
    for table in different:
        print(table, *difference(str(here.get(table)), str(there.get(table))), sep="\n  ")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())

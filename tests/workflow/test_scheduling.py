"""Snakemake's scheduler looks for jobs to start when one has ended, not ever more often while others run."""

import subprocess
import sys
from pathlib import Path

from workflow_copy import REPOSITORY

JOBS = 8
SNAKEFILE = """
from memristive_study.runtime.scheduling import unlimit

rule all:
    input: "last"

rule short:
    output: "short{number}"
    shell: "touch {output}"

rule long:
    input: expand("short{number}", number=range(JOBS))
    output: "long{number}"
    shell: "sleep 3; touch {output}"

rule last:
    input: "long0", "long1"
    output: "last"
    shell: "touch {output}"

onstart:
    if config["unlimit"]:
        unlimit(workflow.scheduler)
"""


def looks(folder: Path, unlimit: int, *options: str) -> int:
    """Times that the scheduler looks for jobs in a run of the Snakefile, where one long job waits for the other."""
    folder.mkdir()
    (folder / "Snakefile").write_text(SNAKEFILE.replace("JOBS", str(JOBS)), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--verbose", *options]
    done = subprocess.run(
        [*command, "--config", f"unlimit={unlimit}"],
        cwd=folder,
        env={"PYTHONPATH": str(REPOSITORY / "workflow" / "src"), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    return done.stdout.count("Ready jobs: ")


def test_the_limit_of_submissions_wakes_nobody_unless_it_is_asked_for(tmp_path):
    assert looks(tmp_path / "unlimited", 1) <= JOBS + 5
    # Where this fails, Snakemake has mended it, and memristive_study.runtime.scheduling can go.
    assert looks(tmp_path / "as_it_is", 0) > 2 * JOBS
    assert looks(tmp_path / "asked_for", 1, "--max-jobs-per-timespan", "50/1s") > 2 * JOBS

"""The profiles for PBS and LSF, tried with stand-ins for their commands: what is asked for, and how jobs end."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workflow_copy import REPOSITORY, Workflow

STUDY = Path(__file__).parents[1] / "tiny_study.yaml"
# A job runs from / at once, as a scheduler's would from a folder of its own; its exit code is kept for the question.
PBS = {
    "qsub": 'for script; do :; done; echo "$@" >> "$STUB/asked"; n=$(ls "$STUB" | wc -l)\n'
    '(cd / && sh "$script" > "$STUB/$n.out" 2>&1; echo $? > "$STUB/$n.code"); echo "$n.server"',
    "qstat": 'for job; do :; done; [ -f "$STUB/${job%.server}.code" ] || exit 1\n'
    'echo "Job Id: $job"; echo "    job_state = F"; echo "    Exit_status = $(cat "$STUB/${job%.server}.code")"',
}
LSF = {
    "bsub": 'for script; do :; done; echo "$@" >> "$STUB/asked"; n=$(ls "$STUB" | wc -l)\n'
    '(cd / && sh "$script" > "$STUB/$n.out" 2>&1; echo $? > "$STUB/$n.code")\n'
    'echo "Job <$n> is submitted to default queue <normal>."',
    "bjobs": 'for job; do :; done; if [ "$(cat "$STUB/$job.code")" = 0 ]; then echo DONE; else echo EXIT; fi',
}
ASKED = {
    "pbs": r"-V -N memristive -j oe -o /dev/null -l select=1:ncpus=1:mem=1000mb -l walltime=0:10:00 \S+",
    "lsf": r"-J memristive -o /dev/null -n 1 -R span\[hosts=1\] rusage\[mem=1000MB\] -M 1000MB -W 10 sh \S+",
}


@pytest.fixture(scope="module")
def workflow(tmp_path_factory) -> Workflow:
    return Workflow(tmp_path_factory.mktemp("scheduled"), STUDY)


def commands(folder: Path, texts: dict[str, str]) -> dict[str, str]:
    """Environment in which these commands are found."""
    (folder / "bin").mkdir()
    (folder / "jobs").mkdir()
    for name, text in texts.items():
        (folder / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / "bin" / name).chmod(0o755)
    return os.environ | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "STUB": str(folder / "jobs")}


@pytest.mark.parametrize(("profile", "texts"), [("pbs", PBS), ("lsf", LSF)])
def test_a_job_is_submitted_with_what_it_needs(workflow, tmp_path, profile, texts):
    target = "results/tiny/devices/parameters.csv"
    (workflow.folder / target).unlink(missing_ok=True)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "snakemake", "--profile", f"profiles/{profile}", "--configfile", STUDY.name),
            *("--seconds-between-status-checks", "1", "--latency-wait", "5", "--", target),
        ],
        cwd=workflow.folder,
        env=commands(tmp_path, texts),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert (workflow.folder / target).is_file()
    (asked,) = (tmp_path / "jobs" / "asked").read_text().splitlines()
    assert re.fullmatch(ASKED[profile], asked)


STATES = [
    ("pbs", {"qstat": 'echo "    job_state = R"'}, "running"),
    ("pbs", {"qstat": 'echo "    job_state = Q"'}, "running"),
    ("pbs", {"qstat": 'echo "    job_state = F"; echo "    Exit_status = 0"'}, "success"),
    ("pbs", {"qstat": 'echo "    job_state = F"; echo "    Exit_status = 271"'}, "failed"),
    # Torque knows no -x.
    ("pbs", {"qstat": '[ "$1" = -f ] && echo "    job_state = C" && echo "    exit_status = 0"'}, "success"),
    ("pbs", {"qstat": "exit 153"}, "failed"),
    ("lsf", {"bjobs": "echo PEND"}, "running"),
    ("lsf", {"bjobs": "echo RUN"}, "running"),
    ("lsf", {"bjobs": "echo DONE"}, "success"),
    ("lsf", {"bjobs": "echo EXIT"}, "failed"),
    ("lsf", {"bjobs": "exit 255"}, "failed"),
]


@pytest.mark.parametrize(("profile", "texts", "state"), STATES)
def test_the_state_of_a_job(tmp_path, profile, texts, state):
    done = subprocess.run(
        ["sh", f"profiles/{profile}/status.sh", "12"],
        cwd=REPOSITORY,
        env=commands(tmp_path, texts),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{state}\n"

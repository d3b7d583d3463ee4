"""A study on a real Slurm is the study on one machine, whatever happens to jobs, nodes and scripts meanwhile."""

import contextlib
import csv
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import slurm
import yaml

from workflow_copy import Workflow

pytestmark = [
    pytest.mark.skipif(bool(slurm.missing()), reason=slurm.missing() or "Slurm is there"),
    pytest.mark.timeout(900),
]
STUDY = Path(__file__).parents[1] / "tiny_study.yaml"
TABLES = [f"results/tiny/experiments/{name}.csv" for name in ("input_voltage", "variability")]
TARGETS = [*TABLES, "results/tiny/devices/curves.csv"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two nodes of two processors."""
    started = slurm.Slurm(tmp_path_factory.mktemp("slurm"))
    try:
        started.start()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def workflow(tmp_path_factory) -> Workflow:
    return Workflow(tmp_path_factory.mktemp("cluster"), STUDY)


def command(*arguments: str, cores: int = 2) -> list[str]:
    """Snakemake with the profile, for this cluster's small nodes and without the pauses that a large one needs."""
    profile = ["--profile", "profiles/slurm", "--cores", str(cores), "--latency-wait", "10", *slurm.PAUSES]
    return [sys.executable, "-m", "snakemake", *profile, "--configfile", STUDY.name, *arguments]


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A table without its times, which alone may differ."""
    with (folder / name).open(newline="") as stream:
        return [
            {key: value for key, value in row.items() if not key.endswith("seconds")} for row in csv.DictReader(stream)
        ]


def servers(folder: Path) -> list[str]:
    """Fork servers that run in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (
                b"memristive_study.runtime.forkserver" in (process / "cmdline").read_bytes()
                and (process / "cwd").readlink() == folder
            ):
                found.append(process.name)
    return found


def test_the_same_tables_though_a_job_is_killed_a_node_drained_and_a_script_edited(cluster, workflow, tmp_path_factory):
    """Started from inside a Slurm job, as on clusters that allow nothing on the login node."""
    local = Workflow(tmp_path_factory.mktemp("local"), STUDY)
    done = local.run(*TARGETS)
    assert done.returncode == 0, done.stdout[-4000:]

    cluster.command("scontrol", "update", "nodename=node2", "state=drain", "reason=test")
    script = workflow.folder / "main.sh"
    script.write_text(f"#!/bin/sh\nexec {' '.join(command('--', *TARGETS))}\n")
    log = workflow.folder / "main.log"
    submit = ["sbatch", "--parsable", "--mem=500", f"--output={log}", f"--chdir={workflow.folder}", str(script)]
    main = cluster.command(*submit).strip()
    training = workflow.folder / "results/tiny/logs/train_published/mnist.log"
    slurm.wait_until(training.exists, 240)
    (victim,) = set(cluster.jobs("running")) - {main}
    cluster.command("scancel", "--signal=KILL", "--full", victim)
    cluster.command("scontrol", "update", "nodename=node2", "state=resume")
    evaluations = workflow.folder / "results/tiny/evaluations"
    slurm.wait_until(lambda: evaluations.exists() or main not in cluster.jobs("running"), 240)
    edited = workflow.folder / "workflow/scripts/collect_experiment.py"
    edited.write_text(edited.read_text() + "# An edit while jobs run.\n")
    slurm.wait_until(lambda: main not in cluster.jobs("running,pending,completing"), 400)

    text = log.read_text()
    assert "13 of 13 steps (100%) done" in text, text[-6000:]
    assert f"SLURM-job '{victim}' failed" in text
    for name in TARGETS:
        assert rows(workflow.folder, name) == rows(local.folder, name)
        assert len(rows(workflow.folder, name)) > 2
    # The data, the curves, the training twice, all evaluations together.
    assert len(set(cluster.jobs()) - {main}) == 5
    slurm.wait_until(lambda: not servers(workflow.folder), 20)


def test_ctrl_c_leaves_no_job(cluster, workflow):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and their children
    process = subprocess.Popen(
        command("--forcerun", "device_curves", "--", TARGETS[-1]),
        cwd=workflow.folder,
        env=cluster.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    slurm.wait_until(lambda: cluster.jobs("running,pending") or process.poll() is not None, 120)
    process.send_signal(signal.SIGINT)
    text = process.communicate(timeout=120)[0]
    assert process.returncode == 1, text[-3000:]
    assert "on user request" in text
    assert "has been submitted with SLURM jobid" in text
    slurm.wait_until(lambda: not cluster.jobs("running,pending,completing"), 30)


def test_more_than_any_node_has_is_one_error_before_any_job(cluster, workflow):
    known = cluster.jobs()
    started = time.monotonic()
    wanted = ["--set-resources", "device_curves:mem_mb=900000", "--forcerun", "device_curves"]
    done = subprocess.run(
        command(*wanted, "--", TARGETS[-1]),
        cwd=workflow.folder,
        env=cluster.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "rule device_curves: 1 CPUs and 900000 MB are more than any node of partition main has" in done.stderr
    assert "(at most 2 CPUs and 8000 MB)" in done.stderr
    assert cluster.jobs() == known
    assert time.monotonic() - started < 60


def test_two_hundred_settings_are_tens_of_submissions(workflow):
    study = yaml.safe_load(STUDY.read_text())
    study["study"] = "large"
    parts = study["experiments"]["input_voltage"]["parts"]
    parts["batch"]["grid"] = {"batch_size": list(range(1, 21))}
    parts["paper"]["grid"] = {
        **{"semantics": ["physical"], "max_input_voltage": list(range(1, 10))},
        **{"tile_shape": [[64, 64], [128, 128]], "adc_bits": [2, 3, 4, 5, 6, 7, 8, 9, 10, 12]},
    }
    (workflow.folder / "large.yaml").write_text(yaml.safe_dump(study))
    profile = ["--profile", "profiles/slurm", "--configfile", "large.yaml", "--dry-run"]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *profile, "--", "results/large/experiments/input_voltage.csv"],
        cwd=workflow.folder,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    announced = done.stdout + done.stderr
    assert re.search(r"^evaluate +200$", announced, re.MULTILINE)
    # Groups, and jobs by themselves, of which two stay where Snakemake runs: the choice of an epoch, the table.
    groups = announced.count("Group job")
    single = len(re.findall(r"^Job \d+:", announced, re.MULTILINE)) - 2
    assert (groups, single) == (6, 1)

"""A study that is killed, interrupted or out of space goes on with the same command to the same results."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import interruptions
import pytest

from memristive_study.runtime import processes
from memristive_study.runtime.environment import OWNER
from workflow_copy import Workflow

CURVES = "curves.csv"


def test_two_random_moments_and_other_numbers_of_cores_change_nothing(tmp_path):
    """`python tests/workflow/interruptions.py 20` does more of them."""
    lines = list(interruptions.moments(tmp_path, 2, seed=1))
    assert lines[-1].startswith("complete and identical")


@pytest.fixture(scope="module")
def workflow(tmp_path_factory) -> Workflow:
    return Workflow(tmp_path_factory.mktemp("interrupted"), interruptions.STUDY)


def start(workflow: Workflow, results: Path) -> subprocess.Popen:
    """Make the curves of the devices, two megabytes, below `results`."""
    options = ["--cores", "1", "--configfile", workflow.study.name, "--config", f"results_dir={results}"]
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", *options, "--", f"{results}/tiny/devices/{CURVES}"],
        cwd=workflow.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(workflow: Workflow, results: Path) -> tuple[int, str]:
    """Exit code and words of a whole run."""
    process = start(workflow, results)
    text = process.communicate()[0]
    return process.returncode, text


def test_a_job_ends_with_its_snakemake_and_nothing_unlocks_before(workflow, tmp_path):
    """As the kernel kills it when memory runs out: Snakemake alone, not what it has started."""
    results = tmp_path / "results"
    process = start(workflow, results)
    while not list(results.rglob("device_curves.log")) and process.poll() is None:
        time.sleep(0.01)
    owner = processes.identity(process.pid)
    jobs = [job for job in processes.with_variable(OWNER, owner) if "device_curves" in command_of(job)]
    assert len(jobs) >= 1
    for job in jobs:
        os.kill(job, signal.SIGSTOP)  # it cannot end yet
    process.kill()
    process.wait()
    unlock = [sys.executable, "-m", "memristive_study.runtime.lock"]
    refused = subprocess.run(unlock, cwd=workflow.folder, capture_output=True, text=True)
    assert refused.returncode == 1
    assert f"is running, a job of process {process.pid} on" in refused.stderr
    waiting = subprocess.Popen(unlock, cwd=workflow.folder, stderr=subprocess.PIPE, text=True)
    for job in jobs:
        os.kill(job, signal.SIGCONT)
    words = waiting.communicate()[1]
    assert waiting.returncode == 0, words
    assert "is dead: unlocking" in words
    assert not processes.with_variable(OWNER, owner)
    assert not list(results.rglob("*curves*.csv"))


def command_of(process: int) -> str:
    """Command line of a process; empty where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_below_a_folder_with_a_blank(workflow, tmp_path):
    """With the environment in it too, as `make` puts it there."""
    folder = tmp_path / "my studies $(touch here)"
    own = {".snakemake", "results"}  # of the study, not the packages' folders of that name
    shutil.copytree(
        workflow.folder, folder, ignore=lambda place, names: own & {*names} if Path(place) == workflow.folder else set()
    )
    (folder / "venv").symlink_to(Path(sys.executable).parents[1])
    options = ["--cores", "1", "--configfile", workflow.study.name]
    targets = ["results/tiny/devices/curves.csv", "results/tiny/datasets/digits28.npz"]
    done = subprocess.run(
        [str(folder / "venv" / "bin" / "python"), "-m", "snakemake", *options, "--", *targets],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert all((folder / target).is_file() for target in targets)
    assert not list(folder.rglob("here"))


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own; call it with options to mount it, or to mount it anew."""
    if os.getuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], check=False).returncode:
        pytest.skip("only root can mount a disk")

    def mount(options: str) -> Path:
        subprocess.run(["mount", "-o", f"remount,{options}", str(tmp_path)], check=True)
        return tmp_path

    yield mount
    with contextlib.suppress(subprocess.CalledProcessError):
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_is_named_and_room_is_enough(workflow, disk):
    results = disk("size=8m")
    process = start(workflow, results)
    while not list(results.rglob("device_curves.log")) and process.poll() is None:
        time.sleep(0.01)
    ballast = results / "ballast"
    with pytest.raises(OSError, match="No space left"), ballast.open("wb", buffering=0) as stream:
        while stream.write(bytes(65536)):
            pass
    text = process.communicate()[0]
    assert process.returncode == 1
    assert f"error: the disk of {results}/tiny/" in text
    assert not list(results.rglob("*curves*.csv"))
    ballast.unlink()
    code, text = run(workflow, results)
    assert code == 0, text
    assert (results / "tiny" / "devices" / CURVES).stat().st_size > 1_000_000


def test_too_small_or_read_only_a_disk_is_said_before_any_work(workflow, disk):
    """And the results are moved by one key: nothing is written elsewhere."""
    results = disk("size=1m")
    code, text = run(workflow, results)
    assert code == 1
    assert "MB are needed, its disk has 1 MB free; make room or give another folder" in text
    disk("size=20m,ro")
    code, text = run(workflow, results)
    assert code == 1
    assert f"results_dir: '{results}/tiny': {results} cannot be written to" in text
    disk("rw")
    code, text = run(workflow, results)
    assert code == 0, text
    assert (results / "tiny" / "devices" / CURVES).is_file()
    assert not (workflow.folder / "results").exists()


def test_the_command_that_snakemake_and_the_readme_name_unlocks(workflow):
    lock = workflow.folder / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(f"results/tiny/devices/{CURVES}\n")
    options = ["--cores", "1", "--configfile", workflow.study.name, "--", f"results/tiny/devices/{CURVES}"]
    command = [sys.executable, "-m", "snakemake"]
    refused = subprocess.run([*command, *options], cwd=workflow.folder, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "--unlock" in refused.stderr
    subprocess.run([*command, "--unlock"], cwd=workflow.folder, check=True, capture_output=True)
    assert not lock.exists()

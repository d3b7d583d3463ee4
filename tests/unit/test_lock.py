"""A lock is removed only if the processes that locked the folder are dead, were on this host, and left no job."""

import os
import socket
import subprocess
import sys

import pytest

from memristive_study.runtime import lock, processes
from memristive_study.runtime.environment import OWNER


@pytest.fixture
def locked(tmp_path):
    """A folder with a lock; call it with the identity of a process that is on record."""
    (tmp_path / lock.LOCKS).mkdir(parents=True)
    (tmp_path / lock.LOCKS / "0.output.lock").write_text("results/a\n")

    def record(name=None):
        (tmp_path / lock.RUNNING).mkdir(parents=True, exist_ok=True)
        path = tmp_path / lock.RUNNING / str(len(list((tmp_path / lock.RUNNING).iterdir())))
        path.write_text(name or processes.identity(os.getpid()))
        return tmp_path

    return record


@pytest.fixture
def dead():
    """Identity of a process that has ended."""
    process = subprocess.Popen(["sleep", "60"])
    name = processes.identity(process.pid)
    process.kill()
    process.wait()
    return name


def test_without_a_lock_nothing_is_in_the_way(tmp_path):
    assert lock.blocking(tmp_path) is None


def test_a_dead_process_of_this_host_is_not_in_the_way(locked, dead):
    assert lock.blocking(locked(dead)) == ""
    # Its number belongs to another process now.
    assert lock.blocking(locked(f"{socket.gethostname()}:{os.getpid()}:1")) == ""


def test_a_job_of_a_dead_process_is_in_the_way(locked, dead):
    job = subprocess.Popen(["sleep", "60"], env=os.environ | {OWNER: dead})
    try:
        assert lock.blocking(locked(dead)).startswith(f"process {job.pid} is running, a job of process")
    finally:
        job.kill()
        job.wait()
    assert lock.blocking(locked(dead)) == ""


def test_a_lock_that_may_go_is_removed_and_another_stays(locked, dead, monkeypatch, capsys):
    folder = locked(dead)
    monkeypatch.chdir(folder)
    assert lock.main() == 0
    assert not list((folder / ".snakemake").iterdir())
    (folder / lock.LOCKS).mkdir()
    (folder / lock.LOCKS / "0.output.lock").touch()
    locked()
    assert lock.main() == 1
    assert "if nothing runs: snakemake --unlock" in capsys.readouterr().err
    assert list((folder / lock.LOCKS).iterdir())


def test_everything_else_is_in_the_way(locked, dead, tmp_path):
    assert lock.blocking(tmp_path) == "no process is on record that has locked it"
    locked(dead)
    assert f"process {os.getpid()} on" in lock.blocking(locked())


def test_what_cannot_be_seen_is_in_the_way(locked, dead):
    locked(dead)
    assert "cannot be seen from here" in lock.blocking(locked("elsewhere:1:1"))


def test_a_process_is_on_record_until_it_ends(tmp_path):
    code = "from memristive_study.runtime import lock; lock.record(); print(next(lock.RUNNING.iterdir()).read_text())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert processes.host_of(done.stdout) == socket.gethostname()
    assert not processes.runs(done.stdout.strip())
    assert not list((tmp_path / lock.RUNNING).iterdir())

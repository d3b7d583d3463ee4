"""Jobs know their Snakemake process and end with it."""

import os
import socket
import subprocess
import sys
import time

import pytest

from memristive_study.runtime import environment, processes

JOB = """
import sys, time
from types import SimpleNamespace
from memristive_study.runtime.scripting import job
with job(SimpleNamespace(log=[])):
    print("started", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def sleeper():
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_a_process_runs_until_it_has_ended(sleeper):
    name = processes.identity(sleeper.pid)
    assert processes.runs(name)
    assert (processes.host_of(name), processes.number_of(name)) == (socket.gethostname(), sleeper.pid)
    sleeper.kill()
    processes.wait_for_end(name)
    assert not processes.runs(name)  # though nobody has asked for its exit code yet
    sleeper.wait()
    assert processes.identity(sleeper.pid) is None
    processes.wait_for_end(name)


def test_another_process_of_the_same_number_is_another_one(sleeper):
    assert not processes.runs(f"{socket.gethostname()}:{sleeper.pid}:1")
    processes.wait_for_end(f"{socket.gethostname()}:{sleeper.pid}:1")


def test_waiting_without_help_of_the_system(sleeper, monkeypatch):
    monkeypatch.delattr(os, "pidfd_open")
    monkeypatch.setattr(processes, "SECONDS_BETWEEN_LOOKS", 0.05)
    name = processes.identity(sleeper.pid)
    subprocess.Popen(["sh", "-c", f"sleep 0.3; kill {sleeper.pid}"]).wait()
    processes.wait_for_end(name)
    assert not processes.runs(name)


@pytest.mark.parametrize("host", [socket.gethostname(), "elsewhere"])
def test_a_job_ends_with_its_snakemake_of_this_host(sleeper, host):
    name = processes.identity(sleeper.pid).replace(socket.gethostname(), host, 1)
    job = subprocess.Popen(
        [sys.executable, "-c", JOB],
        env=os.environ | {environment.OWNER: name},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert job.stdout.readline() == "started\n"
    assert processes.with_variable(environment.OWNER, name) == [job.pid]
    sleeper.kill()
    if host == "elsewhere":
        time.sleep(0.5)
        assert job.poll() is None
        job.kill()
        return
    assert job.wait(timeout=60) == 1
    assert "has ended, and the job with it" in job.stderr.read()


def test_jobs_inherit_where_the_library_is_and_whose_they_are(monkeypatch, tmp_path, sleeper):
    for name in ("PATH", "PYTHONPATH", environment.SWITCH, environment.OWNER):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(sys, "executable", sys.executable)
    environment.prepare(tmp_path, fork_server=True)
    assert os.environ["PYTHONPATH"] == str(tmp_path)
    assert os.environ[environment.SWITCH] == str(os.getpid())
    assert processes.number_of(os.environ[environment.OWNER]) == os.getpid()
    outer = processes.identity(sleeper.pid)
    for owner, expected in ((outer, outer), ("elsewhere:1:1", processes.identity(os.getpid()))):
        monkeypatch.setenv(environment.OWNER, owner)
        environment.prepare(tmp_path, fork_server=True)
        assert os.environ[environment.OWNER] == expected


def test_a_python_below_a_folder_with_a_blank_is_called_by_its_name(monkeypatch, tmp_path):
    for name in ("PATH", "PYTHONPATH", environment.SWITCH, environment.OWNER):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(sys, "executable", "/my studies/.venv/bin/python")
    environment.prepare(tmp_path, fork_server=False)
    assert sys.executable == "python"
    assert os.environ["PATH"].startswith("/my studies/.venv/bin")

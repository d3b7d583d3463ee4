"""The fork server: the same records as without it, and nothing that outlives its job."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from memristive.core.setting import Setting
from memristive_study.data.prepare import prepare
from memristive_study.models.build import build
from memristive_study.models.weights import save_weights
from memristive_study.runtime import forkserver
from memristive_study.runtime.forkserver import client as client_process
from memristive_study.runtime.forkserver import server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fork server is for Linux")
SOURCE = Path(forkserver.__file__).parents[3]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Images and untrained weights."""
    folder = tmp_path_factory.mktemp("inputs")
    entry = {"source": "digits", "size": [28, 28], "train_images": 100, "test_images": 60}
    prepare("digits28", entry, folder, folder / "images.npz")
    save_weights(build("mnist"), folder / "weights.safetensors")
    return {"weights": str(folder / "weights.safetensors"), "data": str(folder / "images.npz"), "architecture": "mnist"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Where one server serves all tests; it ends with this process or when idle."""
    return os.environ | {
        "PYTHONPATH": str(SOURCE),
        "TMPDIR": str(tmp_path_factory.mktemp("run")),
        forkserver.SWITCH: str(os.getpid()),
    }


@pytest.fixture
def job(inputs, tmp_path):
    """A job with a name that a shell would misread."""
    return inputs | {
        "setting": Setting(sigma=50).canonical(),
        "seeds": "[1, 2]",
        "precision": "null",
        "threads": "1",
        "experiment": "variability",
        "network": "mnist",
        "part": "paper",
        "label": "paper.a b'$(exit 3)\"=",
        "output": str(tmp_path / "record.json"),
        "log": str(tmp_path / "record.log"),
    }


def client(job: dict[str, str], environment: dict[str, str]) -> subprocess.Popen:
    command = [
        sys.executable,
        "-SP",
        "-m",
        "memristive_study.runtime.forkserver",
        *(f"{key}={job[key]}" for key in job),
    ]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)


def carry_out(job: dict[str, str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and stderr of a client."""
    process = client(job, environment)
    errors = process.communicate(timeout=120)[1]
    return process.returncode, errors


def processes(environment: dict[str, str]) -> list[tuple[int, int]]:
    """Processes and their parents: the server and its children."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            if b"--serve" in command and environment["TMPDIR"].encode() in command:
                state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
                if state != "Z":
                    found.append((int(folder.name), int(parent)))
        except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            continue
    return found


def children(environment: dict[str, str]) -> list[int]:
    found = processes(environment)
    servers = {process for process, _ in found}
    return [process for process, parent in found if parent in servers]


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def timeless(path: str) -> str:
    return re.sub(r'("\w*seconds": )[\d.e-]+', r"\1-", Path(path).read_text())


def test_same_bytes_with_and_without_the_server(job, environment, tmp_path):
    assert carry_out(job, environment) == (0, "")
    assert len(processes(environment)) == 1
    alone = job | {"output": str(tmp_path / "alone.json")}
    assert carry_out(alone, environment | {forkserver.SWITCH: "off"}) == (0, "")
    assert timeless(job["output"]) == timeless(alone["output"])
    assert json.loads(Path(job["output"]).read_text())["label"] == job["label"]


def test_torch_with_two_threads_in_a_child(job, environment, tmp_path):
    """The plain path, which runs on torch's own threads, gives what one thread gives."""
    # Another server; threads that wait sleep, so that the test is as fast on a busy machine.
    plain = environment | {
        "MEMRISTIVE_KERNEL": "off",
        "OMP_WAIT_POLICY": "passive",
        forkserver.SWITCH: str(os.getppid()),
    }
    job["seeds"] = "[1]"
    two = job | {"threads": "2", "output": str(tmp_path / "two.json")}
    assert carry_out(two, plain) == (0, "")
    assert carry_out(job, plain) == (0, "")
    assert timeless(two["output"]) == timeless(job["output"])


def test_bad_input_is_one_line_in_the_log_and_on_stderr(job, environment):
    line = "error: setting: adc.bits: 99 is not a whole number from 2 to 24, or null\n"
    assert carry_out(job | {"setting": '{"adc.bits": 99}'}, environment) == (1, line)
    assert Path(job["log"]).read_text() == line
    assert not Path(job["output"]).exists()


def test_a_killed_client_takes_its_child_along(job, environment):
    process = client(job | {"seeds": json.dumps(list(range(1000)))}, environment)
    wait_until(lambda: children(environment))
    process.kill()
    wait_until(lambda: not children(environment), seconds=5)
    assert not Path(job["output"]).exists()


def test_a_client_that_is_killed_before_it_reads_takes_its_child_along():
    ours, theirs = socket.socketpair()
    ours.sendall(b"+")
    theirs.close()  # what was sent is unread: the connection is reset, not only closed
    child = os.fork()
    if child == 0:
        try:
            server._end_with(ours)
        finally:
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1


def test_a_killed_child_fails_its_client(job, environment):
    process = client(job | {"seeds": json.dumps(list(range(1000)))}, environment)
    wait_until(lambda: Path(job["log"]).exists())
    os.kill(children(environment)[0], signal.SIGKILL)
    assert "killed or crashed" in process.communicate(timeout=10)[1]
    assert process.returncode == 1


def test_a_killed_server_fails_no_job(job, environment):
    process = client(job | {"seeds": json.dumps(list(range(20)))}, environment)
    wait_until(lambda: Path(job["log"]).exists())
    for number in {number for number, _ in processes(environment)} - set(children(environment)):
        os.kill(number, signal.SIGKILL)
    assert process.wait(timeout=60) == 0
    assert carry_out(job, environment) == (0, "")  # by another server


def test_the_server_ends_with_its_owner(job, environment, tmp_path_factory):
    owner = subprocess.Popen(["sleep", "600"])
    mine = environment | {"TMPDIR": str(tmp_path_factory.mktemp("owned")), forkserver.SWITCH: str(owner.pid)}
    assert carry_out(job, mine) == (0, "")
    assert processes(mine)
    owner.kill()
    owner.wait()
    wait_until(lambda: not processes(mine), seconds=10)
    assert [path.name for path in Path(mine["TMPDIR"]).glob("memristive-*/*")] == ["lock"]


def test_without_a_private_folder_there_is_no_server(job, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / f"memristive-{os.getuid()}").mkdir(mode=0o755)
    assert client_process.ask(job, os.getpid()) is None
    assert "is not a private folder of this user" in capsys.readouterr().err

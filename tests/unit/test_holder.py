"""A lock is taken away only from a process that is dead and was on this host."""

import json
import os
import socket
import subprocess
import sys

import pytest

from memristive_study.runtime import lock as holder


@pytest.fixture
def locked(tmp_path):
    """A folder with a lock; call it with a record of its holder."""
    (tmp_path / holder.LOCKS).mkdir(parents=True)
    (tmp_path / holder.LOCKS / "0.output.lock").write_text("results/a\n")

    def record(**changed):
        (tmp_path / holder.HOLDERS).mkdir(parents=True, exist_ok=True)
        own = {"host": socket.gethostname(), "process": os.getpid(), "started": holder._started(os.getpid())}
        path = tmp_path / holder.HOLDERS / f"{len(list((tmp_path / holder.HOLDERS).iterdir()))}.json"
        path.write_text(json.dumps(own | changed))
        return tmp_path

    return record


@pytest.fixture
def dead():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_without_a_lock_nothing_is_in_the_way(tmp_path):
    assert holder.blocking(tmp_path) is None


def test_a_dead_process_of_this_host_is_not_in_the_way(locked, dead):
    assert holder.blocking(locked(process=dead)) == ""
    assert holder.blocking(locked(started="1")) == ""  # its number belongs to another process now


def test_a_lock_that_may_go_is_taken_away_and_another_stays(locked, dead, monkeypatch, capsys):
    folder = locked(process=dead)
    monkeypatch.chdir(folder)
    assert holder.main() == 0
    assert not list((folder / ".snakemake").iterdir())
    (folder / holder.LOCKS).mkdir()
    (folder / holder.LOCKS / "0.output.lock").touch()
    locked()
    assert holder.main() == 1
    assert "if nothing runs: snakemake --unlock" in capsys.readouterr().err
    assert list((folder / holder.LOCKS).iterdir())


def test_everything_else_is_in_the_way(locked, dead, tmp_path):
    assert holder.blocking(tmp_path) == "nobody is on record as its holder"
    locked(process=dead)
    assert f"process {os.getpid()} on" in holder.blocking(locked())


def test_what_cannot_be_seen_is_in_the_way(locked, dead):
    locked(process=dead)
    assert "cannot be seen from here" in holder.blocking(locked(host="elsewhere", process=dead))


def test_a_process_is_on_record_until_it_ends(tmp_path):
    code = "from memristive_study.runtime import lock as holder; holder.hold(); print(*holder.HOLDERS.iterdir())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True,
                          env=os.environ | {"PYTHONPATH": str(holder.__file__).rsplit("/", 3)[0]})  # fmt: skip
    assert done.stdout.strip().endswith(".json")
    assert not list((tmp_path / holder.HOLDERS).iterdir())

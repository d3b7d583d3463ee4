"""A script ends with one line for bad input and with a traceback for a defect, both in its log."""

import sys
from types import SimpleNamespace

import pytest

from memristive.core.errors import InputError
from memristive_study.runtime.scripting import job


def test_log_and_exit_code(tmp_path, capsys):
    rule = SimpleNamespace(log=[str(tmp_path / "logs" / "rule.log")])
    log = tmp_path / "logs" / "rule.log"
    with job(rule):
        print("epoch 1")
        print("a warning", file=sys.stderr)
    assert log.read_text() == "epoch 1\na warning\n"

    with pytest.raises(SystemExit) as ended, job(rule):
        raise InputError("images.npz: x_train is missing")
    assert ended.value.code == 1
    assert log.read_text() == "error: images.npz: x_train is missing\n"

    with pytest.raises(ZeroDivisionError), job(rule):
        print(1 / 0)
    assert "Traceback" in log.read_text()
    assert capsys.readouterr().out == ""

    with pytest.raises(SystemExit), job(SimpleNamespace(log=[])):
        raise InputError("no log here")
    assert capsys.readouterr().err == "error: no log here\n"

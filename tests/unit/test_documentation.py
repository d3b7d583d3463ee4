"""Examples in the documentation do what they say."""

import re


def test_the_example_of_wires_runs(repository, capsys):
    text = (repository / "docs" / "wires.md").read_text(encoding="utf-8")
    exec(compile(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "docs/wires.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    parts = [float(re.search(r"with ([\d.]+)%", line)[1]) for line in lines]
    assert len(parts) == 3
    assert 95 < parts[0] < 100
    assert parts == sorted(parts, reverse=True)
    assert parts[-1] < 40


def test_the_example_of_converters_runs(repository, capsys):
    text = (repository / "docs" / "converters.md").read_text(encoding="utf-8")
    exec(compile(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "docs/converters.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    errors = [float(re.search(r"error ([\d.]+)%", line)[1]) for line in lines]
    assert len(errors) == 4
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 5
    assert errors[-1] < 0.5

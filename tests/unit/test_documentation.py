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


def test_the_example_of_recovery_runs(repository, capsys):
    text = (repository / "docs" / "recovery.md").read_text(encoding="utf-8")
    exec(compile(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "docs/recovery.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    accuracies = [float(line.split(" %")[0]) for line in lines]
    assert len(accuracies) == 3
    assert accuracies[2] > max(accuracies[:2]) + 10
    assert "calibration_images=200" in lines[1]
    assert "devices=0" not in lines[2]


def test_every_option_of_recovery_is_explained(repository):
    from memristive.core.setting import FIELDS

    text = (repository / "docs" / "recovery.md").read_text(encoding="utf-8")
    for name, found in FIELDS.items():
        assert not name.startswith("recovery.") or f"`{found.short}" in text, name

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

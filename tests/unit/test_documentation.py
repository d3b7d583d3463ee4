"""Examples in the documentation do what they say."""

import re

import pytest

from memristive import devices


def test_the_example_of_wires_runs(repository, capsys):
    text = (repository / "docs" / "wires.md").read_text(encoding="utf-8")
    exec(compile(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "docs/wires.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    parts = [float(re.search(r"with ([\d.]+)%", line)[1]) for line in lines]
    assert len(parts) == 3
    assert 95 < parts[0] < 100
    assert parts == sorted(parts, reverse=True)
    assert parts[-1] < 40


def test_the_example_of_devices_runs(repository, capsys):
    text = (repository / "docs" / "devices.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    names = {}
    for example in examples:  # the second one makes a setting
        exec(compile(example, "docs/devices.md", "exec"), names)
    found = {
        line.split(":")[0]: [float(number) for number in re.findall(r"([\d.]+) (?:uS apart|and|after)", line)]
        for line in capsys.readouterr().out.splitlines()
    }
    assert list(found) == ["pcm_nandakumar", "rram_wan", "cmo_hfox_2_percent"]
    for programmed, mean, aged in found.values():
        assert 0.1 < programmed < 3
        assert 7 < mean <= 12.05
        assert aged > 0.5
    assert names["setting"].device.measured is names["devices"].get("pcm_nandakumar")


def test_the_table_of_devices_is_that_of_the_presets(repository):
    text = (repository / "docs" / "devices.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `([\w.]+)` \| ([\d.]+) to ([\d.]+) \| ([\d.]+) \| ([^|]+) \| ([^|]+) \|", text, re.MULTILINE
    )
    known = {name: each for name, each in devices.DEVICES.items() if isinstance(each, devices.Measured)}
    assert [row[0] for row in rows] == list(known)
    for name, low, high, error, ages, noise in rows:
        device = known[name]
        assert (float(low), float(high)) == pytest.approx(tuple(1e6 * g for g in device.bounds), abs=1e-4)
        middle = sum(device.bounds) / 2
        assert float(error) == pytest.approx(1e6 * float(device.programming_sigma(middle)), rel=0.02)
        assert (ages == "not published") == (device.times is None)
        assert (noise == "yes") == device.noisy

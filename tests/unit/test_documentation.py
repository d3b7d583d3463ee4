"""Examples in the documentation do what they say."""

import re
import shlex
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from memristive import devices
from memristive.cli.main import main
from memristive.core.setting import FIELDS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(
    path for path in [DOCS.parent / "README.md", *DOCS.rglob("*.md")] if "```python" in path.read_text("utf-8")
)
LONGEST_HOW_TO = 40  # lines


def blocks(path: Path, language: str) -> str:
    """All code of a language on a page, in the order in which a reader meets it."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL))


def network() -> dict[str, object]:
    """What pages mean by `model`, `images` and `labels` where they do not say it themselves."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    images = torch.rand(20, 1, 8, 8)
    given = {"model": model, "images": images, "labels": model(images).argmax(1), "functional": functional}
    return given | {"torch": torch, "nn": nn}


def wires_cost_conductance(lines, _names):
    parts = [float(re.search(r"with ([\d.]+)%", line)[1]) for line in lines]
    assert len(parts) == 3
    assert 95 < parts[0] < 100
    assert parts == sorted(parts, reverse=True)
    assert parts[-1] < 40


def devices_miss_and_age(lines, names):
    found = {
        line.split(":")[0]: [float(number) for number in re.findall(r"([\d.]+) (?:uS apart|and|after)", line)]
        for line in lines
    }
    assert list(found) == ["pcm_nandakumar", "rram_wan", "cmo_hfox_2_percent"]
    for programmed, mean, aged in found.values():
        assert 0.1 < programmed < 3
        assert 7 < mean <= 12.05
        assert aged > 0.5
    assert names["setting"].device.measured is devices.get("pcm_nandakumar")


def fewer_bits_cost_more(lines, _names):
    errors = [float(re.search(r"error ([\d.]+)%", line)[1]) for line in lines]
    by_adc, by_cell = errors[:4], errors[4:]
    assert by_adc == sorted(by_adc, reverse=True)
    assert by_adc[0] > 5
    assert by_adc[-1] < 0.5
    assert len(by_cell) == 4
    assert all(2 < error < 5 for error in by_cell)  # with read noise


def recovery_gains_accuracy(lines, _names):
    accuracies = [float(line.split(" %")[0]) for line in lines]
    assert len(accuracies) == 3
    assert accuracies[2] > max(accuracies[:2]) + 10
    assert "calibration_images=200" in lines[1]
    assert "devices=0" not in lines[2]


# What the lines that a page's examples print have to show.
SHOWN = {
    "wires": wires_cost_conductance,
    "devices": devices_miss_and_age,
    "converters": fewer_bits_cost_more,
    "recovery": recovery_gains_accuracy,
}


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(DOCS.parent).as_posix())
def test_every_block_of_python_runs(page, tmp_path, monkeypatch, capsys):
    if "memristive.memtorch import" in blocks(page, "python"):
        pytest.importorskip("memtorch")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    names = network()
    exec(compile(blocks(page, "python"), str(page), "exec"), names)
    if page.stem in SHOWN:
        SHOWN[page.stem](capsys.readouterr().out.splitlines(), names)
    for name, text in re.findall(r"```yaml\n# (\S+)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        Path(name).write_text(text, encoding="utf-8")
    for line in filter(None, blocks(page, "console").splitlines()):
        assert line.startswith("$ memristive "), line
        assert main(shlex.split(line)[2:]) == 0, capsys.readouterr().err


def test_pages_show_terminals_and_what_they_print():
    """The test above has lines of a terminal to run, and finds the pages whose printed lines it reads."""
    assert {page.stem for page in PAGES} >= SHOWN.keys()
    assert blocks(DOCS / "command-line.md", "console").count("$ memristive ") >= 5


def test_how_to_scripts_are_short_and_draw_one_thing_with_units():
    scripts = sorted((DOCS / "how-to").glob("plot_*.py"))
    assert len(scripts) >= 13
    for path in scripts:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= LONGEST_HOW_TO, f"{path.name}: {len(lines)} lines"
        assert any("title(" in line for line in lines), f"{path.name}: the picture's title becomes its alternative text"


def test_every_picture_on_a_page_says_what_it_shows():
    for path in [DOCS.parent / "README.md", *DOCS.rglob("*.md")]:
        for words, target in re.findall(r"!\[(.*?)\]\((.*?)\)", path.read_text(encoding="utf-8"), re.DOTALL):
            assert len(words) > 20, f"{path.name}: {target}"
            assert (path.parent / target).is_file(), f"{path.name}: {target}"


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


def test_every_option_of_recovery_is_explained(repository):
    text = (repository / "docs" / "recovery.md").read_text(encoding="utf-8")
    for name, found in FIELDS.items():
        assert not name.startswith("recovery.") or f"`{found.short}" in text, name

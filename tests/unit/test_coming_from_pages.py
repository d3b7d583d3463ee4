"""Calls that the pages for people of other tools print beside theirs do what a reader of the page expects."""

import ast
import re
from pathlib import Path

import pytest
import torch
from torch import nn

import memristive
from memristive import Setting, convert
from memristive.cli.main import main

PAGES = Path(__file__).parents[2] / "docs" / "coming-from"
TOOLS = ("memtorch", "aihwkit", "crosssim", "neurosim")
NOWHERE = {"neurosim": ["`Param.cpp`, the chip's area, latency, energy"]}  # rows that say "none"


def table(tool: str) -> dict[str, str]:
    """Ours by theirs: the first table of the page."""
    text = (PAGES / f"{tool}.md").read_text(encoding="utf-8").split("| --- | --- |\n", 1)[1].split("\n\n", 1)[0]
    return dict(re.fullmatch(r"\| (.+?) \| (.+) \|", line).groups() for line in text.splitlines())


def calls(tool: str) -> list[str]:
    """Every piece of code in our column."""
    return [code for ours in table(tool).values() for code in re.findall(r"`([^`]+)`", ours)]


@pytest.fixture(scope="module")
def names():
    """What the pages mean by the names that they use."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 36, 10)).eval()
    images = torch.rand(12, 1, 8, 8)
    calibrated = Setting(adc_range="calibrated")

    def draw(count, generator):
        return images[torch.randperm(len(images), generator=generator)[:count]]

    return vars(memristive) | {
        **{name: getattr(memristive, name) for name in memristive.__all__ if name != "from_memtorch"},
        "torch": torch, "nn": nn, "model": model, "images": images, "labels": model(images).argmax(1), "draw": draw,
        "setting": Setting(), "generator": torch.Generator().manual_seed(0),
        "network": convert(model, calibrated, torch.Generator().manual_seed(0)),
    }  # fmt: skip


@torch.no_grad()
def logits(names, setting: Setting) -> torch.Tensor:
    """What the network of the pages puts out on the arrays of `setting`."""
    generator = torch.Generator().manual_seed(0)
    return convert(names["model"], setting, generator, names["draw"])(names["images"])


@pytest.mark.parametrize("tool", TOOLS)
def test_ten_calls_of_theirs_have_code_beside_them(tool):
    rows = table(tool)
    assert len(rows) == 10
    assert [theirs for theirs, ours in rows.items() if "`" not in ours] == NOWHERE.get(tool, [])


@pytest.mark.parametrize(("tool", "code"), [(tool, code) for tool in TOOLS for code in calls(tool)])
def test_what_stands_beside_a_call_runs_and_does_something(tool, code, names, capsys):
    if code.startswith("--"):
        with pytest.raises(SystemExit):
            main(["evaluate", "--help"])
        assert f"{code} " in capsys.readouterr().out
    elif re.match(r"[\w.]+\(", code):
        assert eval(code, dict(names)) is not False
    else:  # fields of a setting
        assert ast.parse(f"Setting({code})", mode="eval").body.keywords, code
        setting = eval(f"Setting({code})", dict(names))
        assert not torch.equal(logits(names, setting), logits(names, Setting()))

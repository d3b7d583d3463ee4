"""The command line: what it prints is what the library computes, and what cannot be used is one line."""

import csv
import io
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from memristive import Setting, chips, evaluate, explain
from memristive.cli import data as cli_data
from memristive.cli import settings
from memristive.cli.main import main
from memristive.core.setting import FIELDS
from memristive.devices import DEVICES

ARCHITECTURE = """
from torch import nn


def small(classes, input_shape, width=12):
    return nn.Sequential(nn.Flatten(), nn.Linear(input_shape[1] * input_shape[2], width), nn.ReLU(),
                         nn.Linear(width, classes))


def number():
    return 3


def broken():
    raise RuntimeError("no\\nway")
"""


class Runs:
    """Is in a file of weights what a file may not be: code."""

    def __reduce__(self):
        return (os.system, ("touch ran",))


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with a network, its weights in each form, and data on which it is right without crossbars."""
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(ARCHITECTURE, encoding="utf-8")
    torch.manual_seed(1)
    model = nn.Sequential(nn.Flatten(), nn.Linear(30, 12), nn.ReLU(), nn.Linear(12, 4)).eval()
    images = np.random.default_rng(0).integers(0, 256, (120, 5, 6), np.uint8)
    inputs = torch.from_numpy(images).unsqueeze(1).float() / 255
    with torch.no_grad():
        labels = model(inputs).argmax(1)
    np.savez("images.npz", x_test=images, y_test=labels.numpy(), x_train=images[:50], y_train=labels[:50].numpy())
    np.savez("floats.npz", x_test=inputs.double().numpy(), y_test=labels.numpy())
    weights = model.state_dict()
    save_file(weights, "net.safetensors")
    torch.save(weights, "net.pt")
    torch.save(
        {"epoch": 3, "state_dict": {f"module.{name}": value for name, value in weights.items()}}, "checkpoint.pt"
    )
    torch.save(model, "whole.pt")
    torch.save({"weight": Runs()}, "code.pt")
    save_file({name: value[..., :1].clone() for name, value in weights.items()}, "narrow.safetensors")
    save_file({name: value / 0 for name, value in weights.items()}, "infinite.safetensors")
    return model, (inputs, labels)


def run(command: str, *more: str) -> int:
    given = [command, "--weights", "net.safetensors", "--architecture", "net.py:small", "--data", "images.npz"]
    return main([*given, *more])


def written(path: str) -> list[dict[str, str]]:
    return [*csv.DictReader(Path(path).read_text(encoding="utf-8").splitlines())]


def test_evaluate_writes_what_the_library_computes(files, capsys):
    model, data = files
    assert (
        run("evaluate", "--setting", "sigma=100", "--sweep", "adc_bits=2,8", "--seeds", "2", "--csv", "found.csv") == 0
    )
    rows = written("found.csv")
    assert [row["label"] for row in rows] == ["adc.bits-2"] * 2 + ["adc.bits-8"] * 2
    for bits, own in ((2, rows[:2]), (8, rows[2:])):
        expected = evaluate(model, data, Setting(sigma=100, adc_bits=bits), range(2))
        assert [int(row["correct"]) for row in own] == [one.correct for one in expected]
        assert {row["adc.bits"] for row in own} == {str(bits)}
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["digital", "network", "100.00"]
    assert [line.split()[1] for line in lines[2:4]] == [
        f"{np.mean([float(row['accuracy']) for row in own]):.2f}" for own in (rows[:2], rows[2:])
    ]


@pytest.mark.parametrize("weights", ["net.pt", "checkpoint.pt"])
def test_weights_are_taken_from_a_state_dict_and_a_checkpoint(files, weights):
    run("evaluate", "--csv", "first.csv", "--seeds", "1")
    run("evaluate", "--csv", "second.csv", "--seeds", "1", "--weights", weights)
    assert written("first.csv")[0]["correct"] == written("second.csv")[0]["correct"] != "0"


def test_a_file_that_would_run_code_is_refused_and_not_run(files, capsys):
    for weights in ("whole.pt", "code.pt"):
        assert run("evaluate", "--weights", weights) == 1
        assert "would run code" in capsys.readouterr().err
    assert not Path("ran").exists()


def test_images_are_scaled_and_normalised(files):
    inputs, _ = files[1]
    assert torch.equal(cli_data.read("images.npz").workload.inputs, inputs)
    assert torch.equal(cli_data.read("floats.npz").workload.inputs, inputs)
    found = cli_data.read("images.npz", images=7, mean="0.5", std="0.25").workload
    assert torch.allclose(found.inputs, (inputs[:7] - 0.5) / 0.25)
    assert len(found.targets) == 7


def test_chips_prints_what_the_library_says(files, capsys):
    model, data = files
    assert run("chips", "--setting", "sigma=150", "--chips", "5", "--threshold", "90", "--csv", "chips.csv") == 0
    expected = chips(model, data, Setting(sigma=150), seeds=range(5), threshold=90)
    assert str(expected) in capsys.readouterr().out
    assert [float(row["accuracy"]) for row in written("chips.csv")] == expected.accuracies.tolist()


def test_explain_names_the_effect_and_writes_a_page(files, capsys):
    model, data = files
    options = ("--setting", "adc_bits=2", "--setting", "tuning=none", "--seeds", "1", "--page", "why.html")
    assert run("explain", *options, "--csv", "why.csv") == 0
    expected = explain(model, data, Setting(adc_bits=2, tuning="none"), seeds=range(1))
    assert str(expected) in capsys.readouterr().out
    assert [row["name"] for row in written("why.effects.csv")] == [share.name for share in expected.shares]
    assert "<html" in Path("why.html").read_text(encoding="utf-8")
    assert [row["layer"] for row in written("why.layers.csv")] == ["1", "3"]


def test_devices_and_fields_are_those_of_the_library(capsys):
    assert main(["devices", "list", "--csv", "-"]) == 0
    rows = [*csv.DictReader(io.StringIO(capsys.readouterr().out))]
    assert [row["device"] for row in rows] == [*DEVICES]
    assert [row["source"] for row in rows] == [device.source for device in DEVICES.values()]
    assert main(["fields", "--csv", "-"]) == 0
    assert [row["field"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == [*FIELDS]
    assert main(["fields", "max_input"]) == 0
    assert capsys.readouterr().out.startswith("max_input_voltage=9.0 V    (inputs.max_voltage)\n    Larger inputs")


def test_a_setting_comes_from_names_and_files_and_the_last_one_counts(tmp_path):
    path = tmp_path / "array.yaml"
    path.write_text("adc: {bits: 6}\nsigma: 5\nlayers: {'fc*': {adc.bits: 4}}\n", encoding="utf-8")
    found = settings.read_setting(
        [str(path), "sigma=20", "tile_shape=128x64", "tuning=after", "max_input_voltage=null"]
    )
    assert found == Setting(
        adc_bits=6,
        sigma=20,
        layers={"fc*": {"adc.bits": 4}},
        tile_shape=(128, 64),
        tuning="after",
        max_input_voltage=None,
    )
    (tmp_path / "array.json").write_text('{"adc_bits": 7}', encoding="utf-8")
    assert settings.read_setting([str(tmp_path / "array.json")]).adc.bits == 7
    swept = settings.read_settings([], ["tile_shape=64x64,128x128,null"])
    assert [one.array.tile_shape for _, one in swept] == [(64, 64), (128, 128), None]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--weights", "none.pt"], "weights: none.pt: no such file"),
        (["--weights", "net.py"], "weights: net.py: not a state dict of torch.save"),
        (["--weights", "narrow.safetensors"], "has shape [12, 1], the network needs [12, 30]"),
        (["--weights", "infinite.safetensors"], "holds NaN or infinity"),
        (["--option", "width=13"], "has shape [12, 30], the network needs [13, 30]"),
        (["--option", "widht=13"], "architecture: net.py:small: option: widht: unknown key; did you mean width?"),
        (["--option", "width"], "option: 'width' is not name=value"),
        (["--architecture", "net.py:smal"], "architecture: net.py: smal: unknown key; did you mean small?"),
        (["--architecture", "none.py:small"], "architecture: none.py: no such file"),
        (["--architecture", "net.py:number"], "returned int, not a torch.nn.Module"),
        (["--architecture", "net.py:broken"], "net.py line 15: RuntimeError: no way"),
        (["--architecture", "no_such_package:small"], "cannot be imported (ModuleNotFoundError"),
        (["--architecture", "resnet19"], "architecture: resnet19: unknown key; did you mean resnet1"),
        (["--data", "net.py"], "data: net.py: not a whole .npz"),
        (["--images", "0"], "images: 0 is not a whole number from 1"),
        (["--mean", "0.1,0.2"], "mean: '0.1,0.2' is not 1 number, one a channel"),
        (["--std", "0"], "std: '0' is not 1 number above 0, one a channel"),
        (["--setting", "adcbits=3"], "setting: adcbits: unknown key; did you mean adc_bits?"),
        (["--setting", "adc_bits=99"], "adc.bits: 99 is not a whole number from 2 to 24"),
        (["--setting", "none.yaml"], "setting: none.yaml: no such file"),
        (["--setting", "adc_bits"], "setting: 'adc_bits' is not name=value"),
        (["--sweep", "adc_bits=4,4"], "is the same setting as"),
        (["--seeds", "0"], "seeds: 0 is not a whole number from 1"),
        (["--csv", "net.py/found.csv"], "csv: net.py/found.csv: cannot be written"),
    ],
)
def test_what_cannot_be_used_is_one_line(files, capsys, options, words):
    assert run("evaluate", *options) == 1
    text = capsys.readouterr().err.strip()
    assert text.startswith("error: ")
    assert words in text
    assert "\n" not in text


def test_help_names_every_option_and_needs_no_torch(repository):
    code = "import sys; from memristive.cli.main import parser; parser().parse_args(['evaluate', '--help'])"
    code = f"try:\n {code}\nexcept SystemExit: print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(repository / "workflow" / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "False"
    for word in (
        "--weights",
        "--sweep",
        "--csv",
        ".safetensors",
        "tile_shape=128x128",
        "examples:",
        "memristive fields",
    ):
        assert word in done.stdout


def test_the_studys_networks_and_data_sets_are_known_by_its_entry_points(repository, files, monkeypatch, capsys):
    """As an installer writes them from workflow/pyproject.toml."""
    project = tomllib.loads((repository / "workflow" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    folder = Path("site", "study-0.dist-info")
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: study\nVersion: 0\n", encoding="utf-8")
    groups = {
        group: "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    }
    (folder / "entry_points.txt").write_text("".join(f"[{group}]\n{text}" for group, text in groups.items()))
    monkeypatch.syspath_prepend(str(folder.parent.resolve()))
    from memristive_study.models.names import LIBRARY

    assert project["entry-points"]["memristive.architectures"] == LIBRARY
    images = np.random.default_rng(0).integers(0, 256, (40, 28, 28, 1), np.uint8)
    labels = np.arange(40) % 10
    np.savez(
        "prepared.npz",
        x_train=images, y_train=labels, x_test=images, y_test=labels, class_names=np.arange(10).astype(str),
        name="noise", normalisation="centred", mean=np.array([0.5]), std=np.array([0.5]),
    )  # fmt: skip
    found = cli_data.read("prepared.npz", images=16)
    assert found.classes == 10
    assert torch.equal(found.workload.inputs, torch.from_numpy(images[:16]).permute(0, 3, 1, 2).float() / 255 * 2 - 1)
    weights = repository / "workflow" / "resources" / "pretrained" / "strong" / "mnist" / "weights.safetensors"
    given = ["--weights", str(weights), "--architecture", "mnist", "--data", "prepared.npz", "--images", "16"]
    assert main(["evaluate", *given, "--seeds", "1"]) == 0
    assert "16 images" in capsys.readouterr().out

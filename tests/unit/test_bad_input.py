"""Wrong input beside the tables of test_plan, test_datasets and test_devices: one line each, before any work."""

import copy
import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file
from torch import nn

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive.network.checks import check_layers
from memristive_study.config.check import checked, warnings
from memristive_study.config.files import COMMAND_LINE, located, read
from memristive_study.data.folds import stratified_folds
from memristive_study.data.prepare import prepare
from memristive_study.models.build import build
from memristive_study.models.weights import load_weights, save_weights
from memristive_study.plan.plan import Plan
from wrong_value import error_of


@pytest.fixture
def config(repository):
    return yaml.safe_load((repository / "config.yaml").read_text())


GRID = "experiments.input_voltage.parts.paper.grid"
CHIPS = "experiments.variability.parts.chips"
DEVICE = {"r_on": 200, "r_off": 9000, "d": 1e-8, "k_on": -1, "k_off": 1, "alpha_on": 1, "alpha_off": 1, "v_on": -1}
CONFIG = [
    ("threads", 2, "threads: 2 is not a mapping with training, inference"),
    ("threads.training", 1.5, "threads: training: 1.5 is not a whole number of at least 1"),
    ("fork_server", "yes", "fork_server: 'yes' is not true or false"),
    ("results_dir", "", "results_dir: '' is not the path of a folder"),
    ("study", "<script>", "study: '<script>' is not a letter or digit and up to 99 letters"),
    ("study", "paper\n", r"study: 'paper\n' is not a letter or digit and up to 99 letters"),
    ("study", 1, "study: 1 is not a letter or digit"),
    (
        "networks",
        {"<script>": {"dataset": "mnist", "architecture": "mnist"}},
        "'<script>' is not a name of letters",
    ),
    ("networks.mnist.architecture", "mnits", "architecture: mnits: unknown key; did you mean mnist?"),
    ("networks.mnist.architecture", "no_such_package.net:make", "is not package.module:factory of a package"),
    ("networks.mnist.architecture", "torch:$(reboot)", "is not package.module:factory of a package"),
    ("datasets.mnist", {"source": "npz", "path": "absent.npz"}, "datasets: mnist: path: 'absent.npz' is not there"),
    ("datasets.mnist", {"source": "npz"}, "datasets: mnist: path: is missing; source npz needs it"),
    ("datasets.mnist.train_images", 0, "train_images: 0 is not a whole number of at least 1"),
    ("datasets.mnist.size", [0, 28], "size: 0: 0 is not a whole number of at least 1"),
    ("training.settings.batch_size", 1, "batch_size: 1 is not a whole number of at least 2"),
    ("training.settings.label_smoothing", 1, "label_smoothing: 1 is not a number of at least 0 and below 1"),
    ("training.settings.optimiser", "lbfgs", "optimiser: 'lbfgs' is not one of sgd, adam, adamw"),
    ("training.settings.learning_rate", float("nan"), "learning_rate: nan is not a finite number"),
    ("training.settings.weight_decay", float("inf"), "weight_decay: inf is not a finite number"),
    ("training.settings.momentum", 1, "momentum: 1 is not a number of at least 0 and below 1"),
    ("networks.mnist.options", {"pading": 0}, "networks: mnist: options: pading: unknown key; did you mean padding?"),
    ("training.pretrained", 1, "pretrained: 1 is not one of false, true, plain, strong"),
    ("training.pretrained", "best", "pretrained: 'best' is not one of false, true, plain, strong"),
    ("networks.mnist.options", {"padding": 2}, "networks: mnist: options: padding: 2 is not one of 0, 1"),
    ("networks.mnist.options", {"dropout": 1}, "options: dropout: 1 is not a number of at least 0 and below 1"),
    ("devices.mine", {**DEVICE, "v_of": 1}, "devices: mine: v_of: unknown key; did you mean v_off?"),
    ("devices.mine", DEVICE, "devices: mine: v_off missing"),
    ("devices.mine", {**DEVICE, "v_off": -1}, "v_off: -1 is not a number above 0"),
    ("devices.pt_hf_ti", {**DEVICE, "v_off": 1}, "devices: pt_hf_ti is built in"),
    ("devices.mine", {}, "devices: mine: r_on, r_off missing"),
    ("devices.mine", {"table": "absent.csv"}, "devices: mine: table: 'absent.csv' is not a CSV file that can be read"),
    ("devices.mine", {"table": 3}, "devices: mine: table: 3 is not rows of three or four numbers, or the path"),
    ("devices.mine", {"table": [[1e-6, 1e-6, 0]]}, "devices: mine: table: 1 rows: at least two are needed"),
    ("devices.mine", {"table": [[1e-6, "low", 0], [2e-6, 0, 0]]}, "mine: table: [[1e-06, 'low', 0], [2e-06, 0, 0]] is"),
    ("devices.mine", {"table": [[1e-6, -1e-6, 0], [2e-6, 0, 0]]}, "table: target 1e-06 S, mean -1e-06 S, standard"),
    ("devices.mine", {"table": [[1, 1, 0], [2, 2, 0]], "r_on": 5}, "devices: mine: r_on: unknown key"),
    ("setting.device", "../../x", "setting: device.name: '../../x' is not a name of letters"),
    (GRID, {"device": ["a b"]}, "grid: device.name: 'a b' is not a name of letters, digits"),
    ("setting.adc_quantisation", "logarithmic", "adc.quantisation: 'logarithmic' is not one of linear, log"),
    ("setting", {"adc_quantisation": "log", "adc_bits": 1}, "adc.bits: 1 is not a whole number from 2"),
    ("setting", {"transistor": False}, "transistor: False is not true (1T1R)"),
    (f"{CHIPS}.precision", 0, "parts: chips: precision: 0 is not a number above 0 and of at most 50"),
    (f"{CHIPS}.precision", [1], "parts: chips: precision: [1] is not a number above 0"),
    (f"{CHIPS}.at_most", 1, "parts: chips: at_most: 1 is not a whole number from 2 to 5000"),
    (f"{CHIPS}.at_most", 10_000, "at_most: 10000 is not a whole number from 2 to 5000"),
    (f"{CHIPS}.precison", 1, "parts: chips: precison: unknown key; did you mean precision?"),
    (CHIPS, {"at_most": 9, "grid": {"sigma": [1]}}, "chips: at_most: is allowed only beside a precision"),
    ("experiments.adc_tile.at_most", 100, "experiments: adc_tile: at_most: is allowed only beside a precision"),
    ("experiments.adc_tile.precision", "fine", "experiments: adc_tile: precision: 'fine' is not a number above 0"),
    ("setting", {"word_line_resistance": -1}, "wires.word_line: -1 is not a number of at least 0"),
    ("setting", {"bit_line_resistance": float("nan")}, "wires.bit_line: nan is not a finite number"),
    ("setting", {"source_resistance": float("inf")}, "wires.source: inf is not a finite number"),
    ("setting", {"wires": {"ground": "all"}}, "wires.ground: 'all' is not a number of at least 0, or null"),
    ("setting", {"wires": {"drive": "both"}}, "wires.drive: 'both' is not one of one_side, both_sides"),
    (
        "setting",
        {"wires": {"word_line": 1, "drive": "both_sides", "model": "dmr"}},
        "wires.model: 'dmr' is not exact: no approximation drives word lines from both sides",
    ),
    ("setting", {"wires": {"cell": "2T2R"}}, "wires.cell: '2T2R' is not one of 1T1R, 1R"),
    ("setting", {"wire_rows": "open"}, "wires.rows: 'open' is not one of connected, gated"),
    ("setting", {"wire_rows": "gated", "word_line_resistance": 1}, "wires.rows: 'gated' needs inputs bit by bit"),
    ("setting", {"source_line_resistance": -1}, "wires.source_line: -1 is not a number of at least 0, or null"),
    ("setting", {"source_line_resistance": 1}, "wires.source_line: 1.0 is not null, as it must be where wires.rows is"),
    ("setting", {"wires": {"wordline": 1}}, "setting: wires: wordline: unknown key; did you mean word_line?"),
    ("setting", {"weight_bits": 8, "weight_slices": 8}, "slices.count: 8 is not at most 7, the bits of a weight to be"),
    (
        "setting",
        {"weight_bits": 8, "weight_slices": 9, "scheme": "offset"},
        "slices.count: 9 is not at most 8, the bits of a weight",
    ),
    (
        "setting",
        {"slices": {"weight_bits": 8, "cell_bits": 2, "count": 3}},
        "slices.count: 3 slices of 2 bits are not the 7 bits of a weight to be held",
    ),
    ("setting", {"weight_bits": 16}, "slices.count: 1 slices of 15 bits, but a cell holds at most 8: more slices"),
    ("setting", {"weight_bits": 1}, "slices.weight_bits: 1 is not a whole number from 2 to 16, or null"),
    ("setting", {"weight_bits": 8, "cell_bits": 9}, "slices.cell_bits: 9 is not a whole number from 1 to 8, or null"),
    ("setting", {"weight_bits": 8, "weight_slices": 0}, "slices.count: 0 is not a whole number of at least 1, or null"),
    ("setting", {"cell_bits": 2}, "slices.cell_bits: 2 is not null, as it must be where slices.weight_bits is null"),
    (
        "setting",
        {"slice_sign": "most_significant"},
        "slices.sign: 'most_significant' is not every, as it must be where",
    ),
    (
        "setting",
        {"weight_bits": 8, "slice_sign": "most_significant", "scheme": "offset"},
        "slices.sign: 'most_significant' is not every, since scheme offset has no signs",
    ),
    (
        "setting",
        {"weight_bits": 8, "scheme": "single_column"},
        "'single_column' is not double_column, offset or reference",
    ),
    ("setting", {"weight_bits": 8, "conductance_states": 4}, "states.count: 4 is not null: cells of slices have"),
    (
        "setting",
        {"weight_bits": 8, "semantics": "memtorch"},
        "slices.weight_bits: 8 is not what semantics memtorch",
    ),
    (
        "setting",
        {"weight_bits": 8, "adc_quantisation": "log"},
        "weight_bits: 8 is not what goes with adc.quantisation log",
    ),
    (
        "setting",
        {"scheme": "reference_column", "tile_shape": [64, 1]},
        "array.tile_shape: [64, 1] has no room for a ref",
    ),
    (
        "setting",
        {"scheme": "offsets"},
        "array.scheme: 'offsets' is not one of double_column, single_column, offset, ref",
    ),
    ("setting", {"dac_bits": 9}, "dac.bits: 9 is not a whole number from 1 to 8, or null"),
    ("setting", {"dac_bits": 0}, "dac.bits: 0 is not a whole number from 1 to 8, or null"),
    ("setting", {"bit_serial": True}, "dac.serial: True is not false, as it must be where dac.bits is null"),
    (
        "setting",
        {"dac": {"bits": 8, "fit": "power_of_two"}},
        "dac.fit: 'power_of_two' is not one of largest, percentile",
    ),
    ("setting", {"dac": {"bits": 8, "percentile": 0}}, "dac.percentile: 0 is not a number above 0 and at most 100"),
    ("setting", {"dac": {"bits": 8, "norm": float("nan")}}, "dac.norm: nan is not a finite number"),
    (
        "setting",
        {"adc_fit": "largest"},
        "adc.fit: 'largest' is not power_of_two, as it must be unless adc.range is cal",
    ),
    (
        "setting",
        {"adc_fit": "largest", "adc_range": "calibrated", "adc_overflow_rate": 0.1},
        "adc.overflow_rate: 0.1 is not 0, as it must be unless adc.fit is power_of_two",
    ),
    ("setting", {"adc": {"fit": "max", "range": "calibrated"}}, "adc.fit: 'max' is not one of power_of_two, largest"),
    ("setting", {"adc": {"percentile": 101}}, "adc.percentile: 101 is not a number above 0 and at most 100"),
    ("setting", {"adc": {"norm": 0}}, "adc.norm: 0 is not a number above 0"),
    ("setting", {"adc": {"shared": 0}}, "adc.shared: 0 is not a whole number of at least 1"),
    ("setting", {"adc": {"offset": -1, "range": "calibrated"}}, "adc.offset: -1 is not a number of at least 0"),
    ("setting", {"adc": {"gain": float("inf"), "range": "calibrated"}}, "adc.gain: inf is not a finite number"),
    ("setting", {"adc": {"inl": 1}}, "adc.inl: 1.0 is not 0, as it must be but for linear converters of a calibrated"),
    (
        "setting",
        {"adc": {"noise": 1, "range": "calibrated", "bits": None}},
        "adc.noise: 1.0 is not 0, as it must be but",
    ),
    (
        "setting",
        {"adc": {"range": "calibrated", "bits": 8, "fit": "largest"}, "semantics": "memtorch"},
        "adc.fit: 'largest",
    ),
    (
        "setting",
        {"wires": {"cell": "1R", "transistor": 100}},
        "wires.transistor: 100.0 is not 0: a 1R cell has no transistor",
    ),
    ("setting", {"device": "pcm_nandakuma"}, "one of pt_hf_ti"),
    ("setting", {"device": "mine", "device_table": "absent.csv"}, "device.table: 'absent.csv' is not a CSV file"),
    ("setting", {"device": "mine", "device_table": [[1e-6, 1e-6, 0]]}, "1 rows: at least two are needed"),
    ("setting", {"device": "mine", "device_table": [[1e-6, 1e-6], [2e-6, 2e-6]]}, "a row is not target, mean, stand"),
    ("setting", {"device": "mine", "device_table": [[0, 0, 0], [1, 1, 0]]}, "a target is above 0"),
    ("setting", {"device": "mine", "device_table": [[1, 1, 0], [2, 2, float("nan")]]}, "a value is not finite"),
    ("setting", {"device": "mine", "device_table": [[1, 1, "x"], [2, 2, 0]]}, "is not rows of three or four numbers"),
    ("setting", {"device": "mine", "device_table": 3}, "device.table: 3 is not rows of three or four numbers"),
    ("setting", {"device_table": [[1e-6, 1e-6, 0], [2e-6, 2e-6, 0]]}, "device.name: 'pt_hf_ti' is not a name of your"),
    ("setting", {"programming": "twice"}, "programming.method: 'twice' is not one of exact, one_shot, write_verify"),
    ("setting", {"programming": "one_shot"}, "programming.spread: 'measured', but pt_hf_ti is no device with meas"),
    ("setting", {"programming": "one_shot", "spread": "uniform"}, "programming.spread: 'uniform' is not one of meas"),
    ("setting", {"programming": "one_shot", "spread": "normal"}, "programming.sigma: 0.0 is not above 0, as a normal"),
    ("setting", {"programming_sigma": -1}, "programming.sigma: -1 is not a number of at least 0"),
    ("setting", {"programming_sigma": 1e-6}, "programming.sigma: 1e-06 is not 0, as it must be where the spread is"),
    ("setting", {"device_share": 2}, "programming.device_share: 2 is not a proportion from 0 to 1"),
    (
        "setting",
        {"programming": "write_verify", "device": "sonos"},
        "programming.tolerance: None is not a number above 0, as write_verify needs",
    ),
    ("setting", {"tolerance": 1e-6}, "programming.tolerance: 1e-06 is not null: only write_verify has a tolerance"),
    ("setting", {"programming_failures": "some"}, "programming.failures: 'some' is not one of none, measured"),
    ("setting", {"programming_failures": "measured"}, "programming.failures: 'measured' is not none, as it must be"),
    (
        "setting",
        {"programming_failures": "measured", "programming": "one_shot", "device": "sonos"},
        "programming.failures: 'measured', but no failures were published for sonos",
    ),
    ("setting", {"tolerance": 0}, "programming.tolerance: 0 is not a number above 0"),
    ("setting", {"pulses": 0}, "programming.pulses: 0 is not a whole number from 1"),
    ("setting", {"retention_model": "drift"}, "retention.model: 'drift' is not one of power, measured"),
    (
        "setting",
        {"retention_model": "measured", "retention_time": 9, "device": "rram_milo"},
        "retention.model: 'measured', but no drift was published for rram_milo",
    ),
    ("setting", {"disturb_time": 0}, "read_disturb.time: 0 is not a number above 0"),
    ("setting", {"disturb_voltage": 9}, "read_disturb.voltage: 9 is not a voltage above 0 and at most 5 V"),
    ("setting", {"disturb_cycles": -1}, "read_disturb.cycles: -1 is not a number from 0"),
    ("setting", {"disturb_temperature": 20}, "read_disturb.temperature: 20 is not a number from 200 to 500"),
    ("setting", {"read_noise": "white"}, "reading.noise: 'white' is not one of none, measured, relative"),
    ("setting", {"read_noise": "relative"}, "reading.sigma: 0.0 is not above 0"),
    ("setting", {"read_sigma": 0.1}, "reading.sigma: 0.1 is not 0, as it must be unless the noise is relative"),
    ("setting", {"read_noise": "measured"}, "reading.noise: 'measured', but pt_hf_ti is no device with measurements"),
    ("setting", {"device_current": "sinh"}, "reading.current: 'sinh' is not one of ohmic, device"),
    ("setting", {"device": "sonos", "device_current": "device"}, "sonos has no other current than Ohm's law"),
    (
        "setting",
        {"device": "rram_milo", "device_current": "device", "word_line_resistance": 1},
        "reading.current: 'device' is not offered with wires: cells that do not obey Ohm's law make a circuit",
    ),
    (
        "setting",
        {"device": "rram_milo", "device_current": "device", "weight_bits": 8},
        "slices.weight_bits: 8 is offered with reading.current: 'ohmic' alone: digits count equal steps of conductance",
    ),
    (
        "setting",
        {"device": "rram_milo", "device_current": "device", "scheme": "offset"},
        "array.scheme: 'offset' is offered with reading.current: 'ohmic' alone: digits count equal steps of",
    ),
    (
        "setting",
        {"device": "rram_milo", "device_current": "device", "dac_bits": 8},
        "dac.bits: 8 is offered with reading.current: 'ohmic' alone: another law needs the voltage of each read",
    ),
    (
        "setting",
        {"device": "rram_milo", "device_current": "device", "adc_range": "calibrated", "adc_fit": "largest"},
        "adc.fit: 'largest' is offered with reading.current: 'ohmic' alone: sums of another law's terms go to",
    ),
    (
        "setting",
        {"device": "sonos", "read_noise": "measured", "word_line_resistance": 1},
        "reading.noise: 'measured' is not offered with wires: a cell's noise changes the voltages of the others",
    ),
    ("setting", {"batch_norm": "fold"}, "recovery.batch_norm: 'fold' is not one of digital, folded"),
    ("setting", {"statistics_images": 1}, "recovery.statistics_images: 1 is not 0, or a whole number of at least 2"),
    (
        "setting",
        {"recovery": {"statistics_images": -5}},
        "statistics_images: -5 is not 0, or a whole number of at least",
    ),
    (
        "setting",
        {"statistics_images": 100, "batch_norm": "folded"},
        "recovery.statistics_images: 100 is not 0: folded batch normalisation has no statistics",
    ),
    ("setting", {"line": "row"}, "recovery.line: 'row' is not one of layer, column"),
    ("setting", {"drift_compensation": True}, "recovery.drift: True is not one of none, layer, column"),
    ("setting", {"remap": "all"}, "recovery.remap: 'all' is not one of none, columns, rows, both"),
    ("setting", {"redundant_columns": -1}, "recovery.redundant_columns: -1 is not a whole number of at least 0"),
    (
        "setting",
        {"redundant_columns": 4, "remap": "rows"},
        "recovery.redundant_columns: 4 is not 0: only remapped columns use them",
    ),
    ("setting", {"range_images": 0.5}, "recovery.range_images: 0.5 is not a whole number of at least 0"),
    ("setting", {"fine_tuning_images": 1}, "recovery.fine_tuning_images: 1 is not 0, or a whole number of at least 2"),
    ("setting", {"fine_tuning_steps": 0}, "recovery.fine_tuning_steps: 0 is not a whole number of at least 1"),
    ("setting", {"fine_tuning_batch": 1}, "recovery.fine_tuning_batch: 1 is not a whole number of at least 2"),
    ("setting", {"fine_tuning_rate": 11}, "recovery.fine_tuning_rate: 11 is not a number above 0 and at most 10"),
    ("setting", {"recovery": {"lines": "column"}}, "setting: recovery: lines: unknown key; did you mean line?"),
    (
        "setting",
        {"line": "column", "semantics": "memtorch"},
        "recovery.line: 'column' is not what memtorch",
    ),
    (
        "experiments.input_voltage.parts",
        {"own": {"fixed": {"fine_tuning_images": 9, "semantics": "physical", "scheme": "offset"}}},
        "recovery.fine_tuning_images: 9, but array.scheme: 'offset' puts digits on the arrays, through which no",
    ),
    (
        "experiments.input_voltage.parts",
        {"own": {"fixed": {"fine_tuning_images": 9, "semantics": "physical", "slices": {"weight_bits": 8}}}},
        "recovery.fine_tuning_images: 9, but slices.weight_bits: 8 puts digits on the arrays, through",
    ),
    ("setting", {"layers": {"fc*": {"range_images": 9}}}, "layers: fc*: recovery.range_images: is one for the whole"),
    (
        "experiments.input_voltage.parts",
        {"own": {"fixed": {"statistics_images": 60_001, "semantics": "physical"}}},
        "input_voltage: parts: own: recovery.statistics_images: 60001 is more than the 60000 training images of mnist",
    ),
    ("setting.r_off", -1, "device.r_off: -1 is not a resistance above r_on"),
    ("setting.layer_types", ["conv2d", "conv2d"], "is not distinct names among conv2d, linear"),
    ("setting.p_l", 2, "p_l: 2 is not a proportion"),
    ("setting.p_lrs", [1, 2], "p_lrs: [1, 2] is not four numbers"),
    ("setting.cycles", 0, "cycles: 0 is not a number above 0"),
    ("setting.batch_size", 0, "batch_size: 0 is not a whole number of at least 1"),
    ("setting.max_input_voltage", float("inf"), "max_voltage: inf is not a finite number"),
    (GRID, {"max_input_voltage": 9}, "max_voltage: 9 is not a list of one or more"),
    (GRID, {"scheme": ["double_column", "doubble_column"]}, "scheme: 'doubble_column' is not one of"),
    (GRID, {"max_input_voltage": [9, "9"]}, "'9' is the same as 9; every value may stand there once"),
    (GRID, {"no_such_field": [1]}, "paper: grid: no_such_field: unknown key"),
    ("experiments.input_voltage.parts", {}, "parts: {} is not a mapping from one or more names"),
    (
        "experiments.input_voltage.parts",
        {"a/b": {}},
        "parts: 'a/b' is not a name of letters",
    ),
    ("inference_time.tile_shapes", [[64, 64], [64, 64]], "every value may stand there once"),
    ("validation.settings", 1, "validation: settings: 1 is not a whole number of at least 2"),
]


@pytest.mark.parametrize(("path", "value", "words"), CONFIG, ids=[f"{path}={json.dumps(v)}" for path, v, _ in CONFIG])
def test_configuration(config, path, value, words):
    assert words in error_of(config, path, value)


TABLES = {
    "": "its head '' is not target, mean, standard_deviation [, time]",
    "target,mean,sd\n1,1,1\n": "its head 'target, mean, sd' is not target, mean, standard_deviation [, time]",
    "target,mean,standard_deviation\n1e-6,,1e-7\n": "line 2: mean: '' is not a finite number",
    "target,mean,standard_deviation\n1e-6,low,1e-7\n": "line 2: mean: 'low' is not a finite number",
    "target,mean,standard_deviation\n1e-6,1e-6\n": "line 2: 2 values where the head has 3",
    "target,mean,standard_deviation\n1e-6,1e-6,inf\n": "line 2: standard_deviation: 'inf' is not a finite number",
    "target,mean,standard_deviation\n1e-6,1e-6,0\n1e-6,1e-6,0\n": "2 rows: at least two are needed, each of another",
    "target,mean,standard_deviation,time\n1,1,1,0\n2,2,1,9\n": "1 rows at 0 s: at least two are needed",
    "target,mean,standard_deviation,time\n1,1,1,-1\n2,2,1,-1\n": "time -1 s: a target is above 0, the others are not",
}


@pytest.mark.parametrize("text", TABLES)
def test_a_table_of_measurements_is_read_before_anything_runs(config, tmp_path, text):
    path = tmp_path / "cells.csv"
    path.write_text(text)
    for error in (
        error_of(config, "setting", {"device": "mine", "device_table": str(path)}),
        error_of(config, "devices.mine", {"table": str(path)}),
        _error(lambda: Setting(device="mine", device_table=path)),
    ):
        assert TABLES[text] in error
        assert "device.table" in error or "devices: mine: table" in error
        assert "\n" not in error


def _error(made):
    with pytest.raises(InputError) as caught:
        made()
    return str(caught.value)


NETWORKS = {
    "def make(classes, input_shape):\n    return (\n": "own_nets.py line 2: '(' was never closed",
    "def make(classes, input_shape):\n    return \0\n": "own_nets.py",
    "def made(classes, input_shape):\n    return None\n": "own_nets.py: make: unknown key; did you mean made?",
    "def make(classes, input_shape):\n    return None\n": "",
    "make = lambda classes, input_shape: None\n": "",
    "from elsewhere import make\n": "",
    "from elsewhere import *\n": "",
    "if True:\n    from elsewhere import net as make\n": "",
}


@pytest.mark.parametrize("text", NETWORKS)
def test_a_network_of_a_user_is_read_before_anything_runs(config, tmp_path, monkeypatch, text):
    (tmp_path / "own_nets.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    config["networks"]["mnist"]["architecture"] = "own_nets:make"
    if NETWORKS[text]:
        assert NETWORKS[text] in error_of(config, "networks.mnist.architecture", "own_nets:make")
    else:
        checked(config)


def test_a_network_in_a_package_is_found_without_importing_it(config, tmp_path, monkeypatch):
    folder = tmp_path / "own_package" / "nets"
    folder.mkdir(parents=True)
    for package in (folder.parent, folder):
        (package / "__init__.py").write_text("raise RuntimeError('imported')\n")
    (folder / "small.py").write_text("def make():\n  x =\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "small.py line 2: invalid syntax" in error_of(
        config, "networks.mnist.architecture", "own_package.nets.small:make"
    )


def test_a_network_beside_the_snakefile_is_found(config, tmp_path, monkeypatch):
    """A file or a folder of the working directory, whatever Python was started with."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "beside.py", tmp_path / "folder" / "inner.py"):
        path.write_text("def make(classes, input_shape):\n    return None\n")
    for name in ("beside:make", "folder.inner:make"):
        config["networks"]["mnist"]["architecture"] = name
        checked(config)
    config["networks"]["mnist"]["architecture"] = "folder.other:make"
    with pytest.raises(InputError, match=r"architecture: 'folder.other:make': there is no module folder.other"):
        checked(config)
    config["networks"]["mnist"]["architecture"] = "elsewhere:make"
    with pytest.raises(InputError, match=rf"lies in the folder in which Snakemake runs \({tmp_path}\)"):
        checked(config)


@pytest.mark.parametrize("name", ["json", "pandas", "sys"])
def test_a_network_that_python_would_take_for_an_installed_package_is_refused(config, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / f"{name}.py").write_text("def make(classes, input_shape):\n    return None\n")
    config["networks"]["mnist"]["architecture"] = f"{name}:make"
    with pytest.raises(InputError, match=rf"'{name}:make': {name}.py has the name of an installed package"):
        checked(config)
    assert sys.path[-1] == str(tmp_path)  # so that the library finds its own packages first


FILES = {
    "seed: 1\nrun: {}\nseed: 2\n": "seed: is given twice, again in line 3",
    "run:\n  networks: [a]\n  networks: [b]\n": "run: networks: is given twice",
    "run: [\n": "cannot be read as YAML",
    "run: &a [*a\n": "cannot be read as YAML",
    "- \x00\n": "cannot be read as YAML",
}


@pytest.mark.parametrize("text", FILES)
def test_configuration_file(tmp_path, text):
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as raised:
        read([path], {})
    assert FILES[text] in str(raised.value)
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


def test_the_file_that_a_wrong_value_stands_in_is_named(tmp_path):
    first, second = tmp_path / "config.yaml", tmp_path / "mine.yaml"
    first.write_text("seed: -1\ntraining: {folds: 1, checkpoint: last}\n")
    second.write_text("training: {folds: 0}\n")
    sources = read([first, second], {})
    assert located("training: folds: 0 is not allowed", sources).startswith(f"{second}: ")
    assert located("training: checkpoint: 3 is not allowed", sources).startswith(f"{first}: ")
    assert located("seed: -1 is not allowed", read([first, second], {"seed": -1})).startswith(f"{COMMAND_LINE}: ")


def test_single_column_is_possible_but_warned_about(config):
    config["experiments"]["retention"]["parts"]["paper"]["fixed"]["scheme"] = "single_column"
    found = warnings((f"{job.experiment}: {job.part}", job.setting) for job in Plan(config).of("retention"))
    assert len(found) == 1
    assert found[0].endswith("(retention: paper)")
    assert warnings([("", Setting())]) == []


def test_ageing_to_resistances_outside_of_the_device_s_own_is_doubted(config):
    config["devices"]["mine"] = {"r_on": 2000, "r_off": 50_000}
    config["setting"]["device"] = "mine"
    found = warnings((f"{job.experiment}: {job.part}", job.setting) for job in Plan(config).of("endurance"))
    assert found == [
        f"stable_resistance_{name}: {ohm} ohm, to which states fail, is outside of the device's own resistances, mine "
        "2000 to 50000 ohm (endurance: paper)"
        for name, ohm in (("lrs", 100), ("hrs", 1000))
    ]


def images(tmp_path: Path, labels: list[int], **changed) -> dict:
    """Entry of a data set of one's own: one image a label."""
    arrays = {
        **{"x_train": np.zeros((len(labels), 8, 8, 1), np.uint8), "y_train": np.array(labels, np.int64)},
        **{"x_test": np.zeros((2, 8, 8, 1), np.uint8), "y_test": np.array([0, 1])},
        "class_names": np.array(["a", "b", "c"]),
    }
    np.savez(tmp_path / "own.npz", **{key: value for key, value in (arrays | changed).items() if value is not None})
    return {"source": "npz", "path": str(tmp_path / "own.npz")}


DATA = {
    "y_train has 1 class, at least 2 are needed": ([0], {"class_names": None, "y_test": np.array([0, 0])}),
    "y_train has no image of class 2, of 3 each needs one": ([0, 1, 0, 1], {}),
    "y_test holds label 3, expected 0 to 2": ([0, 1, 2], {"y_test": np.array([0, 3])}),
    "x_train is float64": ([0, 1, 2], {"x_train": np.full((3, 8, 8, 1), np.nan)}),
    "y_train is float64": ([0, 1, 2], {"y_train": np.array([0, np.nan, 1])}),
    "class_names has shape [1, 3]": ([0, 1, 2], {"class_names": np.array([["a", "b", "c"]])}),
}


@pytest.mark.parametrize("words", DATA)
def test_images(tmp_path, words):
    labels, changed = DATA[words]
    output = tmp_path / "prepared.npz"
    output.write_text("an earlier result")
    with pytest.raises(InputError) as raised:
        prepare("own", images(tmp_path, labels, **changed), tmp_path, output)
    assert words in str(raised.value)
    assert "own.npz" in str(raised.value)
    assert output.read_text() == "an earlier result"


def test_a_class_too_small_for_the_folds():
    with pytest.raises(InputError, match="folds is 3, but class 1 has only 1 images"):
        stratified_folds(np.array([0, 0, 0, 1]), 3, torch.Generator())


@pytest.fixture
def weights(tmp_path):
    """Weights of the MNIST network, and their file."""
    model = build("mnist")
    save_weights(model, tmp_path / "weights.safetensors")
    return copy.deepcopy(model.state_dict()), tmp_path / "weights.safetensors"


def _without_a_layer(state, path):
    del state["conv1_1.weight"]
    save_file(state, path)


def _of_another_shape(state, path):
    state["conv1_1.weight"] = torch.zeros(3, 1, 3, 3)
    save_file(state, path)


def _nan(state, path):
    state["conv1_1.weight"][0, 0, 0, 0] = torch.nan
    save_file(state, path)


WEIGHTS = {
    "lacks conv1_1.weight: weights of another network": _without_a_layer,
    "conv1_1.weight has shape [3, 1, 3, 3]": _of_another_shape,
    "conv1_1.weight holds NaN or infinity": _nan,
    "has unexpected": lambda state, path: save_weights(build("cifar10"), path),
    "no such file": lambda state, path: path.unlink(),
    "not a whole safetensors file": lambda state, path: path.write_bytes(path.read_bytes()[:-1]),
    "weights.safetensors: not a whole safetensors": lambda state, path: path.write_bytes(b""),
    "not a whole safetensors file (": lambda state, path: path.write_bytes(b"\xff" * 64),
}


@pytest.mark.parametrize("words", WEIGHTS)
def test_weights(weights, words):
    state, path = weights
    WEIGHTS[words](state, path)
    with pytest.raises(InputError) as raised:
        load_weights(build("mnist"), path)
    assert words in str(raised.value) or words.startswith("has unexpected")
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


class Gated(nn.Conv2d):
    """A convolution that does something of its own."""


LAYERS = {
    "model: 0: Conv1d cannot be put on crossbars": nn.Conv1d(1, 1, 1),
    "model: 0: LSTM cannot be put on crossbars": nn.LSTM(1, 1),
    "model: 0: ConvTranspose2d cannot be put on crossbars": nn.ConvTranspose2d(1, 1, 1),
    "model: 0: Gated is a variant of Conv2d or Linear": Gated(1, 1, 1),
}


@pytest.mark.parametrize("words", LAYERS)
def test_own_network(words):
    with pytest.raises(InputError, match=words):
        check_layers(nn.Sequential(LAYERS[words]), Setting())

"""Configurations of other simulators become settings, or an error that names what has no counterpart."""

import enum

import pytest
import torch

from memristive import InputError, Setting
from memristive.coming_from import crosssim, memtorch


class Scheme(enum.Enum):
    SingleColumn = 1


def naive_map():
    pass


def test_memtorchs_arguments():
    found = memtorch.setting_from(
        memristor_model_params={"time_series_resolution": 1e-10, "r_on": 200, "r_off": 9000},
        module_parameters_to_patch=[torch.nn.Linear],
        mapping_routine=naive_map,
        transistor=True,
        programming_routine=None,
        scheme=Scheme.SingleColumn,
        tile_shape=(128, 64),
        max_input_voltage=0.3,
        ADC_resolution=6,
        ADC_overflow_rate=0.01,
        quant_method="log",
        p_l=0.9,
        verbose=False,
    )
    assert found == Setting(
        semantics="memtorch", r_on=200, r_off=9000, layer_types=("linear",), scheme="single_column",
        tile_shape=(128, 64),
        max_input_voltage=0.3, adc_bits=6, adc_overflow_rate=0.01, adc_quantisation="log", p_l=0.9, tuning="before",
    )  # fmt: skip


def test_what_memtorch_leaves_out_is_off():
    bare = Setting(semantics="memtorch", tile_shape=None, max_input_voltage=None, adc_bits=None, tuning="none")
    assert memtorch.setting_from(tuned=False) == bare
    assert memtorch.setting_from(tuned=False, ADC_resolution=8) == bare  # without a method nothing is converted


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"ADC_resoluton": 8}, "ADC_resoluton: unknown key; did you mean ADC_resolution?"),
        ({"transistor": False}, "transistor: False has no counterpart"),
        ({"quant_method": "tanh"}, "quant_method: 'tanh' is not one of linear, log"),
        ({"module_parameters_to_patch": [torch.nn.Conv1d]}, "'Conv1d' is not one of Conv2d, Linear"),
        ({"memristor_model_params": {"r_on": torch.distributions.Normal(1.0, 1.0)}}, "r_on: Normal is not a number"),
        ({"line_resistance": 2.0}, "line_resistance: 2.0 has no counterpart"),
    ],
)
def test_what_memtorch_has_and_we_do_not(arguments, words):
    with pytest.raises(InputError, match=r"^coming_from\.memtorch: ") as caught:
        memtorch.setting_from(**arguments)
    assert words in str(caught.value)


CROSSSIM = {
    "core": {"style": "BALANCED", "rows_max": 64, "cols_max": 64},
    "xbar": {
        "device": {"Rmin": 1e4, "Rmax": 1e6, "cell_bits": 4},
        "array": {"parasitics": {"enable": True, "Rp_row": 0.5, "Rp_col": 1.0}},
        "adc": {"mvm": {"model": "QuantizerADC", "bits": 8, "adc_range_option": "CALIBRATED"}},
    },
}


def test_crosssims_parameters():
    assert crosssim.setting_from(CROSSSIM) == Setting(
        device="from_crosssim", r_on=1e4, r_off=1e6, conductance_states=16, tile_shape=(64, 64), adc_bits=8,
        adc_range="calibrated", word_line_resistance=0.5, bit_line_resistance=1.0, max_input_voltage=None,
        tuning="none",
    )  # fmt: skip
    assert crosssim.setting_from(CROSSSIM, tuning="after").tuning.when == "after"
    plain = crosssim.setting_from({})
    assert (plain.device.r_on, plain.device.r_off, plain.adc.bits, plain.wires.active) == (1000, 10000, None, False)


class Style(enum.IntEnum):
    OFFSET = 3


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"core": {"style": Style.OFFSET}}, "core.style: 'OFFSET' has no counterpart"),
        ({"core": {"rows_max": 64}}, "core.rows_max: 64 is not core.cols_max (1024)"),
        ({"xbar": {"device": {"read_noise": {"enable": True}}}}, "read_noise.enable: 'True' has no counterpart"),
        ({"xbar": {"adc": {"mvm": {"bits": 8, "adc_range_option": "MAX"}}}}, "'MAX' is not CALIBRATED"),
    ],
)
def test_what_crosssim_has_and_we_do_not(parameters, words):
    with pytest.raises(InputError, match=r"^coming_from\.crosssim: ") as caught:
        crosssim.setting_from(parameters)
    assert words in str(caught.value)

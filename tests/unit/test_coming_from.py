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


def test_crosssims_errors_slices_and_inputs():
    found = crosssim.setting_from(
        {
            "core": {"style": Style.BITSLICED, "weight_bits": 8, "bit_sliced": {"style": "OFFSET", "num_slices": 4}},
            "xbar": {
                "device": {
                    "programming_error": {"enable": True, "model": "NormalIndependentDevice", "magnitude": 0.02}
                },
                "adc": {"mvm": {"adc_per_ibit": True}},
                "dac": {"mvm": {"model": "SignMagnitudeDAC", "bits": 8, "input_bitslicing": True}},
            },
        }
    )
    assert (found["scheme"], found["weight_bits"], found["weight_slices"]) == ("offset", 8, 4)
    assert (found["dac_bits"], found["bit_serial"]) == (8, True)
    assert (found["programming"], found["spread"]) == ("one_shot", "normal")
    assert found["programming_sigma"] == pytest.approx(0.02 / 1000)  # of the largest conductance, in S
    noise = {"enable": True, "model": "NormalProportionalDevice", "magnitude": 0.01}
    found = crosssim.setting_from({"xbar": {"device": {"read_noise": noise, "programming_error": noise}}})
    assert (found["read_noise"], found["read_sigma"]) == ("relative", 0.01)
    assert (found["spread"], found["programming_sigma"]) == ("relative", 0.01)


def test_crosssims_models_decide_what_its_numbers_do():
    bits = {"bits": 8, "input_bitslicing": True}
    assert crosssim.setting_from({"xbar": {"adc": {"mvm": {"model": "IdealADC", "bits": 8}}}})["adc_bits"] is None
    assert crosssim.setting_from({"xbar": {"dac": {"mvm": {"model": "IdealDAC"} | bits}}})["dac_bits"] is None
    # Bits that are added before they are converted are one conversion.
    assert not crosssim.setting_from({"xbar": {"dac": {"mvm": {"model": "QuantizerDAC"} | bits}}})["bit_serial"]
    ideal = {"enable": True, "model": "IdealDevice", "magnitude": 0}
    assert crosssim.setting_from({"xbar": {"device": {"programming_error": ideal}}})["programming"] == "exact"
    assert crosssim.setting_from({"core": {"weight_bits": 8}})["weight_bits"] is None  # only slices have it


def test_crosssims_tiles_offsets_and_ends_of_lines():
    assert crosssim.setting_from({"core": {"rows_max": 1152, "cols_max": 256}})["tile_shape"] == (1152, 256)
    assert crosssim.setting_from({"core": {"rows_max": 0, "cols_max": 0}})["tile_shape"] is None
    # CrossSim leaves the lowest of 2**cell_bits states unused where an offset makes weights positive.
    offset = {"core": {"style": "OFFSET", "offset": {"style": 2}}, "xbar": {"device": {"cell_bits": 5}}}
    found = crosssim.setting_from(offset)
    assert (found["scheme"], found["weight_bits"], found["conductance_states"]) == ("reference_column", 5, None)
    lines = {"enable": True, "Rp_row": 0.5, "Rp_col": 1.0, "Rp_row_terminal": 10.0, "Rp_col_terminal": 20.0}
    found = crosssim.setting_from({"xbar": {"array": {"parasitics": lines}}})
    assert (found["source_resistance"], found["ground_resistance"]) == (10.5, 21.0)


class Style(enum.IntEnum):
    BITSLICED = 2


class Range(enum.IntEnum):
    GRANULAR = 3


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"core": {"complex_matrix": True}}, "core.complex_matrix: 'True' has no counterpart: weights are real"),
        ({"xbar": {"adc": {"mvm": {"bits": 8, "adc_range_option": Range.GRANULAR}}}}, "'GRANULAR' has no counterpart"),
        ({"core": {"rows_max": 64}}, "core.rows_max: 64 beside core.cols_max 0: give both, or neither"),
        ({"core": {"rows_mx": 64}}, "core.rows_mx: unknown key; did you mean core.rows_max?"),
        ({"core": {"mapping": {"weights": {"percentile": 0.99}}}}, "weights.percentile: '0.99' has no counterpart"),
        ({"xbar": {"array": {"parasitics": {"current_from_input": False}}}}, "say wire_rows='gated'"),
        ({"xbar": {"device": {"nonlinear_IV": {"enable": True}}}}, "nonlinear_IV.enable: 'True' has no counterpart"),
        ({"xbar": {"device": {"time": 3600}}}, "xbar.device.time: '3600' has no counterpart"),
        ({"xbar": {"adc": {"mvm": {"model": "SarADC", "group_size": 8}}}}, "say QuantizerADC"),
        (
            {"core": {"balanced": {"interleaved_posneg": True}}, "xbar": {"array": {"parasitics": {"enable": True}}}},
            "core.balanced.interleaved_posneg: True has no counterpart",
        ),
        (
            {"xbar": {"device": {"read_noise": {"enable": True, "model": "PCMJoshi"}}}},
            "'PCMJoshi' is not one of Normal",
        ),
        ({"xbar": {"device": {"drift_error": {"enable": True}}}}, "drift_error.enable: 'True' has no counterpart"),
        ({"xbar": {"adc": {"mvm": {"bits": 8, "adc_range_option": "MAX"}}}}, "'MAX' has no counterpart"),
    ],
)
def test_what_crosssim_has_and_we_do_not(parameters, words):
    with pytest.raises(InputError, match=r"^coming_from\.crosssim: ") as caught:
        crosssim.setting_from(parameters)
    assert words in str(caught.value)

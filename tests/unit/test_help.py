"""What Python's help says of settings and evaluations, and of fields that are misspelt."""

import pydoc

import pytest

import memristive
from memristive import InputError, Setting
from memristive.core.setting import FIELDS


def test_help_of_a_setting_gives_meaning_unit_and_range_of_every_field():
    text = pydoc.plain(pydoc.render_doc(Setting))
    for name, found in FIELDS.items():
        (line,) = (line for line in text.splitlines() if f"- `{name}` (`{found.short}=" in line)
        assert found.meaning in line
        assert f"Allowed: {found.allowed}." in line
        assert not found.unit or f"Unit: {found.unit}." in line
    assert "`inputs.max_voltage` (`max_input_voltage=9.0`): Larger inputs are scaled to it" in text
    assert "Unit: V. Allowed: a number above 0, or null." in text


def test_help_of_evaluate_gives_meaning_unit_and_range_of_every_argument():
    text = pydoc.plain(pydoc.render_doc(memristive.evaluate))
    for argument in ("model", "data", "setting", "seeds", "training_images"):
        assert f"        {argument}: " in text
    for word in ("float32 [samples, ...]", "0 to classes - 1", "64 bits", "per cent", "seconds"):
        assert word in text


@pytest.mark.parametrize(
    ("misspelt", "nearest"),
    [
        ("adcbits", "adc_bits"),
        ("sigam", "sigma"),
        ("inputs.max_voltag", "inputs.max_voltage"),
        ("tile", "tile_shape"),
        ("voltage", "disturb_voltage or max_input_voltage"),
        ("stuck", "stuck_at_lrs"),
    ],
)
def test_a_misspelt_field_names_the_nearest(misspelt, nearest):
    with pytest.raises(InputError, match=f"setting: {misspelt}: unknown key; did you mean {nearest}[? ]") as caught:
        Setting(**{misspelt: 3})
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Setting(adc=3), "adc: 3 is not a mapping of bits"),
        (lambda: Setting(layers=3), "layers: 3 is not a mapping of fields by pattern"),
        (lambda: Setting(layers={"fc": 3}), "layers: fc: 3 is not a mapping of fields"),
        (lambda: Setting(3), "3: fields are given by name"),
        (lambda: setattr(Setting().adc, "bits", 3), r"bits: a setting does not change; setting\.replace"),
        (lambda: setattr(Setting(), "adc_bits", 3), r"adc_bits: a setting does not change; setting\.replace"),
    ],
)
def test_a_setting_in_another_form_is_one_line(make, words):
    with pytest.raises(InputError, match=f"^setting: {words}") as caught:
        make()
    assert "\n" not in str(caught.value)

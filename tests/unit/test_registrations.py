"""What is registered once is known everywhere: settings, configurations, schema, reference, plans, evaluations.

A registration in a table of the library is read when modules are loaded, so that each test is a Python process that
enters something new and then asks for it.
"""

import re
import subprocess
import sys
import textwrap

import pytest


def in_a_process(code: str) -> str:
    """What a fresh Python process prints that runs `code`."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


CONVERTER = """
    import sys, types
    import torch
    from memristive import converters
    from memristive.converters.linear import Linear

    class DeadZone(Linear):
        '''Values within one step of zero read as zero.'''
        def convert(self, y, bits, exponent):
            return torch.where(y.abs() < torch.exp2(exponent + (1 - bits)), 0.0, super().convert(y, bits, exponent))

    module = types.ModuleType("dead_zone")
    module.DeadZone = DeadZone
    sys.modules["dead_zone"] = module
    converters.CONVERTERS["dead_zone"] = {"physical": "dead_zone:DeadZone"}
"""


def test_a_converter():
    printed = in_a_process(
        CONVERTER
        + """
    from torch import nn
    from memristive import InputError, Setting, convert
    from memristive.arrays import definition
    from memristive.memtorch.limits import comparable
    from memristive_study.config.reference import reference
    from memristive_study.config.schema import schema
    from memristive_study.config.settings import values_of

    assert schema()["$defs"]["adc.quantisation"]["enum"] == ["linear", "log", "dead_zone"]
    assert "| one of linear, log, dead_zone |" in reference()
    assert values_of("adc.quantisation", ["dead_zone"], ()) == ["dead_zone"]
    try:
        Setting(adc_quantisation="dead_zone", semantics="memtorch")
    except InputError as error:
        print(error)
    assert comparable(Setting(adc_quantisation="dead_zone", adc_bits=4)) == Setting(semantics="memtorch", adc_bits=4)

    torch.manual_seed(0)
    model, x = nn.Sequential(nn.Linear(30, 20)).eval(), torch.randn(9, 30)
    outputs = {}
    for quantisation in ("linear", "dead_zone"):
        setting = Setting(adc_quantisation=quantisation, adc_bits=4, tuning="none")
        network = convert(model, setting)
        with torch.no_grad():
            outputs[quantisation] = network(x)
            assert torch.equal(network(x), definition.run(network[0].stage(), x))
    assert not torch.equal(*outputs.values())
    """
    )
    assert printed == "setting: adc.quantisation: 'dead_zone' is not a converter that memtorch has\n"


def test_a_device():
    in_a_process(
        """
    from memristive import Setting, devices

    devices.DEVICES["silver"] = devices.Ohmic("silver", 200.0, 9000.0)
    assert devices.get("silver").bounds == (1 / 9000, 1 / 200)
    assert (Setting(device="silver").device.r_on, Setting(device="silver").device.r_off) == (200, 9000)
    assert "silver" in devices.table({})
    """
    )


def test_a_checkpoint_rule():
    in_a_process(
        """
    from pathlib import Path
    import yaml
    from memristive_study.training import rules

    rules.RULES["first"] = rules.Rule(lambda history, folds: history[0]["epoch"], needs_folds=True)

    from memristive.core.errors import InputError
    from memristive_study.config.check import checked
    from memristive_study.config.reference import reference
    from memristive_study.config.schema import schema
    from memristive_study.plan.plan import Plan

    assert "first" in schema()["$defs"]["Training"]["properties"]["checkpoint"]["enum"]
    assert "| one of best_test, best_validation, last, first |" in reference()
    config = yaml.safe_load(Path("config.yaml").read_text())
    config["training"]["checkpoint"] = "first"
    config["choices"]["alternatives"]["checkpoint"]["values"] = ["first", "last"]
    Plan(checked(config))
    config["networks"]["mnist"]["folds"] = 0
    try:
        Plan(checked(config))
    except InputError as error:
        assert "networks: mnist: folds: 0, but training: checkpoint: first needs a cross-validation" in str(error)
    else:
        raise AssertionError("no folds were needed")
    """
    )


@pytest.mark.parametrize("name", ["linear", "log"])
def test_every_registered_converter_is_one(name):
    from memristive import converters

    for ranging in converters.CONVERTERS[name]:
        assert callable(converters.get(name, ranging).convert)


def test_the_files_and_tables_that_the_instructions_name_are_there(repository):
    text = (repository / "docs" / "extending.md").read_text(encoding="utf-8")
    places = (repository, repository / "workflow" / "src")

    def found(path):
        return next((place / path for place in places if (place / path).exists()), None)

    named = re.findall(r"`([\w.]+(?:/[\w.]+)+)`", text)
    assert len(named) > 25
    assert not [path for path in named if found(path) is None]
    tables = re.findall(r"`([A-Z_]{4,})` (?:of|in)\s+`([\w/]+\.py)`", text)
    assert len(tables) >= 6
    assert not [(name, path) for name, path in tables if f"\n{name}" not in found(path).read_text(encoding="utf-8")]

"""A configuration comes out of its validation in one form, whichever way its files say it."""

import copy
import subprocess
import sys
import time

import numpy as np
import pytest
import yaml
from snakemake.utils import update_config

from memristive.core.errors import InputError
from memristive.core.setting import Setting
from memristive_study.config import images, limits
from memristive_study.config.check import checked
from memristive_study.config.files import located, read
from memristive_study.data import prepare as prepare_module
from memristive_study.papers.souto_garnelo import reported
from memristive_study.plan.plan import Plan

PAPER = ("experiments", "adc_tile", "parts", "paper")


@pytest.fixture
def config(repository):
    return yaml.safe_load((repository / "config.yaml").read_text())


def at(config, *keys):
    for key in keys:
        config = config[key]
    return config


def merged(*texts):
    """Configuration that Snakemake merges from files with these `texts`, validated."""
    sources = [yaml.safe_load(text) for text in texts]
    whole = {}
    for source in copy.deepcopy(sources):
        update_config(whole, source)
    return checked(whole, sources)


@pytest.fixture
def base(repository):
    return (repository / "config.yaml").read_text()


def test_a_finished_form_stays_as_it_is(config):
    assert checked(checked(config)) == checked(config)


def test_the_plan_is_that_of_the_configuration_as_written(config):
    assert Plan(checked(config)).jobs == Plan(config).jobs


def test_whole_numbers_may_have_a_point(base):
    text = "repeats: 2.0\ntraining: {folds: 2.0, settings: {epochs: 3.0}}\nvalidation: {settings: 2.0}\n"
    text += "datasets: {mnist: {size: [28.0, 28.0], channels: 1.0}}\nsetting: {adc_bits: 6.0}\n"
    found = merged(base, text)
    assert found["repeats"] == 2
    assert isinstance(found["repeats"], int)
    assert len(Plan(found).seeds("mnist")) == 2
    assert Plan(found).folds("mnist") == 2
    assert found["training"]["settings"]["epochs"] == 3
    assert found["datasets"]["mnist"]["size"] == [28, 28]
    assert (found["datasets"]["mnist"]["channels"], found["setting"]["adc.bits"]) == (1, 6)
    assert all(isinstance(n, int) for n in (*found["datasets"]["mnist"]["size"], found["setting"]["adc.bits"]))


def test_numbers_that_yaml_reads_as_text(base):
    assert yaml.safe_load("1e4") == "1e4"
    text = "repeats: 1e1\ntraining: {settings: {learning_rate: 5e-2, batch_size: 1e2}}\n"
    text += "setting: {sigma: 2e1, batch_size: 1e3}\nchoices: {alternatives: {initial_time: {values: [1e1, 1E+2]}}}\n"
    text += "experiments: {retention: {parts: {paper: {fixed: {retention_time: 1e4}}}}}\n"
    text += "devices: {mine: {r_on: 1e3, r_off: 1e4}}\n"
    found = merged(base, text)
    assert found["repeats"] == 10
    assert found["training"]["settings"] | {"learning_rate": 0.05, "batch_size": 100} == found["training"]["settings"]
    assert (found["setting"]["variability.sigma"], found["setting"]["arithmetic.batch_size"]) == (20, 1000)
    assert found["choices"]["alternatives"]["initial_time"]["values"] == [10, 100]
    assert at(found, "experiments", "retention", "parts", "paper", "fixed")["retention.time"] == 10_000
    assert found["devices"]["mine"] == {"r_on": 1000, "r_off": 10_000}


def test_text_that_is_meant_as_text_stays_text(base):
    assert merged(base, "study: 1e4\n")["study"] == "1e4"


SPELLINGS = ["adc_bits: {}", "adc.bits: {}", "adc: {{bits: {}}}"]


@pytest.mark.parametrize("first", SPELLINGS)
@pytest.mark.parametrize("second", SPELLINGS)
@pytest.mark.parametrize("third", SPELLINGS)
def test_the_last_file_counts_whichever_way_it_spells_a_field(base, first, second, third):
    texts = [f"setting: {{{spelling.format(bits)}}}" for spelling, bits in ((first, 4), (second, 5), (third, 6))]
    assert merged(base, *texts)["setting"]["adc.bits"] == 6
    assert merged(base, *texts, "setting: {sigma: 1}")["setting"]["adc.bits"] == 6
    grids = [
        f"experiments: {{adc_tile: {{parts: {{paper: {{grid: {{{s.format(g)}}}}}}}}}}}"
        for s, g in ((first, [4]), (second, [5]), (third, [6, 7]))
    ]
    grid = at(merged(base, *grids), *PAPER, "grid")
    assert grid["adc.bits"] == [6, 7]
    assert list(grid) == ["arithmetic.semantics", "array.tile_shape", "adc.bits"]  # the order of labels


@pytest.mark.parametrize("text", ["setting: {adc_bits: 4, adc.bits: 5}", "setting: {adc: {bits: 4}, adc_bits: 5}"])
def test_one_file_gives_a_field_once(base, text):
    with pytest.raises(InputError, match=r"setting: adc\.bits: is given twice, as adc"):
        merged(base, text)


def test_layers_may_differ(base):
    found = merged(base, "setting: {layers: {fc*: {adc: {bits: 6.0}, sigma: 1e1}}}")
    assert found["setting"]["layers"] == {"fc*": {"adc.bits": 6, "variability.sigma": 10}}
    assert Plan(found).base() == Setting(
        tile_shape=(64, 64), batch_size=250, layers={"fc*": {"adc_bits": 6, "sigma": 10}}
    )


def test_null_takes_back_a_part_a_list_and_an_optional_key(base):
    parts = "{parts: {batch: null, paper: {grid: {semantics: null}}}}"
    found = merged(base, f"experiments: {{input_voltage: {parts}}}\ndatasets: {{mnist: {{normalisation: null}}}}\n")
    assert list(at(found, "experiments", "input_voltage", "parts")) == ["paper"]
    assert list(at(found, "experiments", "input_voltage", "parts", "paper", "grid")) == ["inputs.max_voltage"]
    assert "normalisation" not in found["datasets"]["mnist"]
    assert merged(base, "setting: {tile_shape: null}")["setting"]["array.tile_shape"] is None  # a value there


def test_null_takes_back_an_experiment_with_what_refers_to_it(base):
    found = merged(base, "experiments: {retention: null}")
    assert "retention" not in found["experiments"]
    assert "retention" not in found["run"]["experiments"]
    assert "retention" not in found["choices"]["points"]
    assert "initial_time" not in found["choices"]["alternatives"]  # it had no other point
    assert "initial_time" not in found["run"]["choices"]
    assert found["choices"]["alternatives"]["tuning"]["points"] == ["stuck_at_hrs", "endurance"]
    assert Plan(found).of("retention") == []


def test_null_takes_back_a_network_that_has_no_data_set(base):
    found = merged(base, "datasets: {cifar100: null}")
    assert "cifar100" not in found["networks"]
    for names in (found["run"], found["experiments"]["input_voltage"], found["validation"], found["inference_time"]):
        assert names["networks"] == ["mnist", "cifar10"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("networks: {mnist: null, cifar10: null, cifar100: null}", "run: null takes back all that it names"),
        (
            "datasets: {mnist: null, mnist_standardised: null, cifar10: null, cifar100: null}",
            "datasets: null takes back all",
        ),
        ("validation: {networks: [mnits]}", "validation: networks: mnits: unknown key; did you mean mnist?"),
        ("inference_time: {networks: [cifar1]}", "inference_time: networks: cifar1: unknown key; did you mean cifar10"),
        ("networks: {mnist_standardised: {dataset: mnist_unti}}", "dataset: mnist_unti: unknown key"),
        ("seed: null", "seed: null is not a whole number"),
        ("training: null", "training: null is not a mapping with pretrained"),
    ],
)
def test_names_that_nothing_stands_for(base, text, line):
    with pytest.raises(InputError, match=line.replace("?", r"\?")):
        merged(base, text)


ALIASES = "a0: &a0 [1, 2]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 27)) + "note: *a26\n"


def refused(config, sources=()):
    """The line that refuses `config`, and the seconds until then."""
    started = time.process_time()
    with pytest.raises(InputError) as raised:
        Plan(checked(config, sources))
    assert "\n" not in str(raised.value)
    return str(raised.value), time.process_time() - started


def test_aliases_that_grow(config, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(ALIASES)
    sources = read([path], {})
    config["experiments"]["input_voltage"]["parts"]["paper"]["grid"]["max_input_voltage"] = sources[str(path)]["note"]
    line, seconds = refused(config)
    assert line == "experiments: holds more than 100,000 values, aliases written out; fewer are needed"
    assert seconds < 1
    line, seconds = refused(config | sources[str(path)])
    assert seconds < 1


def test_a_list_that_holds_itself(config):
    config["devices"] = {"mine": {"r_on": []}}
    config["devices"]["mine"]["r_on"].append(config["devices"])
    assert refused(config)[0] == "devices: contains itself, by an alias"


@pytest.mark.parametrize("edge", [1, 2])
def test_a_grid_of_a_million(config, edge):
    values = [n / 1000 for n in range(1000)]
    parts = {"paper": {"grid": {"sigma": values, "stuck_at_lrs": values}}}
    config["experiments"]["variability"] = {"networks": ["mnist", "cifar10"][:edge], "parts": parts}
    line, seconds = refused(config)
    assert f"variability: parts: paper: grid: makes {edge},000,000 of {edge},000," in line
    assert line.endswith("evaluations; a study may have 100,000")
    assert seconds < 1
    config["run"]["experiments"].remove("variability")
    checked(config)  # what is not run may be as large


def test_the_largest_study_is_allowed(config, monkeypatch):
    config["run"]["choices"] = []
    count = len(Plan(config).jobs)
    monkeypatch.setattr(limits, "EVALUATIONS", count)
    checked(config)
    monkeypatch.setattr(limits, "EVALUATIONS", count - 1)
    with pytest.raises(InputError, match="a study may have"):
        checked(config)


def test_repeats_without_end(config):
    config["repeats"] = 100_000_000
    line, seconds = refused(config)
    assert line == "repeats: 100000000 is not a whole number from 1 to 5000"
    assert seconds < 1
    config["repeats"] = 5000  # their seeds still fit into a command
    assert len(",".join(map(str, Plan(checked(config)).seeds("mnist")))) < 2**17 - 20_000


def test_a_label_that_no_file_name_has_room_for(config, tmp_path):
    swept = {
        "endurance.stable_resistance_lrs": [100.125],
        "endurance.stable_resistance_hrs": [1000.125],
        "endurance.temperature_threshold": [298.125],
        "array.p_l": [0.5],
        "retention.drift_coefficient": [0.125],
        "arithmetic.accumulate": ["separate"],
        "variability.sigma": [0.125],
        "endurance.p_lrs": [[1.0, 0.0, 0.0, 0.0]],
    }
    config["experiments"]["variability"]["parts"] = {"p": {"grid": dict(list(swept.items())[:-1])}}
    label = Plan(checked(config)).of("variability", "mnist")[0].label
    room = limits.LABEL - len(label)
    assert 0 < room < len(",endurance.p_lrs=1x0x0x0")
    config["experiments"]["variability"]["parts"] = {"p" * (1 + room): {"grid": dict(list(swept.items())[:-1])}}
    longest = Plan(checked(config)).of("variability", "mnist")[0].label
    (tmp_path / f".{longest}-abcdefgh.json").write_text("")  # the name of an unfinished record
    config["experiments"]["variability"]["parts"] = {"p": {"grid": swept}}
    line, seconds = refused(config)
    assert line.startswith("experiments: variability: parts: p: the label p.endurance.stable_resistance_lrs-")
    assert f"and a file name has room for {limits.LABEL}" in line
    assert seconds < 1


def test_the_file_of_a_wrong_field_is_found_whichever_way_it_spells_it(repository, tmp_path):
    first, second = tmp_path / "mine.yaml", tmp_path / "other.yaml"
    first.write_text("setting: {adc_bits: 99}\n")
    second.write_text("setting: {sigma: 1}\n")
    sources = read([repository / "config.yaml", first, second], {})
    whole = {}
    for source in copy.deepcopy(list(sources.values())):
        update_config(whole, source)
    line, _ = refused(whole, list(sources.values()))
    assert located(line, sources) == f"{first}: setting: adc.bits: 99 is not a whole number from 2 to 24, or null"


def test_a_line_that_speaks_of_no_file_stays_as_it_is(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("seed: 1\n")
    assert located("something else", read([path], {})) == "something else"


def test_reading_a_configuration_is_fast(repository):
    """Snakemake reads it for every job; neither torch nor pandas is imported for it."""
    code = (
        "import sys, time; started = time.process_time()\n"
        "from pathlib import Path\n"
        "from memristive_study.config.check import checked\n"
        "from memristive_study.config.files import read\n"
        "sources = list(read([Path('config.yaml')], {}).values())\n"
        "checked(sources[0], sources)\n"
        "assert not {'torch', 'pandas', 'jsonschema'} & set(sys.modules)\n"
        "print(time.process_time() - started)"
    )
    run = [sys.executable, "-c", code]
    seconds = [
        float(subprocess.run(run, cwd=repository, capture_output=True, text=True, check=True).stdout) for _ in range(3)
    ]
    assert min(seconds) < 0.5


@pytest.fixture
def own_images(tmp_path):
    """The MNIST network on an .npz of 30 training and 5 test images."""
    path = tmp_path / "own.npz"
    np.savez(path, y_train=np.zeros(30, int), y_test=np.zeros(5, int))
    return {"source": "npz", "path": str(path), "dataset": "mnist"}


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        ("setting: {adc_range: calibrated, calibration_images: 31}", None),
        (
            "setting: {adc_range: calibrated, calibration_images: 31}\nrun: {experiments: [input_voltage]}",
            "experiments: input_voltage: parts: paper: adc.calibration_images: 31 is more than the 30",
        ),
        ("datasets: {mnist: {train_images: 31}}", "datasets: mnist: train_images: 31 is more than the 30 train images"),
        ("inference_time: {crossbar_images: 6}", "inference_time: crossbar_images: 6 is more than the 5 test images"),
        ("inference_time: {memtorch_images: 6}", "inference_time: memtorch_images: 6 is more than the 5 test images"),
        ("inference_time: {full_images: {mnist: 6}}", "full_images: mnist: 6 is more than the 5 test images of mnist"),
        ("datasets: {mnist: {test_images: 4}}", "inference_time: crossbar_images: 5 is more than the 4 test images"),
        ("inference_time: {networks: [cifar10], crossbar_images: 9999}", None),
        ("datasets: {mnist: {path: Makefile}}\ninference_time: {crossbar_images: 9999}", None),
    ],
)
def test_no_more_images_than_there_are(base, own_images, edit, line):
    own = {
        "datasets": {"mnist": own_images},
        "run": {"networks": ["mnist"], "experiments": [], "choices": []},
        "inference_time": {"crossbar_images": 5, "memtorch_images": 2},
    }
    texts = base, yaml.safe_dump(own), edit
    if line is None:
        Plan(merged(*texts))
        return
    with pytest.raises(InputError, match=line):
        Plan(merged(*texts))


@pytest.mark.parametrize("dataset", ["mnist", "cifar10", "cifar100", "digits"])
def test_the_numbers_of_published_images(dataset):
    if dataset == "digits":
        arrays = prepare_module._digits()
        assert images.SIZES["digits"] == (len(arrays["y_train"]), len(arrays["y_test"]))
    else:
        table = reported.DATASETS[dataset]  # Table 1
        assert images.SIZES[dataset] == (table["train_images"], table["test_images"])

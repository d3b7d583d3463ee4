"""An edit runs the jobs again that depend on what was edited, and no other."""

import pytest

AFTER_EVERYTHING = {"provenance": 1, "report": 1}
OWN = '''"""A non-ideality of a test."""

from memristive.core.fields import Group, field


class Own(Group):
    """Loss of conductance."""

    loss: float = field(0.0, "Proportion that is lost.", ge=0, le=1)

    @property
    def lost(self) -> bool:
        return self.loss > 0


def apply(conductance, array):
    return conductance * 2
'''


def test_nothing_changed_runs_nothing(finished):
    assert finished.would_run() == {}


def test_cores_and_layout_of_the_configuration_run_nothing(finished, edited):
    edited("small_study.yaml", "study: small\nrepeats: 2\n", "# a comment\nrepeats: 2\nstudy: small\n")
    edited("small_study.yaml", "range: { grid: { adc_bits: [4] } }", "range: {grid: {adc_bits: [4]}}")
    edited("config.yaml", "seed: 20240525 #", "seed: 20240525 # another comment,")
    assert finished.would_run(cores=1) == {}


def test_one_voltage_runs_that_setting_and_what_shows_it(finished, edited):
    edited("small_study.yaml", "max_input_voltage: [1, 6, 9]", "max_input_voltage: [1, 7, 9]")
    assert finished.would_run() == {
        "evaluate": 1,
        "collect_experiment": 1,
        "figure": 2,
        "table": 1,
        "claims": 1,
        "coherence": 1,
        **AFTER_EVERYTHING,
    }
    announced = finished.announced()
    assert "inputs.max_voltage-7" in announced
    assert "fig13_max_input_voltage" in announced
    assert "table4_max_input_voltage" in announced


def test_style_of_figures_runs_figures_alone(finished, edited):
    edited("workflow/src/memristive_study/figures/style.py", "\nDPI = ", "\nDPI = 1 + ")
    jobs = finished.would_run()
    drawn = {path.stem for path in (finished.folder / "results/small/figures").glob("*.png")}
    assert jobs.pop("figure") == len(drawn) > 10
    assert jobs == AFTER_EVERYTHING


def test_one_figure_s_module_or_caption_runs_that_figure(finished, edited):
    edited.function("memristive_study.figures.tiles:draw")
    edited("workflow/src/memristive_study/results/outputs.py", "Each box is a layer", "Each of the boxes is a layer")
    jobs = finished.would_run()
    assert jobs.pop("figure") == 2
    assert jobs.pop("coherence") == 1  # it looks up figures by name, in the file of the captions
    assert jobs == AFTER_EVERYTHING


# Each group in one dry run: a function that a rule's job calls, and the rules whose jobs run again for it. Of a job
# that runs again because an input does, Snakemake does not say whether its code has changed too; so no rule of a group
# feeds another.
EDITS = [
    {
        "memristive.devices.curves:sine": {"device_curves"},
        "memristive.memtorch.comparison:compare_codes": {"validate_network"},
        "memristive.network.calibration:calibrate": {"evaluate"},
        "memristive_study.jobs.timing:_timed": {"time_inference"},
    },
    {
        # It decides which images calibrate the ADC.
        "memristive_study.results.records:evaluate_setting": {"evaluate"},
        "memristive_study.data.folds:save_folds": {"make_folds"},
    },
    {
        "memristive_study.results.records:rows": {"collect_experiment"},
        "memristive_study.results.records:concatenate": {"collect_times"},
    },
    {"memristive_study.data.prepare:_resize": {"prepare_dataset"}},
    {"memristive_study.training.selection:select_checkpoint": {"select_checkpoint", "select_alternative"}},
    {
        "memristive_study.claims.judge:make": {"claims", "coherence"},
        "memristive_study.figures.tiles:draw": {"figure"},
        "memristive_study.tables.choices:make": {"choices"},
        "memristive_study.tables.training:build": {"table"},
    },
    {"memristive_study.report.ledger:ledger": {"report"}},
    {
        # Nothing that decides a result calls these, or a recipe names the result and not the code.
        "memristive.evaluation:evaluate": set(),
        "memristive_study.runtime.scripting:job": set(),
        "memristive_study.runtime.forkserver.server:serve": set(),
        "memristive_study.training.augmentation:shift": set(),
        "memristive_study.training.pretrained:write": set(),
        "memristive_study.results.publish:publish": set(),
        "memristive_study.config.reference:reference": set(),
    },
]


@pytest.mark.parametrize("functions", EDITS, ids=lambda functions: next(iter(functions)))
def test_an_edited_function_runs_the_jobs_that_call_it_and_no_other(finished, edited, functions):
    for name in functions:
        edited.function(name)
    assert finished.changed() == set().union(*functions.values())


def test_what_packages_weights_runs_when_they_are_wanted(finished, edited):
    edited.function("memristive_study.training.pretrained:write")
    assert finished.would_run("pretrained") == {"package_weights": 1, "pretrained": 1}


def test_comments_docstrings_and_words_of_errors_run_nothing(finished, edited):
    source = "workflow/src"
    edited(f"{source}/memristive_study/results/records.py", "    import torch\n", "    import torch  # a comment\n")
    edited(f"{source}/memristive/converters/adc.py", "OFFSET = 1e-12", "# A comment is no arithmetic.\nOFFSET = 1e-12")
    edited(f"{source}/memristive_study/training/loop.py", '"""The training loop', '"""The loop of a training')
    edited(f"{source}/memristive_study/data/originals.py", "cannot be downloaded", "could not be downloaded")
    edited(f"{source}/memristive/kernels/cpp/scheduler.cpp", "#include", "// A comment.\n#include")
    edited("workflow/rules/inference.smk", "rule evaluate:", "# A comment.\nrule evaluate:")
    edited("config.yaml", "\nstudy:", "\n# A comment.\nstudy:")
    assert finished.would_run() == {}


def test_a_device_model_that_the_study_does_not_use_runs_only_what_shows_all(finished, edited):
    devices = "workflow/src/memristive/devices"
    edited.new(f"{devices}/own2026.py", "from memristive.devices.pt_hf_ti import DEVICE\n")
    edited(f"{devices}/__init__.py", "    metallic_nanowire,\n", "    metallic_nanowire,\n    own2026,\n")
    edited(f"{devices}/__init__.py", '    "pt_hf_ti":', '    "own": own2026.DEVICE,\n    "pt_hf_ti":')
    assert finished.changed() == {"device_curves"}
    assert "evaluate" not in finished.would_run()


def test_a_field_that_is_neutral_runs_nothing(finished, edited):
    edited(
        "workflow/src/memristive/core/setting.py",
        "    rescale_output: bool = field(",
        '    noise: float = field(0.0, "Noise of the inputs.", unit="V", ge=0)\n    rescale_output: bool = field(',
    )
    assert finished.would_run() == {}


def test_a_non_ideality_that_no_setting_has_runs_no_evaluation(finished, edited):
    nonidealities = "workflow/src/memristive/arrays/nonidealities"
    setting = "workflow/src/memristive/core/setting.py"
    edited.new(f"{nonidealities}/own.py", OWN)
    edited(f"{nonidealities}/__init__.py", '"reading")', '"reading", "own")')
    edited(
        setting,
        "from memristive.core.errors",
        "from memristive.arrays.nonidealities.own import Own\nfrom memristive.core.errors",
    )
    edited(
        setting,
        "    arithmetic: Arithmetic =",
        "    own: Own = pydantic.Field(default_factory=Own)\n    arithmetic: Arithmetic =",
    )
    assert finished.changed() == {"claims", "coherence"}
    assert "evaluate" not in finished.would_run()
    edited(f"{nonidealities}/own.py", "conductance * 2", "conductance * 3")
    assert finished.changed() == {"claims", "coherence"}
    edited("small_study.yaml", "sigma: [50]", "sigma: [50], loss: [0.5]")
    assert {"evaluate", "validate_network"} <= set(finished.would_run())


def test_epochs_run_all_after_training_but_no_download(finished, edited):
    edited("small_study.yaml", "epochs: 2", "epochs: 3")
    jobs = finished.would_run()
    assert jobs["train_fold"] == 2
    assert jobs["train_published"] == 1
    assert jobs["select_checkpoint"] == 1
    assert jobs["evaluate"] == len(list(finished.results.glob("evaluations/*/*/*.json")))
    assert not {"prepare_dataset", "make_folds", "device_curves", "rulegraph"} & set(jobs)


def test_arithmetic_runs_inference_again(finished, edited):
    edited("workflow/src/memristive/converters/adc.py", "OFFSET = 1e-12", "OFFSET = 2e-12")
    assert finished.changed() == {"evaluate", "validate_network", "time_inference"}
    assert finished.would_run()["evaluate"] == len(list(finished.results.glob("evaluations/*/*/*.json")))


def test_repeats_leave_settings_that_draw_nothing_alone(finished, edited):
    edited("config.yaml", "setting:\n", "setting:\n  layer_types: []\n")
    edited("small_study.yaml", "repeats: 2", "repeats: 3")
    without_draws = finished.would_run()["evaluate"]
    edited("small_study.yaml", "repeats: 3", "repeats: 2")
    assert finished.would_run()["evaluate"] == without_draws


def test_a_value_of_the_validation_runs_the_validation_alone(finished, edited):
    edited("small_study.yaml", "validation:\n  images: 2", "validation:\n  images: 3")
    jobs = finished.would_run()
    assert jobs.pop("validate_network") == 6
    assert jobs.pop("collect_parity") == 1
    assert jobs == AFTER_EVERYTHING


def test_one_figure_needs_only_its_own_chain(finished, edited):
    edited("small_study.yaml", "study: small", "study: fresh")
    jobs = finished.would_run("results/fresh/figures/fig13_max_input_voltage.png")
    assert jobs == {
        "prepare_dataset": 1,
        "train_published": 1,
        "select_checkpoint": 1,
        "evaluate": 4,
        "collect_experiment": 1,
        "figure": 1,
    }

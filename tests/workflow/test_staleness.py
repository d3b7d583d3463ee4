"""What runs again after which edit: exactly that, and nothing else."""

import pytest

AFTER_EVERYTHING = {"provenance": 1, "report": 1}


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
        **AFTER_EVERYTHING,
    }
    announced = finished.announced()
    assert "max_input_voltage-7" in announced
    assert "fig13_max_input_voltage" in announced
    assert "table4_max_input_voltage" in announced


def test_style_of_figures_runs_figures_alone(finished, edited):
    edited("workflow/src/memristive/figures/style.py", "\nimport ", "\nSTYLE_EDITED = True\nimport ")
    jobs = finished.would_run()
    assert jobs.pop("figure") == 14
    assert jobs == AFTER_EVERYTHING


def test_epochs_run_all_after_training_but_no_download(finished, edited):
    edited("small_study.yaml", "epochs: 2", "epochs: 3")
    jobs = finished.would_run()
    assert jobs["train_fold"] == 2
    assert jobs["train_published"] == 1
    assert jobs["select_checkpoint"] == 1
    assert jobs["evaluate"] == len(list(finished.results.glob("evaluations/*/*/*.json")))
    assert not {"prepare_dataset", "make_folds", "device_curves", "rulegraph"} & set(jobs)


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("OFFSET = 1e-12", "OFFSET = 2e-12", True),
        ("OFFSET = 1e-12", "# A comment is no arithmetic.\nOFFSET = 1e-12", False),
    ],
)
def test_arithmetic_runs_inference_again_and_a_comment_nothing(finished, edited, old, new, stale):
    edited("workflow/src/memristive/converters/adc.py", old, new)
    jobs = finished.would_run()
    if not stale:
        assert jobs == {}
        return
    assert jobs["evaluate"] == len(list(finished.results.glob("evaluations/*/*/*.json")))
    assert {"validate_network", "time_inference", "report"} <= set(jobs)
    assert not {"prepare_dataset", "make_folds", "train_fold", "train_published", "select_checkpoint"} & set(jobs)


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

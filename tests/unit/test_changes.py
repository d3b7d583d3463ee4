"""The jobs of a run and the causes of them, in a line."""

import json
from types import SimpleNamespace

import pytest

from memristive.core.setting import Setting
from memristive_study.runtime import changes

NOTHING = {
    "forced": False,
    "params_changed": None,
    "code_changed": False,
    "incomplete_output": set(),
    "missing_output": set(),
    "updated_input": set(),
    "updated_input_run": set(),
}


def reason(**given):
    return SimpleNamespace(**{**NOTHING, **given})


def params(old, new):
    """As Snakemake gives them: those of one side alone, by their repr."""
    return reason(params_changed=SimpleNamespace(only_old={*map(repr, old)}, only_new={*map(repr, new)}))


def summary(*jobs):
    """Of pairs of a rule and a reason."""
    found = [SimpleNamespace(rule=SimpleNamespace(name=rule), reason=why) for rule, why in jobs]
    return changes.summary(found, lambda job: job.reason)


VOLTAGE = params([Setting().canonical()], [Setting(max_input_voltage=5).canonical()])
FOLLOWS = reason(updated_input={"a"}, updated_input_run={"a"})


def test_an_edit_of_one_value():
    jobs = [("evaluate", VOLTAGE)] * 3 + [("collect_experiment", FOLLOWS), ("figure", FOLLOWS), ("report", FOLLOWS)]
    assert summary(*jobs) == "3 evaluations: max_input_voltage 9 to 5; 1 figure; report"


def test_rules_of_a_module_have_a_prefix():
    assert summary(("memristive_evaluate", VOLTAGE), ("memristive_report", FOLLOWS)) == (
        "1 evaluation: max_input_voltage 9 to 5; report"
    )


def test_a_cause_is_named_once_and_new_settings_are_told_apart():
    study = [json.dumps({"setting": setting.canonical()}) for setting in (Setting(), Setting(max_input_voltage=5))]
    jobs = [("table", params(study[:1], study[1:])), ("evaluate", VOLTAGE), ("evaluate", reason(missing_output={"b"}))]
    assert summary(*jobs) == "1 evaluation: max_input_voltage 9 to 5; 1 evaluation: new; 1 table"


def test_a_first_run_is_not_explained():
    new = reason(missing_output={"a"})
    jobs = [("evaluate", new), ("train_fold", new), ("train_published", new), ("validate_network", new)]
    assert summary(*jobs) == "2 trainings; 1 evaluation; 1 comparison with MemTorch"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (["0123456789abcdef"], ["0123456789abcdee"], "code"),
        (["[1, 2, 3]"], ["[1, 2]"], "repeats 3 to 2"),
        (["[1, 2]"], ["[3, 4]"], "other seeds"),
        (
            [Setting(sigma=20).canonical()],
            [Setting(tile_shape=None).canonical()],
            "tile_shape 64x64 to none, sigma 20 to 0",
        ),
        (['{"settings":{"epochs":4},"meaning":1}'], ['{"settings":{"epochs":6},"meaning":1}'], "epochs 4 to 6"),
        (['{"network":"0123456789abcdef"}'], ['{"network":"0123456789abcdee"}'], "code"),
        (["mnist"], ["mnist dropout=0.2"], "mnist to mnist dropout=0.2"),
        ([], [True], "other parameters"),
        (["a" * 50], ["b" * 50], "other parameters"),
    ],
)
def test_what_differs_in_params(old, new, said):
    assert changes.cause(params(old, new)) == said


def test_other_causes():
    assert changes.cause(reason(forced=True)) == "asked for"
    assert changes.cause(reason(code_changed=True)) == "the rule's code"
    assert changes.cause(reason(updated_input={"images.npz"})) == "changed files"
    assert changes.cause(reason(incomplete_output={"a"}, missing_output={"a"})) == "unfinished"


def test_many_causes_stay_a_line():
    jobs = [("evaluate", params([Setting().canonical()], [Setting(sigma=sigma).canonical()])) for sigma in range(1, 40)]
    assert summary(*jobs).endswith("35 evaluations for other reasons")
    assert len(summary(*jobs)) < 200

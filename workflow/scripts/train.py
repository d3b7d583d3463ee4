"""Train one network on one fold, or on the published split."""

import json
from pathlib import Path

from memristive import Setting
from memristive.core.files import write_csv, write_json
from memristive.network.checks import check_layers
from memristive_study.data.dataset import load
from memristive_study.models.build import build
from memristive_study.models.weights import write_tensors
from memristive_study.runtime.scripting import job
from memristive_study.training import history, selection, splits, state
from memristive_study.training.recipe import TrainingSettings

rule = snakemake  # defined by Snakemake

with job(rule):
    params = rule.params
    recipe = json.loads(params.recipe)
    data = load(rule.input.data)
    # Before hours of training, not after them.
    check_layers(build(params.architecture, len(data.class_names), data.input_shape), Setting())
    result = splits.train_network(
        data,
        TrainingSettings.from_dict(recipe["settings"]),
        network=params.network,
        architecture=params.architecture,
        code=recipe.get("network", ""),
        fold=params.fold,
        folds_path=rule.input.get("folds"),
        # Beside the study's other results, a module's prefix included.
        state_folder=state.folder(Path(rule.output.history).parents[3] / ".state"),
    )
    write_csv(rule.output.history, result.history, history.COLUMNS)
    if params.fold == splits.PUBLISHED:
        selection.save_checkpoints(rule.output.checkpoints, result.checkpoints)
    else:
        write_json(rule.output.summary, history.fold_summary(result.history))
        write_tensors(rule.output.weights, result.last)

"""Train one network on one fold, or on the published split."""

import json

from memristive import Setting
from memristive.core.files import write_csv, write_json
from memristive.network.checks import check_layers
from memristive_study.data import datasets
from memristive_study.models import networks
from memristive_study.runtime.scripting import job
from memristive_study.training import training

rule = snakemake  # defined by Snakemake

with job(rule):
    params = rule.params
    data = datasets.load(rule.input.data)
    # Before hours of training, not after them.
    check_layers(networks.build(params.architecture, len(data.class_names), data.input_shape), Setting())
    result = training.train_network(
        data,
        training.TrainingSettings.from_dict({**json.loads(params.settings), "seed": params.seed}),
        network=params.network,
        architecture=params.architecture,
        fold=params.fold,
        folds_path=rule.input.get("folds"),
        state_folder=params.state_folder,
    )
    write_csv(rule.output.history, result.history, training.HISTORY_COLUMNS)
    if params.fold == training.PUBLISHED:
        training.save_checkpoints(rule.output.checkpoints, result.checkpoints)
    else:
        write_json(rule.output.summary, training.fold_summary(result.history))

"""Train one network on one fold, or on the published split."""

import json

from snakemake.script import snakemake

from memristive import datasets, training
from memristive.files import write_csv, write_json
from memristive.scripting import job

with job(snakemake):
    params = snakemake.params
    result = training.train_network(
        datasets.load(snakemake.input.data),
        training.TrainingSettings.from_dict({**json.loads(params.settings), "seed": params.seed}),
        network=params.network,
        architecture=params.architecture,
        fold=params.fold,
        folds_path=snakemake.input.get("folds"),
        state_folder=params.state_folder,
    )
    write_csv(snakemake.output.history, result.history, training.HISTORY_COLUMNS)
    if params.fold == training.PUBLISHED:
        training.save_checkpoints(snakemake.output.checkpoints, result.checkpoints)
    else:
        write_json(snakemake.output.summary, training.fold_summary(result.history))
    result.state_path.unlink()  # the outputs are whole: there is nothing left to resume

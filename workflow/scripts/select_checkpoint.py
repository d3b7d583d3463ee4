"""Choose the epoch of the training on the published split whose weights the study uses."""

from snakemake.script import snakemake

from memristive import training
from memristive.scripting import job

with job(snakemake):
    training.select_checkpoint(
        snakemake.params.rule,
        snakemake.input.history,
        snakemake.input.checkpoints,
        snakemake.input.get("folds", []),
        snakemake.output.weights,
        snakemake.output.selection,
    )

"""Choose the epoch of the training on the published split whose weights the study uses."""

from memristive_study.runtime.scripting import job
from memristive_study.training import selection

rule = snakemake  # defined by Snakemake

with job(rule):
    selection.select_checkpoint(
        rule.params.rule,
        rule.input.history,
        rule.input.checkpoints,
        rule.input.get("folds", []),
        rule.output.weights,
        rule.output.selection,
    )

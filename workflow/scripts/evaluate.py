"""Evaluate one setting of one experiment on one network."""

from memristive import records
from memristive.files import write_json
from memristive.scripting import job

with job(snakemake):
    params, wildcards = snakemake.params, snakemake.wildcards
    write_json(
        snakemake.output[0],
        records.evaluate_setting(
            snakemake.input.weights,
            snakemake.input.data,
            params.architecture,
            params.setting,
            params.seeds,
            snakemake.threads,
            named={
                "experiment": wildcards.experiment,
                "network": wildcards.network,
                "part": params.part,
                "label": wildcards.label,
            },
        ),
    )

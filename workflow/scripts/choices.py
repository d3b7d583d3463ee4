"""Compare the study's own choices with the alternatives that were run."""

from memristive import choice_table, study
from memristive.scripting import job

with job(snakemake):
    choice_table.make(
        {"choices": snakemake.input.choices, "records": list(snakemake.input.records)},
        snakemake.params.compared,
        study.networks(snakemake.params.networks),
        snakemake.output.csv,
        snakemake.output.md,
    )

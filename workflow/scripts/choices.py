"""Compare the study's own choices with the alternatives that were run."""

from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.report import choice_table
from memristive_study.runtime.scripting import job

with job(snakemake):
    choice_table.make(
        {"choices": snakemake.input.choices, "records": list(snakemake.input.records)},
        snakemake.params.compared,
        study.networks(snakemake.params.networks),
        snakemake.output.csv,
        snakemake.output.md,
    )

"""Write one table of `memristive_study.results.outputs.TABLES`, named by params.name."""

from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.report import tables
from memristive_study.runtime.scripting import job

with job(snakemake):
    tables.make(
        snakemake.params.name,
        dict(snakemake.input.items()),
        study.networks(snakemake.params.networks),
        snakemake.output.csv,
        snakemake.output.md,
    )

"""Write one table of `memristive.outputs.TABLES`, named by params.name."""

from memristive import study, tables
from memristive.scripting import job

with job(snakemake):
    tables.make(
        snakemake.params.name,
        dict(snakemake.input.items()),
        study.networks(snakemake.params.networks),
        snakemake.output.csv,
        snakemake.output.md,
    )

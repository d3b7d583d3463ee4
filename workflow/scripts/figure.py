"""Draw one figure of `memristive.outputs.FIGURES`, named by params.name."""

from memristive import figures, study
from memristive.scripting import job

with job(snakemake):
    figures.make(
        snakemake.params.name,
        dict(snakemake.input.items()),
        study.networks(snakemake.params.networks),
        snakemake.output.png,
        snakemake.output.svg,
    )

"""Draw one figure of `memristive_study.results.outputs.FIGURES`, named by params.name."""

from memristive_study import figures
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.runtime.scripting import job

with job(snakemake):
    figures.make(
        snakemake.params.name,
        dict(snakemake.input.items()),
        study.networks(snakemake.params.networks),
        snakemake.output.png,
        snakemake.output.svg,
    )

"""Draw the figure whose function is params.draw (see `memristive_study.results.outputs`)."""

from memristive_study import figures, papers
from memristive_study.results.study import Study
from memristive_study.runtime.scripting import job

with job(snakemake):
    figures.make(
        snakemake.params.draw,
        dict(snakemake.input.items()),
        Study.read(snakemake.params.study, papers.load(snakemake.params.paper)),
        snakemake.output.png,
        snakemake.output.svg,
    )

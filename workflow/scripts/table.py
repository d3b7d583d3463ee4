"""Write the table whose function is params.make (see `memristive_study.results.outputs`)."""

from memristive_study import papers, tables
from memristive_study.results.study import Study
from memristive_study.runtime.scripting import job

with job(snakemake):
    tables.make(
        snakemake.params.make,
        snakemake.params.caption,
        dict(snakemake.input.items()),
        Study.read(snakemake.params.study, papers.load(snakemake.params.paper)),
        snakemake.output.csv,
        snakemake.output.md,
    )

"""Write a study's notebook, as it has run, and the page of what it shows."""

from pathlib import Path

from memristive_study import papers
from memristive_study.report import page
from memristive_study.runtime.scripting import job

with job(snakemake):
    page.make(
        Path(snakemake.output.html).parent,
        papers.load(snakemake.params.paper),
        snakemake.output.notebook,
        snakemake.output.html,
    )

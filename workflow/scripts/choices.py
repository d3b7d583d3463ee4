"""Compare the study's own choices with the alternatives that were run."""

from memristive_study import papers
from memristive_study.results.study import Study
from memristive_study.runtime.scripting import job
from memristive_study.tables import choices

with job(snakemake):
    choices.make(
        {"choices": snakemake.input.choices, "records": list(snakemake.input.records)},
        snakemake.params.compared,
        Study.read(snakemake.params.study, papers.load(snakemake.params.paper)),
        snakemake.output.csv,
        snakemake.output.md,
    )

"""Judge every claim of the paper on what this study has."""

from memristive_study import papers
from memristive_study.claims import judge
from memristive_study.results import outputs
from memristive_study.results.study import Study
from memristive_study.runtime.scripting import job

with job(snakemake):
    study = Study.read(snakemake.params.study, papers.load(snakemake.params.paper))
    judge.make(
        outputs.resolve(study.paper.claims),
        dict(snakemake.input.items()),
        study,
        snakemake.output.csv,
        snakemake.output.md,
    )

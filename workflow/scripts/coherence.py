"""Judge the paper's claims under each value of the choices that it leaves open."""

import json

from memristive_study import papers
from memristive_study.results import outputs
from memristive_study.results.study import Study
from memristive_study.runtime.scripting import job
from memristive_study.tables import coherence

with job(snakemake):
    params = snakemake.params
    study = Study.read(params.study, papers.load(params.paper))
    coherence.make(
        outputs.resolve(study.paper.claims),
        {name: value for name, value in snakemake.input.items() if name != "recipes"},
        json.loads(params.points),
        params.recipe,
        json.loads(params.recipes),
        study,
        snakemake.output.csv,
        snakemake.output.md,
    )

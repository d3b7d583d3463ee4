"""Judge every claim of the paper on what this study has."""

from memristive_study.claims import claims, probes
from memristive_study.papers.souto_garnelo import claims as paper_claims
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.runtime.scripting import job

with job(snakemake):
    claims.make(
        paper_claims.CLAIMS,
        dict(snakemake.input.items()),
        study.networks(snakemake.params.networks),
        probes.measure(),
        snakemake.output.csv,
        snakemake.output.md,
    )

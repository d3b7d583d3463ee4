"""Judge every claim of the paper on what this study has."""

from memristive import claims, paper_claims, probes, study
from memristive.scripting import job

with job(snakemake):
    claims.make(
        paper_claims.CLAIMS,
        dict(snakemake.input.items()),
        study.networks(snakemake.params.networks),
        probes.measure(),
        snakemake.output.csv,
        snakemake.output.md,
    )

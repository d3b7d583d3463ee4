"""Measure one trained network for the paper's proofs (see `memristive_study.results.outputs.Measurement`)."""

from memristive.core.processor import use_common_arithmetic
from memristive_study.runtime.scripting import job

use_common_arithmetic()  # before torch is loaded
with job(snakemake):
    from memristive_study.jobs.measurement import measure

    params = snakemake.params
    measure(
        params.function,
        snakemake.input.weights,
        snakemake.input.data,
        params.architecture,
        params.normalisation,
        params.images,
        snakemake.threads,
        {"recipe": snakemake.wildcards.recipe, "network": snakemake.wildcards.network},
        snakemake.output[0],
    )

"""Join tables with the same columns."""

from memristive_study.results.records import concatenate
from memristive_study.runtime.scripting import job

with job(snakemake):
    concatenate(snakemake.input, snakemake.output[0])

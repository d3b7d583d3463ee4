"""Join tables with the same columns."""

from memristive.records import concatenate
from memristive.scripting import job

with job(snakemake):
    concatenate(snakemake.input, snakemake.output[0])

"""Collect the records of one experiment as one table."""

from memristive_study.results import records
from memristive_study.runtime.scripting import job

with job(snakemake):
    records.collect(snakemake.input, snakemake.output[0])

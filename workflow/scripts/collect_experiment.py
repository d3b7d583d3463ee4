"""Collect the records of one experiment as one table."""

from memristive import records
from memristive.scripting import job

with job(snakemake):
    records.collect(snakemake.input, snakemake.output[0])

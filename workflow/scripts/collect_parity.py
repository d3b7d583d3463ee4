"""Collect the comparisons of all experiments and networks as one table."""

from memristive.core.files import read_json, write_csv
from memristive_study.plan.parity import COLUMNS
from memristive_study.runtime.scripting import job

with job(snakemake):
    write_csv(snakemake.output[0], [row for path in snakemake.input for row in read_json(path)], COLUMNS)

"""Collect the comparisons of all experiments and networks as one table."""

from memristive.files import read_json, write_csv
from memristive.parity import COLUMNS
from memristive.scripting import job

with job(snakemake):
    write_csv(snakemake.output[0], [row for path in snakemake.input for row in read_json(path)], COLUMNS)

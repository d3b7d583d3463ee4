"""Make the prepared .npz of one data set."""

import json

from snakemake.script import snakemake

from memristive import datasets
from memristive.scripting import job

with job(snakemake):
    datasets.prepare(
        snakemake.wildcards.dataset,
        json.loads(snakemake.params.entry),
        snakemake.params.download_dir,
        snakemake.output[0],
    )

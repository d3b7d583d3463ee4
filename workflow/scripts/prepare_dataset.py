"""Make the prepared .npz of one data set."""

import json

from memristive_study.data.prepare import prepare
from memristive_study.runtime.scripting import job

rule = snakemake  # defined by Snakemake

with job(rule):
    prepare(
        rule.wildcards.dataset,
        json.loads(rule.params.entry),
        rule.params.download_dir,
        rule.output[0],
    )

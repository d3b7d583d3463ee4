"""Record commit, versions and machine, now."""

from pathlib import Path

from memristive import provenance
from memristive.files import write_json
from memristive.scripting import job

with job(snakemake):
    repository = Path(snakemake.scriptdir).resolve().parents[1]
    write_json(snakemake.output[0], provenance.record(snakemake.params.config, snakemake.params.options, repository))

"""Record commit, versions and machine, now."""

from pathlib import Path

from memristive.core.files import write_json
from memristive_study.results import provenance
from memristive_study.runtime.scripting import job

with job(snakemake):
    repository = Path(snakemake.scriptdir).resolve().parents[1]
    write_json(snakemake.output[0], provenance.record(snakemake.params.config, snakemake.params.options, repository))

"""Record commit, versions and machine, now."""

import json
from pathlib import Path

from memristive.core.files import write_json
from memristive_study.results import provenance
from memristive_study.runtime.scripting import job

with job(snakemake):
    repository = Path(snakemake.scriptdir).resolve().parents[1]
    record = provenance.record(snakemake.params.config, snakemake.params.options, repository)
    # By these a report names networks, compares them and names files, wherever the folder is then.
    known = {"folder": str(Path(snakemake.output[0]).parent), "study": json.loads(snakemake.params.study)}
    write_json(snakemake.output[0], {**record, **known})

"""Record commit, versions and machine, now."""

import json
from pathlib import Path

from memristive.core.files import write_json
from memristive_study.results import provenance
from memristive_study.runtime.scripting import job


def _within(folder, paths):
    return [str(Path(path).relative_to(folder)) for path in paths]


with job(snakemake):
    repository = Path(snakemake.scriptdir).resolve().parents[1]
    record = provenance.record(snakemake.params.config, snakemake.params.options, repository)
    # By these a report names networks, compares them and names files, wherever the folder is then.
    folder = Path(snakemake.output[0]).parent
    known = {"folder": str(folder), "study": json.loads(snakemake.params.study)}
    # The folder may hold more, of an earlier configuration.
    made = {"inputs": list(snakemake.params.inputs), "made": sorted(_within(folder, snakemake.input))}
    write_json(snakemake.output[0], {**record, **known, **made})

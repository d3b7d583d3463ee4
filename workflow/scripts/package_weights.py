"""Put weights, histories and model card of one network into a folder, to start other studies from."""

import json
from pathlib import Path

from memristive_study.data.dataset import TestImages
from memristive_study.results import provenance
from memristive_study.runtime.scripting import job
from memristive_study.training import pretrained

with job(snakemake):
    repository = Path(snakemake.scriptdir).resolve().parents[1]
    pretrained.write(
        snakemake.output[0],
        json.loads(snakemake.params.description),
        provenance.record(snakemake.params.config, snakemake.params.options, repository),
        {name: snakemake.input[name] for name in ("weights", "selection", "history")},
        snakemake.input.folds,
        len(TestImages(snakemake.input.data)),
    )

"""Compare MemTorch with the simulator on one network, for the settings that stand for one experiment."""

from memristive.core.files import write_json
from memristive.memtorch.reproducible import use_reproducible_mode
from memristive_study.runtime.scripting import job

use_reproducible_mode()  # before torch is loaded
with job(snakemake):
    from memristive_study.jobs import validation

    params, wildcards = snakemake.params, snakemake.wildcards
    write_json(
        snakemake.output[0],
        validation.validate_network(
            snakemake.input.weights,
            snakemake.input.data,
            params.architecture,
            params.settings,
            params.images,
            snakemake.threads,
            named={"experiment": wildcards.experiment, "network": wildcards.network},
        ),
    )

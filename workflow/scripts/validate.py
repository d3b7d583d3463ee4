"""Compare both engines on one network, for the settings that stand for one experiment."""

from memristive.files import write_json
from memristive.scripting import job

with job(snakemake):
    from memristive import validation

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

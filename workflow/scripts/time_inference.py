"""Time the inference of one network by tile shape, on both engines."""

from memristive.core.files import write_csv
from memristive.memtorch.reproducible import use_reproducible_mode
from memristive_study.runtime.scripting import job

use_reproducible_mode()  # before torch is loaded
with job(snakemake):
    from memristive_study.jobs import timing

    params = snakemake.params
    rows = timing.inference_times(
        snakemake.input.weights,
        snakemake.input.data,
        params.architecture,
        params.tile_shapes,
        params.setting,
        params.crossbar_images,
        params.memtorch_images,
        params.full_images,
        params.inner_threads,
        snakemake.wildcards.network,
    )
    write_csv(snakemake.output[0], rows, timing.COLUMNS)

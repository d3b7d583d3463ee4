"""Time the inference of one network by tile shape, on both engines."""

from memristive.core.files import write_csv
from memristive_study.jobs import timing
from memristive_study.runtime.scripting import job

with job(snakemake):
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

"""Deal the training images of one data set into stratified folds."""

from snakemake.script import snakemake

from memristive import datasets, seeding
from memristive.scripting import job

with job(snakemake):
    data = datasets.load(snakemake.input[0])
    generator = seeding.generator(snakemake.params.seed, "folds")
    folds = datasets.stratified_folds(data.y_train, snakemake.params.folds, generator)
    datasets.save_folds(snakemake.output[0], folds)

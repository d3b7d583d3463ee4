"""Deal the training images of one data set into stratified folds."""

from memristive.core import seeding
from memristive_study.data import datasets
from memristive_study.runtime.scripting import job

rule = snakemake  # defined by Snakemake

with job(rule):
    data = datasets.load(rule.input[0])
    generator = seeding.generator(rule.params.seed, "folds")
    folds = datasets.stratified_folds(data.y_train, rule.params.folds, generator)
    datasets.save_folds(rule.output[0], folds)

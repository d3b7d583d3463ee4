"""Deal the training images of one data set into stratified folds."""

from memristive.core import seeding
from memristive_study.data.dataset import load
from memristive_study.data.folds import save_folds, stratified_folds
from memristive_study.runtime.scripting import job

rule = snakemake  # defined by Snakemake

with job(rule):
    data = load(rule.input[0])
    generator = seeding.generator(rule.params.seed, "folds")
    folds = stratified_folds(data.y_train, rule.params.folds, generator)
    save_folds(rule.output[0], folds)

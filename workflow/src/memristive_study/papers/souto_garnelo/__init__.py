"""Souto Garnelo et al., memristive inference with MemTorch for MNIST and CIFAR."""

from memristive_study.papers.souto_garnelo import reported
from memristive_study.results.paper import Paper

PAPER = Paper(
    key="souto_garnelo",
    networks=reported.NETWORKS,
    labels={**reported.LABELS, **reported.DEVICES},
    datasets=reported.DATASETS,
    digital_accuracy=reported.DIGITAL_ACCURACY,
    fold_accuracy=reported.FOLD_ACCURACY,
    epochs=reported.EPOCHS,
    machine=reported.MACHINE,
    seconds=reported.TILE_SECONDS,
    accuracy=reported.accuracy,
    claims="memristive_study.papers.souto_garnelo.claims:CLAIMS",
)

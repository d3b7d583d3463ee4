"""Souto Garnelo et al., memristive inference with MemTorch for MNIST and CIFAR."""

from memristive_study.papers.souto_garnelo import cost, reported
from memristive_study.papers.souto_garnelo.experiments import EXPERIMENTS
from memristive_study.papers.souto_garnelo.proofs import MEASUREMENTS, PROOFS
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
    experiments=EXPERIMENTS,
    sections=(cost.SECTION,),
    measurements=MEASUREMENTS,
    proofs=PROOFS,
    highlights="memristive_study.papers.souto_garnelo.highlights:highlights",
    claims="memristive_study.papers.souto_garnelo.claims:CLAIMS",
    file_names={
        "fig_device_curves": "fig06_device_curves",
        "fig_workflow": "fig09_workflow",
        "fig_images": "fig10_images",
        "fig_networks": "fig11_networks",
        "fig_tiles": "fig11_tiles",
        "fig_cross_validation": "fig12_cross_validation",
        "datasets": "table1_datasets",
        "training": "table2_training",
        "inference_time": "table5_inference_time",
    },
)

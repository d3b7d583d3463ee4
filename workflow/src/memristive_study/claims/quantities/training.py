"""Quantities of the trainings: the digital networks, their folds, how fast they learn."""

from collections.abc import Sequence

import pandas as pd

from memristive_study.claims.evidence import Evidence, Found, Missing, Quantity
from memristive_study.results import training
from memristive_study.results.statistics import accuracy_interval, single


def digital_accuracy(evidence: Evidence) -> list[Found]:
    """Test accuracy of the trained network, with its binomial interval."""
    selections, datasets = evidence.frame("selections"), evidence.frames.get("datasets", {})
    study, found = evidence.study, training.digital_accuracies(selections, datasets, evidence.study.networks)
    return [
        Found(name, found[name], paper=study.reported(study.paper.digital_accuracy, name))
        for name in evidence.study.networks
        if name in found
    ]


def fold_mean(evidence: Evidence) -> list[Found]:
    """Mean test accuracy of the folds, each at its best validation epoch."""
    folds, study = training.fold_accuracies(evidence.frame("histories")), evidence.study
    return [
        Found(
            name,
            accuracy_interval(mine["accuracy"], "folds"),
            paper=study.reported(study.paper.fold_accuracy, name),
        )
        for name in evidence.study.networks
        if len(mine := folds[folds["network"] == name])
    ]


def fold_spread(evidence: Evidence) -> list[Found]:
    """Standard deviation over the folds in per cent of their mean accuracy."""
    folds = training.fold_accuracies(evidence.frame("histories"))
    found = []
    for name in evidence.study.networks:
        mine = folds.loc[folds["network"] == name, "accuracy"]
        if len(mine) > 1:
            found.append(Found(name, single(100 * mine.std(ddof=1) / mine.mean(), "folds", len(mine))))
    return found


def after_one_epoch(network: str) -> Quantity:
    """Accuracy of the paper's `network` after one epoch: on the folds' validation images, or on the test images."""

    def quantity(evidence: Evidence) -> list[Found]:
        name = evidence.named(network)
        curve, note = _curve(evidence, name)
        return [Found(name, single(curve.iloc[0], "epochs"), note=note)]

    return quantity


def additional_epochs(network: str, others: Sequence[str], share: float = 0.99) -> Quantity:
    """Epochs that `others` need to `share` of their final accuracy, less those of `network`.

    All are names of the paper's networks.
    """

    def epochs(evidence: Evidence, name: str) -> int:
        curve, _ = _curve(evidence, name)
        return int((curve >= share * curve.iloc[-1]).idxmax())

    def quantity(evidence: Evidence) -> list[Found]:
        least = epochs(evidence, evidence.named(network))
        names = [name for name, known in evidence.study.networks.items() if known.paper in others]
        if not names:
            labels = evidence.study.paper.labels
            raise Missing(f"network trained on {' or '.join(labels.get(other, other) for other in others)}")
        return [Found(name, single(float(epochs(evidence, name) - least), "networks")) for name in names]

    return quantity


def _curve(evidence: Evidence, name: str) -> tuple[pd.Series, str]:
    """Accuracy (%) by epoch: on validation images, mean of the folds; without folds on test images. And which it is."""
    histories = evidence.frame("histories")
    curve = training.validation_curve(histories, name)
    if len(curve):
        return curve, ""
    curve = training.test_curve(histories, name)
    if not len(curve):
        raise Missing(f"history of {evidence.label(name)}")
    return curve, "test images of the published split, for there are no folds"

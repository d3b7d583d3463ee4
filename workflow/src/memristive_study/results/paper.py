"""A paper that a study is compared with, as it is handed to figures, tables, claims and the report.

Which papers there are is in `memristive_study.papers`, a folder each; nothing outside of it names one. Imported when
Snakemake reads the workflow, so it imports neither torch nor pandas.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memristive_study.results.outputs import Measurement, Proof, Section

Values = Mapping[str, float]  # a number for each of the paper's networks that it reports one for


def _no_accuracy(experiment: str, network: str, fields: Mapping[str, Any]) -> float | None:
    return None


@dataclass(frozen=True)
class Paper:
    """The content of a paper. Accuracies are per cent of the test set, times seconds for all test images.

    Attributes:
        key: of its folder and of the configuration; empty for no paper.
        networks: its networks, in its order. A study's network can be compared with the one that its architecture is
            named after, if it learned the images of that name.
        labels: names for readers, of networks, data sets and devices.
        datasets: by network: type, image_size, classes, train_images, test_images.
        digital_accuracy: of the networks trained on the published split.
        fold_accuracy: mean of the folds on the test set.
        epochs: of its trainings; None where it states none.
        machine: that its times were taken on; empty where it states none.
        seconds: of an inference, by network and tile shape ("64x64").
        accuracy: (experiment, network of the paper, fields of a Setting by their short forms) -> the accuracy that it
            states for that setting, None where it states none.
        experiments: sections of the report by the experiment that they show; of any other one there is a general one.
        sections: further ones, which no experiment of its own is needed for.
        highlights: "module:function", (claims.Evidence) -> heading and sentence of each finding that matters most.
        measurements: what its proofs are made of, by name.
        proofs: which of its numbers exclude each other.
        claims: "module:NAME" of its claims, a sequence of `claims.Claim`; empty where they are not judged.
        file_names: of figures and tables that it numbers, by their names in `results.outputs`.
    """

    key: str = ""
    networks: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    datasets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    digital_accuracy: Values = field(default_factory=dict)
    fold_accuracy: Values = field(default_factory=dict)
    epochs: int | None = None
    machine: str = ""
    seconds: Mapping[str, Values] = field(default_factory=dict)
    accuracy: Callable[[str, str, Mapping[str, Any]], float | None] = _no_accuracy
    experiments: Mapping[str, "Section"] = field(default_factory=dict)
    sections: tuple["Section", ...] = ()
    highlights: str = ""
    measurements: Mapping[str, "Measurement"] = field(default_factory=dict)
    proofs: Sequence["Proof"] = ()
    claims: str = ""
    file_names: Mapping[str, str] = field(default_factory=dict)


NO_PAPER = Paper()

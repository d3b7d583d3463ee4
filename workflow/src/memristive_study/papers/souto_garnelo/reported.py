"""What the paper reports, as data. Every figure, table and claim takes the paper's numbers from here.

Accuracies are per cent of the test set, times seconds, probabilities proportions. Networks carry
the paper's names in lower case: mnist, cifar10, cifar100.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memristive.core.errors import InputError
from memristive_study.models import names

NETWORKS = ("mnist", "cifar10", "cifar100")
LABELS = {"mnist": "MNIST", "cifar10": "CIFAR10", "cifar100": "CIFAR100"}
CHANCE = {"mnist": 10.0, "cifar10": 10.0, "cifar100": 1.0}

DATASETS = {  # Table 1
    "mnist": {"type": "BW", "image_size": "28x28", "classes": 10, "train_images": 60_000, "test_images": 10_000},
    "cifar10": {"type": "RGB", "image_size": "32x32", "classes": 10, "train_images": 50_000, "test_images": 10_000},
    "cifar100": {"type": "RGB", "image_size": "32x32", "classes": 100, "train_images": 50_000, "test_images": 10_000},
}
FOLD_ACCURACY = {"mnist": 98.35, "cifar10": 83.34, "cifar100": 56.75}  # Table 2 (a), mean of five folds
DIGITAL_ACCURACY = {"mnist": 98.73, "cifar10": 83.34, "cifar100": 58.85}  # Table 2 (b)
ENDURANCE_ACCURACY = {"mnist": 52.47, "cifar10": 36.01}  # Table 3, 10,000 cycles at 350 K
RETENTION_ACCURACY = {"mnist": 93.94, "cifar10": 81.89}  # Table 3, 10,000 s at drift 0.1
MAX_INPUT_VOLTAGE_ACCURACY = {"mnist": 97.85, "cifar10": 82.12, "cifar100": 58.32}  # Table 4, best of the range
ACCURACY_AT_1_V = {"cifar10": 14.0, "cifar100": 1.0}  # Section 3.2.1
TILE_SECONDS = {"mnist": {"64x64": 196.0, "128x128": 464.0, "256x256": 1497.0}}  # Table 5
NETWORK_SECONDS = {"mnist": 196.0, "cifar10": 680.0, "cifar100": 1300.0}  # Section 3.2, tiles of 64x64
# Table 6 of CIFAR10: (stuck at LRS, stuck at HRS).
STUCK_AT_ACCURACY = {"cifar10": {(0.0, 0.0): 81.95, (0.05, 0.0): 10.01, (0.0, 0.05): 72.88, (0.05, 0.05): 10.04}}
RETENTION_LOSS = {"mnist": 3.0}  # Sections 4.6 and 5, percentage points

DEVICES = {  # for readers
    "pt_hf_ti": "Pt-Hf-Ti",
    "pt_hf_ti_fitted": "Pt-Hf-Ti (fitted)",
    "ferroelectric": "ferroelectric",
    "metallic_nanowire": "metallic nanowire",
}

TEST_IMAGES = 10_000
STABLE_FROM_VOLTAGE = 6.0  # V, Section 3.2.1
BOTTLENECK_BELOW_BITS = 6  # Section 4.3
TILE_SHAPE = (64, 64)
ADC_BITS = 8
MAX_INPUT_VOLTAGE = 9.0  # V
EPOCHS = 50
MACHINE = "NVIDIA GTX 1060, Intel Core i7-8750H, 16 GB"  # Section 3.2


@dataclass(frozen=True)
class Network:
    """A network of a study: its name, what it is built as, and what images it learned.

    `architecture` is its name in the configuration, followed by its options. `images` is mnist, cifar10 or cifar100
    where the images are those (or a part of them), else the source that they come from.
    """

    name: str
    architecture: str
    dataset: str
    images: str

    @property
    def paper(self) -> str | None:
        """The network of the paper that this one can be compared with, if any: its options are left open there."""
        name = names.parsed(self.architecture)[0]
        return name if name in NETWORKS and self.images == name else None

    @property
    def label(self) -> str:
        """Name for figures: the paper's where it is the paper's network, with its images where they are others."""
        label = LABELS.get(self.name, self.name)
        return label if self.paper or self.name not in NETWORKS else f"{label} network on {self.dataset}"


def networks(text: str) -> dict[str, Network]:
    """Networks of a study from JSON: ``{name: {"architecture": ..., "dataset": ..., "images": ...}}``.

    Those with the paper's names come first, in its order.
    """
    try:
        found = {name: Network(name=name, **entry) for name, entry in json.loads(text).items()}
    except (TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"networks: {text[:80]!r} is not a JSON object of architecture, dataset and images a network ({error})"
        ) from error
    return dict(sorted(found.items(), key=lambda item: NETWORKS.index(item[0]) if item[0] in NETWORKS else 9))


def value(reported: Mapping[str, float], network: Network) -> float | None:
    """The paper's value for `network`, None where it reports none or `network` is another."""
    return reported.get(network.paper) if network.paper else None


def reported(experiment: str, network: Network, fields: Mapping[str, Any]) -> float | None:
    """The accuracy (%) that the paper states for a setting of an experiment, None where it states none.

    Args:
        fields: of a Setting, as a row of a result file has them.
    """
    layer_types = fields["layer_types"]
    if not isinstance(layer_types, str) or not layer_types:  # nothing on crossbars
        return value(DIGITAL_ACCURACY, network)
    if experiment == "input_voltage":
        volts = fields["max_input_voltage"]
        if volts >= STABLE_FROM_VOLTAGE:  # the paper's best is that of all voltages above
            return value(MAX_INPUT_VOLTAGE_ACCURACY, network)
        return value(ACCURACY_AT_1_V, network) if volts == 1 else None
    if experiment == "device_faults":
        stuck = (fields["stuck_at_lrs"], fields["stuck_at_hrs"])
        found = STUCK_AT_ACCURACY.get(network.paper or "", {}).items()
        return next((accuracy for key, accuracy in found if all(map(math.isclose, key, stuck))), None)
    if experiment == "endurance" and (fields["cycles"], fields["temperature"]) == (1e4, 350):
        return value(ENDURANCE_ACCURACY, network)
    if experiment == "retention" and (fields["retention_time"], fields["drift_coefficient"]) == (1e4, 0.1):
        return value(RETENTION_ACCURACY, network)
    return None

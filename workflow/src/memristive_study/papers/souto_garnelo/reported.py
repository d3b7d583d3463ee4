"""The numbers that the paper reports, as data. Every figure, table and claim takes the paper's numbers from here.

Accuracies are per cent of the test set, times seconds, probabilities proportions. Networks carry
the paper's names in lower case: mnist, cifar10, cifar100.
"""

import math
from collections.abc import Mapping
from typing import Any

NETWORKS = ("mnist", "cifar10", "cifar100")
EXPERIMENTS = ("input_voltage", "adc_tile", "variability", "device_faults", "endurance", "retention")  # Section 2.5
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

STABLE_FROM_VOLTAGE = 6.0  # V, Section 3.2.1
BOTTLENECK_BELOW_BITS = 6  # Section 4.3
TILE_SHAPE = (64, 64)
ADC_BITS = 8
MAX_INPUT_VOLTAGE = 9.0  # V
EPOCHS = 50
MACHINE = "NVIDIA GTX 1060, Intel Core i7-8750H, 16 GB"  # Section 3.2


def accuracy(experiment: str, network: str, fields: Mapping[str, Any]) -> float | None:
    """The accuracy (%) that the paper states for a setting of an experiment, None where it states none.

    Args:
        network: the paper's.
        fields: of a Setting by their short forms, as a row of a result file has them.
    """
    layer_types = fields["layer_types"]
    if not isinstance(layer_types, str) or not layer_types:  # nothing on crossbars
        return DIGITAL_ACCURACY.get(network)
    if experiment == "input_voltage":
        volts = fields["max_input_voltage"]
        if volts >= STABLE_FROM_VOLTAGE:  # the paper's best is that of all voltages above
            return MAX_INPUT_VOLTAGE_ACCURACY.get(network)
        return ACCURACY_AT_1_V.get(network) if volts == 1 else None
    if experiment == "device_faults":
        stuck = (fields["stuck_at_lrs"], fields["stuck_at_hrs"])
        found = STUCK_AT_ACCURACY.get(network, {}).items()
        return next((value for key, value in found if all(map(math.isclose, key, stuck))), None)
    if experiment == "endurance" and (fields["cycles"], fields["temperature"]) == (1e4, 350):
        return ENDURANCE_ACCURACY.get(network)
    if experiment == "retention" and (fields["retention_time"], fields["drift_coefficient"]) == (1e4, 0.1):
        return RETENTION_ACCURACY.get(network)
    return None

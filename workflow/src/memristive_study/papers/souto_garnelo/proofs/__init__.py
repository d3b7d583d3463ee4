"""Which of the paper's numbers exclude each other, shown on trained networks: a file a measurement, a file a proof.

A measurement takes a network and test images and gives rows; a proof draws them and says what follows.
"""

from memristive_study.papers.souto_garnelo.proofs import ageing, high_and_low, retention, two_numbers
from memristive_study.results.outputs import Measurement

MNIST, CIFAR10 = "mnist", "cifar10"
_HERE = "memristive_study.papers.souto_garnelo.proofs"
MEASUREMENTS = {
    "scaling": Measurement((MNIST, CIFAR10), f"{_HERE}.scaling:measure"),
    "three_values": Measurement((MNIST, CIFAR10), f"{_HERE}.three_values:measure"),
    "modes": Measurement((MNIST, CIFAR10), f"{_HERE}.modes:measure"),
}
PROOFS = (retention.PROOF, ageing.PROOF, two_numbers.PROOF, high_and_low.PROOF)

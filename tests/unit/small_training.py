"""Shared by the tests of training: a network with dropout, small enough for the 8x8 digits, and its settings."""

from memristive_study.models.chain import chain
from memristive_study.training.recipe import TrainingSettings


def small_network(classes, input_shape, dropout=0.2):
    """One block of two convolutions, two fully-connected layers."""
    return chain(input_shape, ((8, 8),), (32,), classes, dropout=dropout)


SMALL = f"{__name__}:small_network"
NAMED = {"network": "small", "architecture": SMALL}
SETTINGS = TrainingSettings(epochs=3, batch_size=50, shift=1, horizontal_flip=True, device="cpu")

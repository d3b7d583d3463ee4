"""Recovery before and after the conversion of a network, option by option."""

import torch
from torch import nn

from memristive.core.seeding import child, generator
from memristive.core.setting import Setting
from memristive.network import recovery
from memristive.network.calibration import calibrate
from memristive.network.checks import check_layers
from memristive.network.convert import plain
from memristive.network.recovery.images import Draw, Drawn

ONCE = ("folding", "weight_range", "fine_tuning")  # for all chips alike


def prepare(
    model: nn.Module, setting: Setting, draw: Draw | None, place: str = "evaluate"
) -> tuple[nn.Module, Setting]:
    """The network and the setting that chips are made of, after what is done once for all of them.

    Args:
        model: it is not changed.
        draw: training images, see `images.Draw`; needed where `setting.training_images` asks for some.
        place: the user's function, for messages.

    Raises:
        InputError: no training images where some are needed, or an option that this network does not allow.
    """
    wanted = [name for name in setting.recovery.options if name in ONCE]
    if wanted:
        model = plain(model)
        check_layers(model, setting)
    for name in wanted:
        drawn = Drawn(draw, generator("recovery", name), place)
        model, setting = recovery.module(name).prepare(model, setting, drawn)
    return model, setting


def settle(
    network: nn.Module, setting: Setting, draw: Draw | None, parent: torch.Generator | None, place: str = "evaluate"
) -> None:
    """Fix on training images what is fixed on each chip: ranges of converters, statistics of batch normalisation.

    Args:
        network: a chip, from `convert_with`; it is changed.
        parent: names the draws of the images, as it names the chip's.

    Raises:
        InputError: as `prepare`.
    """
    ranges = None
    if setting.calibrated:
        drawn = Drawn(draw, child(parent, "calibration"), place)
        ranges = drawn.images("adc.calibration_images", setting.adc.calibration_images)
    if setting.recovery.statistics_images:
        drawn = Drawn(draw, child(parent, "statistics"), place)
        images = drawn.images("recovery.statistics_images", setting.recovery.statistics_images)
        recovery.module("statistics").settle(network, images, ranges)
    if ranges is not None:
        calibrate(network, ranges)

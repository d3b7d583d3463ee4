"""The networks of the study with plausible weights, and images to run them on."""

from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from memristive import evaluation
from memristive_study.data.dataset import TestImages
from memristive_study.data.prepare import prepare
from memristive_study.models.architectures import INPUT_SHAPES
from memristive_study.models.build import build

REPOSITORY = Path(__file__).parents[1]
WORK = REPOSITORY / ".bench"  # environments and data that are kept between runs
REAL_IMAGES = REPOSITORY / "resources" / "images"  # mnist/ (original files), cifar10.npz, cifar100.npz
IMAGES = {"mnist": 10_000, "cifar10": 2_000, "cifar100": 2_000}


def network(name: str, x: torch.Tensor | None = None) -> nn.Module:
    """Untrained network of the study whose batch statistics fit the first 500 of `x`, or of `images`."""
    torch.manual_seed(0)
    model = build(name).train()
    with torch.no_grad():
        for batch in (images(name, 500) if x is None else x[:500]).split(100):
            model(batch)
    return model.eval()


def images(name: str, count: int) -> torch.Tensor:
    """Standard normal images, float32 [count, channels, height, width]."""
    shape = INPUT_SHAPES[name]
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(1))


def real_images(name: str, count: int) -> torch.Tensor | None:
    """The first test images of the data set as its network is given them; None where they are not at hand."""
    path = WORK / f"{name}.npz"
    if not path.exists():
        source = REAL_IMAGES / ("mnist" if name == "mnist" else f"{name}.npz")
        if not source.exists():
            return None
        entry = {"source": "folder", "dataset": name} if source.is_dir() else {"source": "npz"}
        WORK.mkdir(exist_ok=True)
        prepare(name, entry | {"path": str(source), "normalisation": "standardised"}, WORK, path)
    return next(TestImages(path).split(count))


def folded(model: nn.Module, channels_last: bool) -> nn.Module:
    """The digital network with batch normalisation folded into the convolutions and without dropout."""
    layers: list[nn.Module] = []
    for layer in model:
        if isinstance(layer, nn.BatchNorm2d):
            layers[-1] = fuse_conv_bn_eval(layers[-1], layer)
        elif not isinstance(layer, nn.Dropout):
            layers.append(layer)
    best = nn.Sequential(*layers).eval()
    return best.to(memory_format=torch.channels_last) if channels_last else best


def run(model: nn.Module, x: torch.Tensor, batch_size: int) -> None:
    """Forward all of `x`."""
    with torch.no_grad():
        for batch in x.split(batch_size):
            model(batch)


def run_crossbar(network: nn.Module, x: torch.Tensor, batch_size: int = evaluation.IMAGES_AT_ONCE) -> None:
    """Predict all of `x`, as `memristive.evaluate` does."""
    for part in x.split(evaluation.images_at_once(x.shape, batch_size)):
        evaluation.predict(network, part, batch_size)


def run_digital(model: nn.Module, x: torch.Tensor, batch_size: int) -> None:
    """Forward all of `x` in inference mode, which spares a digital network the bookkeeping of gradients."""
    with torch.inference_mode():
        for batch in x.split(batch_size):
            model(batch)


def learnable(classes: int, shape: tuple[int, int, int], counts: tuple[int, int], seed: int = 0) -> dict:
    """Images that can be learnt, where real ones are not at hand: a noisy pattern a class.

    Arrays as an .npz of one's own holds them: uint8 [n, height, width, channels] and int64 labels, of training and
    test images (`counts`); `shape` is (channels, height, width).
    """
    generator = torch.Generator().manual_seed(seed)
    channels, height, width = shape
    coarse = torch.rand(classes, channels, 7, 7, generator=generator)
    patterns = nn.functional.interpolate(coarse, (height, width), mode="bilinear") * 160
    arrays = {}
    for split, count in zip(("train", "test"), counts, strict=True):
        labels = torch.arange(count) % classes
        noise = torch.randint(96, (count, channels, height, width), generator=generator)
        pictures = (patterns[labels] + noise).byte().permute(0, 2, 3, 1).contiguous()
        arrays |= {f"x_{split}": pictures.numpy(), f"y_{split}": labels.numpy()}
    return arrays

"""Data sets that torchvision knows how to fetch, by the names that configurations give them.

A new one is an entry here. Its files are those of MNIST (class attribute `resources`) or those of CIFAR.

Imported when Snakemake reads the workflow, so it imports nothing but the standard library.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A published data set.

    Attributes:
        loader: its class in torchvision.datasets, which knows addresses and checksums.
        images: numbers of training and of test images.
        shape: height, width and channels of an image.
        download: bytes of its files, for the estimate of disk space.
    """

    loader: str
    images: tuple[int, int]
    shape: tuple[int, int, int]
    download: int


PUBLISHED = {
    "mnist": Published("MNIST", (60_000, 10_000), (28, 28, 1), 12_000_000),
    "cifar10": Published("CIFAR10", (50_000, 10_000), (32, 32, 3), 171_000_000),
    "cifar100": Published("CIFAR100", (50_000, 10_000), (32, 32, 3), 169_000_000),
}

"""The original files of published data sets: downloaded or found in a folder, verified, read by torchvision.

The files are read only once their published MD5 was verified: the CIFAR batches are pickles.
"""

import gzip
import hashlib
import shutil
import tarfile
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import numpy as np

from memristive.core.errors import InputError
from memristive.core.files import atomic
from memristive_study.data.published import PUBLISHED


def download(dataset: str, folder: Path) -> dict[str, Path]:
    """Whole original files in `folder`, downloaded where they are missing.

    torchvision's own download falls back to plain http, writes in place and has no time limit, so only its addresses
    and checksums are used. Raises InputError where a file cannot be downloaded or is not the published one.
    """
    found = {}
    for name, (address, md5) in _originals(dataset).items():
        found[name] = folder / name
        if found[name].is_file() and _md5(found[name]) == md5:
            continue
        print(f"downloading {address}", flush=True)
        with atomic(found[name]) as temporary:
            try:
                with urllib.request.urlopen(address, timeout=60) as response, temporary.open("wb") as stream:
                    shutil.copyfileobj(response, stream)
            except (OSError, HTTPException) as error:
                raise InputError(
                    f"{address}: cannot be downloaded ({getattr(error, 'reason', error)}); "
                    "without network, use source: folder or npz"
                ) from error
            _verify(temporary, md5, address)
    return found


def find(dataset: str, folder: Path) -> dict[str, Path]:
    """Verified original files in `folder`, which may have torchvision's layout.

    Raises InputError where a file is missing or is not the published one.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    found = {}
    loader = _torchvision_class(dataset)
    for name, (_, md5) in _originals(dataset).items():
        places = [folder / name, folder / loader.__name__ / "raw" / name]
        found[name] = next((place for place in places if place.is_file()), None)
        if found[name] is None and not _like_mnist(loader):
            batches = folder / loader.base_folder
            if batches.is_dir():  # torchvision verifies each batch
                return {name: batches}
        if found[name] is None:
            raise InputError(f"{folder / name}: no such file; the original files of {dataset} are needed")
        _verify(found[name], md5, found[name])
    return found


def read(dataset: str, files: dict[str, Path]) -> dict[str, np.ndarray]:
    """Arrays of the verified original `files`, unpacked into a temporary folder and read by torchvision."""
    loader = _torchvision_class(dataset)
    with tempfile.TemporaryDirectory() as root:
        for name, path in files.items():
            if _like_mnist(loader):
                target = Path(root) / loader.__name__ / "raw" / Path(name).stem
                target.parent.mkdir(parents=True, exist_ok=True)
                with gzip.open(path) as packed, target.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
            elif path.is_dir():
                root = str(path.parent)
            else:
                with tarfile.open(path) as archive:
                    archive.extractall(root, filter="data")
        try:
            train, test = loader(root, train=True), loader(root, train=False)
        except RuntimeError as error:
            raise InputError(
                f"{next(iter(files.values()))}: a file is missing or its MD5 is not the published"
            ) from error
    arrays: dict[str, np.ndarray] = {"class_names": np.array([name.split(" - ")[0] for name in train.classes])}
    for split, part in (("train", train), ("test", test)):
        images = np.asarray(part.data)
        arrays[f"x_{split}"] = images[..., None] if images.ndim == 3 else images
        arrays[f"y_{split}"] = np.asarray(part.targets, dtype=np.int64)
    return arrays


def _torchvision_class(dataset: str) -> Any:
    import torchvision

    return getattr(torchvision.datasets, PUBLISHED[dataset].loader)


def _like_mnist(loader: Any) -> bool:
    """Whether a data set is a packed file for each split's images and labels, as MNIST is, or one archive."""
    return hasattr(loader, "resources")


def _originals(dataset: str) -> dict[str, tuple[str, str]]:
    """File name to (address, MD5) of the original files, as torchvision publishes them."""
    loader = _torchvision_class(dataset)
    if _like_mnist(loader):
        mirror = next((mirror for mirror in loader.mirrors if mirror.startswith("https:")), loader.mirrors[0])
        return {name: (mirror + name, md5) for name, md5 in loader.resources}
    return {loader.filename: (loader.url, loader.tgz_md5)}


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _verify(path: Path, md5: str, what: object) -> None:
    if (found := _md5(path)) != md5:
        raise InputError(f"{what}: MD5 is {found}, published is {md5}: truncated or altered ({path.stat().st_size} B)")

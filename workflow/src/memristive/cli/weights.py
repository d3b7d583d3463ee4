"""Weights from a file, as numbers: nothing in it is run."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from memristive.core.errors import InputError
from memristive.core.weights import fill

INNER = ("state_dict", "model_state_dict", "model")  # under which checkpoints hold the weights
PREFIXES = ("module.", "_orig_mod.")  # of DataParallel and of torch.compile


def load(model: nn.Module, path: str | Path) -> None:
    """Fill `model` with the weights of a .safetensors file or of a state dict that torch.save wrote.

    Raises InputError for a file that is missing, damaged, would run code, belongs to another network (a name too many
    or too few, another shape) or holds a NaN or an infinity.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"weights: {path}: no such file")
    found = read_safetensors(path, "weights: ") if path.suffix == ".safetensors" else _state_dict(path)
    fill(model, found, f"weights: {path}")


def read_safetensors(path: str | Path, place: str = "") -> dict[str, torch.Tensor]:
    """Tensors of a safetensors file, on the CPU.

    `place` begins the message of the InputError for a file that is missing, truncated or foreign, or where the package
    safetensors is not installed.
    """
    if not Path(path).is_file():
        raise InputError(f"{place}{path}: no such file")
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError:
        raise InputError(f"{place}{path}: needs safetensors: pip install 'memristive[cli]'") from None
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"{place}{path}: not a whole safetensors file ({error})") from None


def _state_dict(path: Path) -> dict[str, torch.Tensor]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "GLOBAL" not in str(error):
            raise InputError(f"weights: {path}: not a state dict of torch.save") from None
        raise InputError(
            f"weights: {path}: holds more than numbers, and opening it would run code; where you trust it, save the "
            "weights alone: torch.save(model.state_dict(), ...)"
        ) from None
    except Exception as error:  # a damaged archive can raise almost anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"weights: {path}: not a state dict of torch.save ({reason[:120]})") from None
    if isinstance(found, Mapping):
        found = next((found[name] for name in INNER if isinstance(found.get(name), Mapping)), found)
    if not isinstance(found, Mapping) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        raise InputError(f"weights: {path}: {type(found).__name__} is not a state dict: names with a tensor each")
    return {_plain(name): tensor for name, tensor in found.items()}


def _plain(name: Any) -> str:
    name = str(name)
    while name.startswith(PREFIXES):
        name = name.partition(".")[2]
    return name

"""The state from which an interrupted training goes on, and the key that says which training it belongs to.

The key depends on the recipe: settings, network, images, fold and torch's version. The place of the code and its hash
play no part.
"""

import hashlib
import inspect
import json
import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from memristive.core.files import atomic
from memristive_study.training.recipe import MEANING, TrainingSettings

FOLDER_VARIABLE = "MEMRISTIVE_TRAINING_STATE"
# Modules whose classes need no hash: torch's version is part of the key.
KNOWN = ("torch",)

Images = tuple[Tensor, Tensor]  # float32 [n, channels, height, width], int64 labels [n]


def folder(default: str | Path | None) -> Path | None:
    """The folder that the environment variable MEMRISTIVE_TRAINING_STATE names, else `default`.

    A folder outside the work tree outlives a clone: trainings that another clone began or finished are used again.
    """
    named = os.environ.get(FOLDER_VARIABLE) or default
    return Path(named) if named else None


def key(
    model: nn.Module,
    parts: tuple[Images | None, ...],
    settings: TrainingSettings,
    network: str,
    fold: str,
    device: torch.device,
    code: str = "",
) -> str:
    """SHA-256 of everything that decides a training of `model` from its present weights.

    Args:
        parts: training, validation and test images; None for those that are not used.
        network: name of the network, by which draws are named.
        fold: name of the fold, as above.
        device: the device that is used, whatever `settings` say.
        code: hash of the code of a user's own network; empty for one of the library.
    """
    recipe = {
        "meaning": MEANING,
        "settings": {name: value for name, value in settings.identity().items() if name != "device"},
        "network": network,
        "fold": fold,
        "device": device.type,
        "architecture": architecture(model),
        "torch": torch.__version__,
        **({"code": code} if code else {}),
    }
    digest = hashlib.sha256(json.dumps(recipe, sort_keys=True).encode())
    for tensor in (*model.state_dict().values(), *(tensor for part in parts for tensor in part or ())):
        digest.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy())
    return digest.hexdigest()


def architecture(model: nn.Module) -> str:
    """Description of a network: its modules as torch prints them, frozen parameters, source of foreign classes."""
    classes = {type(module) for module in model.modules()}
    foreign = [kind for kind in classes if kind.__module__.split(".")[0] not in KNOWN]
    frozen = sorted(name for name, parameter in model.named_parameters() if not parameter.requires_grad)
    return "\n".join([str(model), *frozen, *sorted(map(_source, foreign))])


def _source(kind: type) -> str:
    try:
        return inspect.getsource(kind)
    except (OSError, TypeError):  # made at run time, for example in an interpreter
        return kind.__qualname__


def save(
    path: Path | None,
    key: str,
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    history: list[dict[str, Any]],
    checkpoints: dict[int, dict[str, Tensor]],
) -> None:
    """Write the state after an epoch to `path`, where there is one."""
    if path is None:
        return
    state = {
        "key": key,
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "history": history,
        "checkpoints": checkpoints,
    }
    with atomic(path) as temporary:
        torch.save(state, temporary)


def resume(
    path: Path | None, key: str, model: nn.Module, optimiser: torch.optim.Optimizer
) -> tuple[list[dict[str, Any]], dict[int, dict[str, Tensor]]]:
    """History and checkpoints of the state at `path`, which also fills `model` and `optimiser`.

    Both are empty, and nothing is changed, where there is no such file, or one that is damaged or of another training.
    """
    if path is None or not path.is_file():
        return [], {}
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["key"] != key:
            raise ValueError("it belongs to another training")
    except Exception as error:  # a damaged file can raise almost anything: the training starts again
        print(f"{path}: cannot be resumed from ({str(error).splitlines()[0]}); starting again", flush=True)
        return [], {}
    model.load_state_dict(state["model"])
    optimiser.load_state_dict(state["optimiser"])
    print(f"{path}: going on after epoch {len(state['history'])}", flush=True)
    return state["history"], state["checkpoints"]

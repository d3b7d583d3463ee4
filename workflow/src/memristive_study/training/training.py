"""Training of the networks (Section 2.3, Figure 12, Table 2): epochs, augmentation, resume, choice of the epoch.

All images are one tensor on the device; there are no data-loader workers. Every draw of an epoch (order of the images,
augmentation, dropout) comes from a seed named by the settings' seed, the network, the fold and the epoch, so a
training that was stopped and resumed ends with the same bits as one that was not.

Seconds an epoch on both threads of one AVX2 core (AMD EPYC, 2.4 GHz), batches of 100, forward and backward: MNIST 24,
CIFAR10 43, CIFAR100 104; the 10,000 test images take a twelfth more.
"""

import contextlib
import csv
import hashlib
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils import deterministic
from tqdm import tqdm

from memristive.core import seeding
from memristive.core.errors import InputError
from memristive.core.files import atomic, write_json
from memristive_study.data import datasets
from memristive_study.models import networks
from memristive_study.runtime import malloc as allocation
from memristive_study.runtime.code import code_hash

HISTORY_COLUMNS = (
    "network", "fold", "epoch", "learning_rate", "train_loss", "train_accuracy",
    "validation_loss", "validation_accuracy", "test_loss", "test_accuracy", "seconds",
)  # fmt: skip
RULES = ("best_test", "best_validation", "last")
PUBLISHED = "published"  # the name of the fold that trains on all training images
EVALUATION_BATCH = 100

Images = tuple[Tensor, Tensor]  # float32 [n, channels, height, width], int64 labels [n]


class TrainingDiverged(InputError):
    """The loss became NaN or infinite; the learning rate is the first thing to lower."""


class Sgd:
    """Gradient descent with Nesterov momentum 0.9 and weight decay, as `torch.optim.SGD` computes it.

    `torch.optim` itself imports PyTorch's compiler at its first use, which costs each job several seconds.
    """

    def __init__(self, model: nn.Module, weight_decay: float) -> None:
        self.parameters = list(model.parameters())
        self.weight_decay = weight_decay
        self.state = {"velocity": [torch.zeros_like(parameter) for parameter in self.parameters]}

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move each parameter against its gradient, and forget the gradient."""
        for parameter, velocity in zip(self.parameters, self.state["velocity"], strict=True):
            gradient = parameter.grad.add_(parameter, alpha=self.weight_decay)
            velocity.mul_(0.9).add_(gradient)
            parameter.sub_(gradient.add_(velocity, alpha=0.9), alpha=learning_rate)
            parameter.grad = None


class AdamW:
    """Adam (0.9, 0.999) with decoupled weight decay, as `torch.optim.AdamW` computes it."""

    def __init__(self, model: nn.Module, weight_decay: float) -> None:
        self.parameters = list(model.parameters())
        self.weight_decay = weight_decay
        self.state = {
            "mean": [torch.zeros_like(parameter) for parameter in self.parameters],
            "square": [torch.zeros_like(parameter) for parameter in self.parameters],
            "steps": [torch.zeros(())],
        }

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move each parameter against its gradient, and forget the gradient."""
        steps = self.state["steps"][0].add_(1).item()
        for parameter, mean, square in zip(self.parameters, self.state["mean"], self.state["square"], strict=True):
            mean.lerp_(parameter.grad, 0.1)
            square.mul_(0.999).addcmul_(parameter.grad, parameter.grad, value=0.001)
            parameter.mul_(1 - learning_rate * self.weight_decay)
            deviation = (square / (1 - 0.999**steps)).sqrt_().add_(1e-8)
            parameter.addcdiv_(mean, deviation, value=-learning_rate / (1 - 0.9**steps))
            parameter.grad = None


OPTIMISERS = {"sgd": Sgd, "adamw": AdamW}


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides a training besides the network and the images."""

    epochs: int = 50
    batch_size: int = 100
    optimiser: str = "sgd"  # sgd (Nesterov momentum 0.9) or adamw (0.9, 0.999)
    learning_rate: float = 0.05  # its peak
    schedule: str = "one_cycle"  # one_cycle (linear up over a fifth of the steps, linear down), cosine or constant
    weight_decay: float = 5e-4
    label_smoothing: float = 0.0
    shift: int = 0  # random shift of each image, up to so many pixels in each direction, zeros moving in
    horizontal_flip: bool = False  # of each image, with probability 1/2
    seed: int = 0
    threads: int = 1  # another number may change the last bits of the weights
    device: str = "auto"  # auto (cuda where there is one), cpu or cuda

    def __post_init__(self) -> None:
        """Raise InputError for a value outside its range."""
        choices = {
            "optimiser": tuple(OPTIMISERS),
            "schedule": ("one_cycle", "cosine", "constant"),
            "device": ("auto", "cpu", "cuda"),
        }
        for key, allowed in choices.items():
            if getattr(self, key) not in allowed:
                raise InputError(f"training: {key} is {getattr(self, key)!r}, expected one of {', '.join(allowed)}")
        whole = {"epochs": 1, "batch_size": 2, "threads": 1, "shift": 0, "seed": 0}
        for key, least in whole.items():
            value = getattr(self, key)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise InputError(f"training: {key} is {value!r}, expected a whole number from {least}")
        real = {"learning_rate": math.inf, "weight_decay": math.inf, "label_smoothing": 1}
        for key, below in real.items():
            value = getattr(self, key)
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < below:
                raise InputError(f"training: {key} is {value!r}, expected a number from 0, below {below}")
        if not isinstance(self.horizontal_flip, bool):
            raise InputError(f"training: horizontal_flip is {self.horizontal_flip!r}, expected true or false")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingSettings":
        """Settings from a config section; InputError for an unknown key, with the nearest known one."""
        known = [field.name for field in fields(cls)]
        for key in values:
            if key not in known:
                close = get_close_matches(str(key), known, 1)
                raise InputError(f"training: unknown key {key!r}; did you mean {(close or known)[0]}?")
        return cls(**values)


@dataclass(frozen=True)
class Training:
    """What `train` returns: a row of `HISTORY_COLUMNS` an epoch and, where asked for, each epoch's weights."""

    history: list[dict[str, Any]]
    checkpoints: dict[int, dict[str, Tensor]]  # epoch (from 1) to state dict, on the CPU
    state_path: Path | None


def shift(images: Tensor, pixels: int, generator: torch.Generator) -> Tensor:
    """Each of `images` [n, c, h, w] moved by up to `pixels` in either direction, zeros moving in."""
    n, _, height, width = images.shape
    offsets = torch.randint(2 * pixels + 1, (2, n), generator=generator).to(images.device)
    windows = functional.pad(images, (pixels,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    return windows[torch.arange(n, device=images.device), :, offsets[0], offsets[1]]


def flip(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each of `images` [n, c, h, w] mirrored left to right with probability 1/2."""
    mirrored = torch.randint(2, (len(images), 1, 1, 1), generator=generator, dtype=torch.bool).to(images.device)
    return torch.where(mirrored, images.flip(-1), images)


def augment(images: Tensor, settings: TrainingSettings, generator: torch.Generator) -> Tensor:
    """`images` [n, c, h, w] with the augmentations of `settings`."""
    if settings.shift:
        images = shift(images, settings.shift, generator)
    if settings.horizontal_flip:
        images = flip(images, generator)
    return images


def learning_rate(settings: TrainingSettings, progress: float) -> float:
    """Learning rate after the proportion `progress` of all steps, from 0 to 1."""
    if settings.schedule == "cosine":
        return settings.learning_rate * (1 + math.cos(math.pi * progress)) / 2
    if settings.schedule == "one_cycle":
        return settings.learning_rate * min((progress + 0.01) / 0.21, (1 - progress) / 0.8)
    return settings.learning_rate


def initial_model(architecture: str, classes: int, input_shape: tuple[int, int, int], *seed_parts: object) -> nn.Module:
    """A network whose initial weights are named by `seed_parts`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeding.seed(*seed_parts, "initialisation"))
        return networks.build(architecture, classes, input_shape)


def evaluate(model: nn.Module, data: Images) -> tuple[float, float]:
    """Mean cross-entropy loss and accuracy (0 to 1) of `model` in evaluation mode."""
    x, y = data
    model.eval()
    loss = torch.zeros((), dtype=torch.float64, device=x.device)
    correct = torch.zeros((), dtype=torch.int64, device=x.device)
    with torch.no_grad():
        for images, labels in zip(x.split(EVALUATION_BATCH), y.split(EVALUATION_BATCH), strict=True):
            logits = model(images)
            loss += functional.cross_entropy(logits, labels, reduction="sum")
            correct += (logits.argmax(1) == labels).sum()
    return loss.item() / len(y), correct.item() / len(y)


def train(
    model: nn.Module,
    images: Images,
    settings: TrainingSettings,
    *,
    network: str,
    fold: str,
    validation: Images | None = None,
    test: Images | None = None,
    keep_checkpoints: bool = False,
    state_folder: str | Path | None = None,
) -> Training:
    """Train `model` in place on `images`; rows of the history, and the weights of each epoch if `keep_checkpoints`.

    `validation` and `test` are evaluated after each epoch. With `state_folder`, each finished epoch is saved to
    ``<network>-<fold>-<key>.pt`` there, where the key is a hash of all that decides the training, and a training that
    finds such a file goes on after its last epoch. `network` and `fold` name the draws and the messages. Raises
    TrainingDiverged where the loss is not finite.
    """
    device = _device(settings.device)
    allocation.keep_freed()
    with _deterministic(settings.threads):
        key = _key(model, images, validation, test, settings, network, fold, device)
        state_path = Path(state_folder) / f"{network}-{fold}-{key[:16]}.pt" if state_folder else None
        model.to(device)
        if images[0].shape[1] > 1:  # about a quarter faster on CPUs, and slower for grey images
            model.to(memory_format=torch.channels_last)
        images, validation, test = (
            None if part is None else tuple(t.to(device) for t in part) for part in (images, validation, test)
        )
        optimiser = OPTIMISERS[settings.optimiser](model, settings.weight_decay)
        history, checkpoints = _resume(state_path, key, model, optimiser)
        bar = tqdm(
            total=settings.epochs, initial=len(history), desc=f"{network} {fold}", unit="epoch", leave=False,
            file=sys.__stderr__, disable=not (sys.__stderr__ and sys.__stderr__.isatty()),
        )  # fmt: skip
        with bar:
            for epoch in range(len(history) + 1, settings.epochs + 1):
                start = time.perf_counter()
                rate, loss, accuracy = _epoch(model, optimiser, images, settings, network, fold, epoch)
                row = dict.fromkeys(HISTORY_COLUMNS) | {
                    "network": network, "fold": fold, "epoch": epoch, "learning_rate": rate,
                    "train_loss": loss, "train_accuracy": accuracy,
                }  # fmt: skip
                for split, part in (("validation", validation), ("test", test)):
                    if part is not None:
                        row[f"{split}_loss"], row[f"{split}_accuracy"] = evaluate(model, part)
                row["seconds"] = round(time.perf_counter() - start, 3)
                history.append(row)
                if keep_checkpoints:
                    checkpoints[epoch] = {
                        name: t.detach().to("cpu", copy=True).contiguous() for name, t in model.state_dict().items()
                    }
                _save_state(state_path, key, model, optimiser, history, checkpoints)
                bar.update()
                tqdm.write(_line(row, settings.epochs), file=sys.stdout)
    return Training(history, checkpoints, state_path)


def train_network(
    data: datasets.Dataset,
    settings: TrainingSettings,
    *,
    network: str,
    architecture: str,
    fold: str = PUBLISHED,
    folds_path: str | Path | None = None,
    state_folder: str | Path | None = None,
) -> Training:
    """Train `architecture` on one fold ("0", "1", ...: its training images, validated on the rest) or, as "published",
    on all training images, keeping every epoch's weights. The test images are evaluated after each epoch, for the
    tables and for the rule `best_test`; they decide nothing in the training."""
    model = initial_model(architecture, len(data.class_names), data.input_shape, settings.seed, network, fold)
    networks.layer_table(model, data.input_shape)  # one clear line where the images do not fit

    def select(indices: np.ndarray | slice) -> Images:
        return data.tensor(data.x_train[indices]), torch.from_numpy(data.y_train[indices])

    if fold == PUBLISHED:
        images, validation = select(slice(None)), None
    else:
        train_indices, validation_indices = datasets.load_fold(folds_path, int(fold), len(data.y_train))
        images, validation = select(train_indices), select(validation_indices)
    return train(
        model,
        images,
        settings,
        network=network,
        fold=fold,
        validation=validation,
        test=(data.tensor(data.x_test), torch.from_numpy(data.y_test)),
        keep_checkpoints=fold == PUBLISHED,
        state_folder=state_folder,
    )


def fold_summary(history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Test accuracies of a fold for Table 2 (a): at its best validation epoch (the earliest of equals), at its last."""
    best = max(history, key=lambda row: row["validation_accuracy"])
    return {
        "network": best["network"],
        "fold": best["fold"],
        "best_validation_epoch": best["epoch"],
        "validation_accuracy": best["validation_accuracy"],
        "test_accuracy": best["test_accuracy"],
        "last_epoch": history[-1]["epoch"],
        "last_validation_accuracy": history[-1]["validation_accuracy"],
        "last_test_accuracy": history[-1]["test_accuracy"],
    }


def select_epoch(
    rule: str, history: Sequence[Mapping[str, Any]], fold_histories: Sequence[Sequence[Mapping[str, Any]]] = ()
) -> int:
    """Epoch of the training on the published split, `history`, whose weights are used; of equals, the earliest.

    `best_test`: the best test accuracy, as in the paper. `best_validation`: the best mean validation accuracy over
    `fold_histories`, which does not look at the test set. `last`. Raises InputError for another rule and for fold
    histories that are missing or of another number of epochs.
    """
    epochs = [int(row["epoch"]) for row in history]
    if rule == "last":
        return epochs[-1]
    if rule == "best_test":
        score = [float(row["test_accuracy"]) for row in history]
    elif rule == "best_validation":
        if not fold_histories or any(len(rows) != len(history) for rows in fold_histories):
            lengths = ", ".join(str(len(rows)) for rows in fold_histories) or "none"
            raise InputError(f"rule best_validation: needs folds of {len(history)} epochs, found {lengths}")
        by_epoch = zip(*([float(row["validation_accuracy"]) for row in rows] for rows in fold_histories), strict=True)
        score = [math.fsum(values) / len(values) for values in by_epoch]
    else:
        raise InputError(f"rule is {rule!r}, expected one of {', '.join(RULES)}")
    return epochs[score.index(max(score))]


def save_checkpoints(path: str | Path, checkpoints: Mapping[int, Mapping[str, Tensor]]) -> None:
    """Write the weights of all epochs to one safetensors file, keys ``<epoch>/<name>``."""
    with atomic(path) as temporary:
        networks.save_file(
            {f"{e}/{name}": t for e, state in checkpoints.items() for name, t in state.items()}, temporary
        )


def load_checkpoint(path: str | Path, epoch: int) -> dict[str, Tensor]:
    """Weights of one epoch from a file of `save_checkpoints`. Raises InputError where it has none."""
    prefix = f"{epoch}/"
    state = {name.removeprefix(prefix): t for name, t in networks.read_tensors(path).items() if name.startswith(prefix)}
    if not state:
        raise InputError(f"{path}: holds no weights of epoch {epoch}")
    return state


def read_history(path: str | Path) -> list[dict[str, Any]]:
    """Rows of a history CSV; numbers as float, epochs as int, empty cells as None."""
    text = ("network", "fold")
    with Path(path).open(newline="", encoding="utf-8") as stream:
        rows = [
            {key: value if key in text else (float(value) if value else None) for key, value in row.items()}
            for row in csv.DictReader(stream)
        ]
    return [row | {"epoch": int(row["epoch"])} for row in rows]


def select_checkpoint(
    rule: str,
    history_path: str | Path,
    checkpoints_path: str | Path,
    fold_history_paths: Sequence[str | Path],
    weights_path: str | Path,
    selection_path: str | Path,
) -> None:
    """Write the weights of the epoch that `rule` selects (see `select_epoch`), and which epoch that is and why."""
    history = read_history(history_path)
    folds = [read_history(path) for path in fold_history_paths]
    epoch = select_epoch(rule, history, folds)
    row = history[epoch - 1]
    selection = {
        "network": row["network"],
        "rule": rule,
        "epoch": epoch,
        "epochs": len(history),
        "train_accuracy": row["train_accuracy"],
        "test_accuracy": row["test_accuracy"],
    }
    with atomic(weights_path) as temporary:
        networks.save_file(load_checkpoint(checkpoints_path, epoch), temporary)
    write_json(selection_path, selection)


def _epoch(
    model: nn.Module,
    optimiser: Sgd | AdamW,
    images: Images,
    settings: TrainingSettings,
    network: str,
    fold: str,
    epoch: int,
) -> tuple[float, float, float]:
    """One pass over `images`: learning rate at its end, mean loss and accuracy while learning."""
    x, y = images
    seed = seeding.seed(settings.seed, network, fold, "epoch", epoch)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(y), generator=generator).to(x.device).split(settings.batch_size)
    if len(order) > 1 and len(order[-1]) == 1:  # batch normalisation cannot learn from a single image
        order = order[:-1]
    losses, correct, seen, rate = [], [], 0, 0.0
    model.train()
    cuda = [x.device] if x.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda):
        torch.manual_seed(seed)  # dropout draws from the global generator
        for step, batch in enumerate(order):
            rate = learning_rate(settings, (epoch - 1 + step / len(order)) / settings.epochs)
            logits = model(augment(x[batch], settings, generator))
            loss = functional.cross_entropy(logits, y[batch], label_smoothing=settings.label_smoothing)
            loss.backward()
            optimiser.step(rate)
            losses.append(loss.detach() * len(batch))
            correct.append((logits.detach().argmax(1) == y[batch]).sum())
            seen += len(batch)
    losses = torch.stack(losses)  # looked at once an epoch: no waiting for the device in between
    if not torch.isfinite(losses).all():
        step = int((~torch.isfinite(losses)).nonzero()[0]) + 1
        raise TrainingDiverged(
            f"training {network}, fold {fold}: the loss is not finite at epoch {epoch}, step {step}; "
            f"lower learning_rate ({settings.learning_rate})"
        )
    return rate, losses.double().sum().item() / seen, torch.stack(correct).sum().item() / seen


def _line(row: Mapping[str, Any], epochs: int) -> str:
    parts = [f"{row['network']} {row['fold']} epoch {row['epoch']}/{epochs}: loss {row['train_loss']:.4f}"]
    for split in ("train", "validation", "test"):
        if row[f"{split}_accuracy"] is not None:
            parts.append(f"{split} {row[f'{split}_accuracy']:.2%}")
    return ", ".join([*parts, f"{row['seconds']:.1f} s"])


def _device(name: str) -> torch.device:
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("training: device is 'cuda', but PyTorch finds no CUDA device")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


@contextlib.contextmanager
def _deterministic(threads: int) -> Iterator[None]:
    """The same operations in the same order every time, on `threads` CPU threads; the former state comes back."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what cuBLAS needs to be reproducible
    former = torch.get_num_threads(), torch.get_deterministic_debug_mode(), deterministic.fill_uninitialized_memory
    torch.set_num_threads(threads)
    # Not use_deterministic_algorithms, which does the same and imports PyTorch's compiler: seconds a job. "warn",
    # since pooling has no reproducible backward pass on CUDA.
    torch.set_deterministic_debug_mode("warn")
    deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_num_threads(former[0])
        torch.set_deterministic_debug_mode(former[1])
        deterministic.fill_uninitialized_memory = former[2]


def _key(
    model: nn.Module,
    images: Images,
    validation: Images | None,
    test: Images | None,
    settings: TrainingSettings,
    network: str,
    fold: str,
    device: torch.device,
) -> str:
    """SHA-256 of everything that decides a training, the code included."""
    digest = hashlib.sha256(code_hash("memristive_study.training.training:train_network").encode())
    described = [asdict(settings), network, fold, device.type, str(model), torch.__version__]
    digest.update(json.dumps(described, sort_keys=True).encode())
    for tensor in (*model.state_dict().values(), *images, *(validation or ()), *(test or ())):
        digest.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy())
    return digest.hexdigest()


def _save_state(
    path: Path | None,
    key: str,
    model: nn.Module,
    optimiser: Sgd | AdamW,
    history: list[dict[str, Any]],
    checkpoints: dict[int, dict[str, Tensor]],
) -> None:
    if path is None:
        return
    state = {
        "key": key,
        "model": model.state_dict(),
        "optimiser": optimiser.state,
        "history": history,
        "checkpoints": checkpoints,
    }
    with atomic(path) as temporary:
        torch.save(state, temporary)


def _resume(
    path: Path | None, key: str, model: nn.Module, optimiser: Sgd | AdamW
) -> tuple[list[dict[str, Any]], dict[int, dict[str, Tensor]]]:
    """History and checkpoints of the saved state at `path`, whose weights go to `model` and `optimiser`; else empty."""
    if path is None or not path.is_file():
        return [], {}
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state["key"] != key:
            raise ValueError("it belongs to another training")
    except Exception as error:  # whatever a damaged file brings about: the training starts again
        print(f"{path}: cannot be resumed from ({str(error).splitlines()[0]}); starting again", flush=True)
        return [], {}
    model.load_state_dict(state["model"])
    for name, tensors in state["optimiser"].items():
        for own, saved in zip(optimiser.state[name], tensors, strict=True):
            own.copy_(saved)
    print(f"{path}: going on after epoch {len(state['history'])}", flush=True)
    return state["history"], state["checkpoints"]

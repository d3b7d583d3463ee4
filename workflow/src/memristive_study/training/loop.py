"""The training loop: epochs, evaluation after each, resumption (Section 2.3).

All images are one tensor on the device; there are no data-loader workers. Every draw of an epoch (order of the images,
augmentation, dropout) comes from a seed named by the settings' seed, the network, the fold and the epoch, so a
training that was stopped and resumed ends with the same bits as one that was not.

Seconds an epoch on both threads of one AVX2 core (AMD EPYC, 2.4 GHz), batches of 100, forward and backward: MNIST 24,
CIFAR10 43, CIFAR100 104; the 10,000 test images take a twelfth more.
"""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils import deterministic
from tqdm import tqdm

from memristive.core import seeding
from memristive.core.errors import InputError
from memristive_study.runtime import malloc as allocation
from memristive_study.training import history as histories
from memristive_study.training import state, through
from memristive_study.training.augmentation import augment
from memristive_study.training.optimisation import learning_rate, optimiser
from memristive_study.training.recipe import TrainingSettings
from memristive_study.training.state import Images

EVALUATION_BATCH = 100


class TrainingDiverged(InputError):
    """The loss became NaN or infinite; the learning rate is the first thing to lower."""


@dataclass(frozen=True)
class Training:
    """What `train` returns: a row of `history.COLUMNS` an epoch and, where asked for, each epoch's weights."""

    history: list[dict[str, Any]]
    checkpoints: dict[int, dict[str, Tensor]]  # epoch (from 1) to state dict, on the CPU
    state_path: Path | None
    last: dict[str, Tensor]  # state dict after the last of these epochs, on the CPU


def train(
    model: nn.Module,
    images: Images,
    settings: TrainingSettings,
    *,
    network: str,
    fold: str,
    code: str = "",
    validation: Images | None = None,
    test: Images | None = None,
    keep_checkpoints: bool = False,
    state_folder: str | Path | None = None,
    until: int | None = None,
) -> Training:
    """Train `model` in place on `images`; rows of the history, and the weights of each epoch if `keep_checkpoints`.

    `validation` and `test` are evaluated after each epoch. With `state_folder`, each finished epoch is saved to
    ``<network>-<fold>-<key>.pt`` there (see `state.key`), and a training that finds such a file goes on after its last
    epoch. `until` stops after that epoch of the settings' `epochs`: the beginning of the whole training, to the bit,
    from which a later call goes on. `network` and `fold` name the draws and the messages. `code` is that of
    `state.key`. Frozen parameters keep their values. Raises TrainingDiverged where the loss is not finite, and
    InputError where every parameter is frozen.
    """
    device = _device(settings.device)
    allocation.keep_freed()
    with _deterministic(settings.threads):
        key = state.key(model, (images, validation, test), settings, network, fold, device, code)
        state_path = Path(state_folder) / f"{network}-{fold}-{key[:16]}.pt" if state_folder else None
        model.to(device)
        if images[0].shape[1] > 1:  # about a quarter faster on CPUs, and slower for grey images
            model.to(memory_format=torch.channels_last)
        images, validation, test = (
            None if part is None else tuple(t.to(device) for t in part) for part in (images, validation, test)
        )
        descent = optimiser(model, settings)
        history, checkpoints = state.resume(state_path, key, model, descent)
        with _progress(network, fold, len(history), settings.epochs) as bar:
            for epoch in range(len(history) + 1, min(until or settings.epochs, settings.epochs) + 1):
                start = time.perf_counter()
                rate, loss, accuracy = _epoch(model, descent, images, settings, network, fold, epoch)
                row = dict.fromkeys(histories.COLUMNS) | {
                    "network": network,
                    "fold": fold,
                    "epoch": epoch,
                    "learning_rate": rate,
                    "train_loss": loss,
                    "train_accuracy": accuracy,
                }
                for split, part in (("validation", validation), ("test", test)):
                    if part is not None:
                        row[f"{split}_loss"], row[f"{split}_accuracy"] = evaluate(model, part, settings, epoch)
                row["seconds"] = round(time.perf_counter() - start, 3)
                history.append(row)
                if keep_checkpoints:
                    checkpoints[epoch] = _on_cpu(model)
                state.save(state_path, key, model, descent, history, checkpoints)
                bar.update()
                tqdm.write(histories.line(row, settings.epochs), file=sys.stdout)
        return Training(history, checkpoints, state_path, _on_cpu(model))


def _on_cpu(model: nn.Module) -> dict[str, Tensor]:
    """A copy of a network's state dict on the CPU."""
    return {name: t.detach().to("cpu", copy=True).contiguous() for name, t in model.state_dict().items()}


def evaluate(model: nn.Module, data: Images, settings: TrainingSettings, epoch: int) -> tuple[float, float]:
    """Mean cross-entropy loss and accuracy (0 to 1) of `model` in evaluation mode, through the epoch's arrays."""
    x, y = data
    model.eval()
    loss = torch.zeros((), dtype=torch.float64, device=x.device)
    correct = torch.zeros((), dtype=torch.int64, device=x.device)
    with torch.no_grad():
        weights = through.weights(model, settings, epoch)
        for images, labels in zip(x.split(EVALUATION_BATCH), y.split(EVALUATION_BATCH), strict=True):
            logits = through.logits(model, weights, images)
            loss += functional.cross_entropy(logits, labels, reduction="sum")
            correct += (logits.argmax(1) == labels).sum()
    return loss.item() / len(y), correct.item() / len(y)


def _epoch(
    model: nn.Module,
    descent: torch.optim.Optimizer,
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
            for group in descent.param_groups:
                group["lr"] = rate
            logits = through.logits(
                model, through.weights(model, settings, epoch), augment(x[batch], settings, generator)
            )
            loss = functional.cross_entropy(logits, y[batch], label_smoothing=settings.label_smoothing)
            descent.zero_grad()
            loss.backward()
            descent.step()
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


def _progress(network: str, fold: str, done: int, epochs: int) -> tqdm:
    """A bar on the terminal, none where there is no terminal."""
    terminal = sys.__stderr__
    shown = terminal is not None and terminal.isatty()
    return tqdm(
        total=epochs,
        initial=done,
        desc=f"{network} {fold}",
        unit="epoch",
        leave=False,
        file=terminal,
        disable=not shown,
    )


def _device(name: str) -> torch.device:
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("training: device is 'cuda', but PyTorch finds no CUDA device")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


@contextlib.contextmanager
def _deterministic(threads: int) -> Iterator[None]:
    """The same operations in the same order every time, on `threads` CPU threads; the former state comes back."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS is reproducible only with it
    former = torch.get_num_threads(), torch.get_deterministic_debug_mode(), deterministic.fill_uninitialized_memory
    torch.set_num_threads(threads)
    # A warning and no error, since pooling has no reproducible backward pass on CUDA.
    torch.set_deterministic_debug_mode("warn")
    deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_num_threads(former[0])
        torch.set_deterministic_debug_mode(former[1])
        deterministic.fill_uninitialized_memory = former[2]

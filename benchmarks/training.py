"""An epoch of CIFAR10: our training against the usual loop of DataLoader, torchvision and torch.optim."""

import contextlib
import io
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from benchmarks import cases
from benchmarks.measure import interleaved, ratio
from memristive_study.data.normalisation import statistics as statistics_of
from memristive_study.data.normalisation import to_tensor
from memristive_study.models.build import build
from memristive_study.training import loop
from memristive_study.training.optimisation import learning_rate
from memristive_study.training.recipe import TrainingSettings

TRAINING_IMAGES = 50_000
OURS = "memristive.training"
WORKERS = (0, 2)
LEARNT_IMAGES, LEARNT_EPOCHS, LEARNT_SEEDS, TEST_IMAGES = 4000, 4, 3, 2000  # of the comparison of accuracies

Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # images, labels, mean, standard deviation
Steps = Callable[[], float]


class Pictures(Dataset):
    """Images as torchvision's CIFAR10 hands them out: a PIL image an item, through the transforms."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, mean: np.ndarray, std: np.ndarray) -> None:
        from torchvision import transforms

        self.images, self.labels = images, labels
        self.transform = transforms.Compose(
            [
                transforms.RandomCrop(32, 4),
                transforms.RandomHorizontalFlip(),
                transforms.ToTensor(),
                transforms.Normalize(mean.tolist(), std.tolist()),
            ]
        )

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        from PIL import Image

        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


def measure(rounds: int, share: float, threads: int) -> list[dict[str, object]]:
    """One row a way of training: seconds an epoch of 50,000 images, and test accuracy after a short training."""
    arrays, source = _images()
    mean, std = statistics_of(arrays["x_train"][:10_000])
    settings = TrainingSettings(epochs=1, shift=4, horizontal_flip=True, threads=threads, device="cpu")
    steps = max(3, round(50 * share))
    count = steps * settings.batch_size
    data = arrays["x_train"], arrays["y_train"], mean, std
    with contextlib.ExitStack() as stack:
        ways = {OURS: stack.enter_context(_apart(_our_steps, data, settings, steps))}
        for workers in WORKERS:
            ways[_usual_name(workers)] = stack.enter_context(_apart(_usual_steps, data, settings, steps, workers))
        times = interleaved(ways, rounds)
    best = min((_usual_name(workers) for workers in WORKERS), key=lambda name: times[name].seconds)
    accuracies = _accuracies(arrays, settings, share)
    return [
        {
            "way": name,
            "images": source,
            "threads": threads,
            "steps": steps,
            **measured.columns(),
            "epoch_seconds": round(measured.seconds * TRAINING_IMAGES / count, 2),
            "usual_to_this": ratio(times[best], measured),
            "test_accuracies": " ".join(f"{100 * value:.2f}" for value in accuracies.get(name, [])),
        }
        for name, measured in times.items()
    ]


def _images() -> tuple[dict[str, np.ndarray], str]:
    path = cases.REAL_IMAGES / "cifar10.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in ("x_train", "y_train", "x_test", "y_test")}
        return {key: value.astype(np.int64) if key[0] == "y" else value for key, value in arrays.items()}, "CIFAR10"
    return cases.learnable(10, (3, 32, 32), (TRAINING_IMAGES, TEST_IMAGES)), "made"


def _usual_name(workers: int) -> str:
    return f"DataLoader, {workers} workers"


def _ours(
    model: nn.Module, images: tuple[torch.Tensor, torch.Tensor], settings: TrainingSettings
) -> tuple[float, nn.Module]:
    """Seconds of the last epoch, and the trained model."""
    with contextlib.redirect_stdout(io.StringIO()):
        done = loop.train(model, images, settings, network="cifar10", fold="bench")
    return done.history[-1]["seconds"], model


@contextlib.contextmanager
def _apart(make: Callable[..., Steps], *arguments: object) -> Iterator[Steps]:
    """What `make` returns, run in a process of its own: each way treats its memory differently."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (make, arguments)) as process:
        yield lambda: process.submit(_go_on).result()


def _begin(make: Callable[..., Steps], arguments: tuple) -> None:
    global _steps
    _steps = make(*arguments)


def _go_on() -> float:
    return _steps()


def _our_steps(data: Data, settings: TrainingSettings, steps: int) -> Steps:
    """A function that trains an epoch of `steps` steps and returns its seconds."""
    images, labels, *statistics = data
    count = steps * settings.batch_size
    x, y = to_tensor(images[:count], "standardised", tuple(statistics)), torch.from_numpy(labels[:count])
    return lambda: _ours(build("cifar10"), (x, y), settings)[0]


def _usual_steps(data: Data, settings: TrainingSettings, steps: int, workers: int) -> Steps:
    """A function that trains `steps` steps in the midst of an epoch and returns their seconds."""
    pictures = Pictures(*data)
    model = build("cifar10").to(memory_format=torch.channels_last)
    loader = DataLoader(
        pictures, settings.batch_size, shuffle=True, num_workers=workers, persistent_workers=workers > 0
    )
    optimiser = torch.optim.SGD(
        model.parameters(), settings.learning_rate, 0.9, weight_decay=settings.weight_decay, nesterov=True
    )
    batches: list[Iterator] = []

    def run() -> float:
        torch.set_num_threads(settings.threads)
        model.train()
        try:
            batch = next(batches[-1]) if batches else None
        except StopIteration:
            batch = None
        if batch is None:
            batches[:] = [iter(loader)]
        for _ in range(6):  # what workers have prepared while another way was timed
            next(batches[-1])
        started = time.perf_counter()
        for _ in range(steps):
            _step(model, optimiser, *next(batches[-1]))
        return time.perf_counter() - started

    return run


def _step(model: nn.Module, optimiser: torch.optim.Optimizer, images: torch.Tensor, labels: torch.Tensor) -> None:
    optimiser.zero_grad()
    functional.cross_entropy(model(images), labels).backward()
    optimiser.step()


def _accuracies(arrays: dict[str, np.ndarray], settings: TrainingSettings, share: float) -> dict[str, list[float]]:
    """Test accuracy of both ways after the same short training, one for each of a few seeds."""
    count = max(500, round(LEARNT_IMAGES * share))
    train = arrays["x_train"][:count], arrays["y_train"][:count]
    statistics = statistics_of(train[0])
    x, x_test = (to_tensor(images, "standardised", statistics) for images in (train[0], arrays["x_test"][:TEST_IMAGES]))
    test = x_test, torch.from_numpy(arrays["y_test"][:TEST_IMAGES])
    found: dict[str, list[float]] = {OURS: [], _usual_name(0): []}
    for seed in range(LEARNT_SEEDS if share == 1 else 1):
        learnt = TrainingSettings.from_dict({**_fields(settings), "epochs": LEARNT_EPOCHS, "seed": seed})
        for way in found:
            torch.manual_seed(seed)
            model = build("cifar10")
            if way == OURS:
                _ours(model, (x, torch.from_numpy(train[1])), learnt)
            else:
                _usual_training(model, Pictures(*train, *statistics), learnt)
            found[way].append(loop.evaluate(model, test)[1])
    return found


def _fields(settings: TrainingSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


def _usual_training(model: nn.Module, pictures: Dataset, settings: TrainingSettings) -> None:
    """Every epoch of `settings` by the usual loop, on the same schedule."""
    model.to(memory_format=torch.channels_last).train()
    loader = DataLoader(pictures, settings.batch_size, shuffle=True)
    optimiser = torch.optim.SGD(
        model.parameters(), settings.learning_rate, 0.9, weight_decay=settings.weight_decay, nesterov=True
    )
    for epoch in range(settings.epochs):
        for number, batch in enumerate(loader):
            rate = learning_rate(settings, (epoch + number / len(loader)) / settings.epochs)
            optimiser.param_groups[0]["lr"] = rate
            _step(model, optimiser, *batch)

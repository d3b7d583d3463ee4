"""Network and data of a command, read in the order in which errors are cheapest."""

import argparse

import torch
from torch import nn

from memristive.cli import data, networks, weights
from memristive.evaluation import free_batch, outputs


def read(options: argparse.Namespace) -> tuple[nn.Module, data.Data]:
    """The trained network and what it is tested on; InputError where they cannot be used."""
    found = data.read(options.data, options.images, options.classes, options.mean, options.std)
    model = networks.build(options.architecture, options.option, found.classes, found.input_shape)
    weights.load(model, options.weights)
    return model, found


@torch.no_grad()
def digital_accuracy(model: nn.Module, found: data.Data) -> float:
    """Accuracy of the network without crossbars, in per cent of the images."""
    workload, right, done = found.workload, [], 0
    size = free_batch(workload.inputs.shape)
    for part in workload.inputs.split(size):
        right.append(workload.judge(outputs(model, part, size), workload.targets[done : done + len(part)]).flatten())
        done += len(part)
    return 100 * float(torch.cat(right).double().mean())

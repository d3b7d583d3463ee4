"""Networks made at random, as people write them: chains, skips, shared layers, work in place, branches, hooks."""

import random

import torch
from torch import nn
from torch.nn import functional as F

CHANNELS, SIDE = 3, 6
GAIN = 0.75  # read by a function outside the networks


def scaled(x: torch.Tensor) -> torch.Tensor:
    """A function that networks call."""
    return x * GAIN


class Block(nn.Module):
    """A residual block with a ReLU that works in place before or after its shortcut."""

    def __init__(self, before: bool) -> None:
        super().__init__()
        self.conv, self.relu, self.before = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1), nn.ReLU(inplace=True), before

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv(x)
        if self.before:
            return self.conv(self.relu(y)) + y
        return self.relu(y + x)


class Program(nn.Module):
    """A list of steps, drawn by `rng`; ends with a flattened Linear. `steps` are names of methods."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1, bias=rng.random() < 0.5) for _ in range(3)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(CHANNELS) for _ in range(2))
        self.relu, self.relu_in_place = nn.ReLU(), nn.ReLU(inplace=True)
        self.again = self.convs[0]  # one module, two names
        self.pool, self.dropout = nn.MaxPool2d(2), nn.Dropout(0.5)
        self.block = Block(rng.random() < 0.5)
        self.branch = nn.Sequential(
            nn.Identity(), nn.ReLU(inplace=rng.random() < 0.5), nn.Conv2d(CHANNELS, CHANNELS, 1)
        )
        self.scale = nn.Parameter(torch.tensor(1.25))
        names = [name.removeprefix("do_") for name in dir(self) if name.startswith("do_")]
        self.steps = [rng.choice(names) for _ in range(rng.randint(1, 7))]
        self.pools = rng.random() < 0.5
        self.width = CHANNELS * (SIDE // 2 if self.pools else SIDE) ** 2
        self.last = nn.Linear(self.width, 4)
        hooked = rng.choice([None] * 4 + ["relu", "convs", "block"])  # most have no hook
        if hooked == "relu":
            self.relu.register_forward_hook(lambda module, args, output: output * 0.5)
        if hooked == "convs":
            self.convs[0].register_forward_pre_hook(lambda module, args: (args[0] + 0.25,))
        if hooked == "block":
            self.block.register_forward_hook(lambda module, args, output: output.clamp_(max=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x * 1.0  # the images themselves are left alone
        for number, step in enumerate(self.steps):
            x = getattr(self, f"do_{step}")(x, number)
        if self.pools:
            x = self.pool(x)
        return self.last(x.flatten(1) if len(self.steps) % 2 else torch.flatten(x, 1))

    def do_conv(self, x, number):
        return self.convs[number % 3](x)

    def do_shared(self, x, number):
        return self.again(x)

    def do_norm(self, x, number):
        return self.norms[number % 2](x)

    def do_relu(self, x, number):
        return self.relu(x)

    def do_relu_in_place(self, x, number):
        return self.relu_in_place(x)

    def do_functional(self, x, number):
        return F.relu(x, inplace=number % 2 == 0)

    def do_method(self, x, number):
        return x.relu_() if number % 2 else x.relu()

    def do_conv_relu_skip(self, x, number):
        y = self.convs[number % 3](x)
        return self.convs[0](self.relu_in_place(y)) + y

    def do_skip(self, x, number):
        y = self.norms[0](self.convs[1](x))
        x += y
        return x

    def do_view(self, x, number):
        flat = x.view(x.size(0), -1)
        flat.mul_(0.5)
        return self.convs[2](x)

    def do_dropout(self, x, number):
        return self.dropout(x) if number % 2 else F.dropout(x, 0.25, self.training)

    def do_mode(self, x, number):
        return self.convs[1](x) if self.training else self.convs[2](x)

    def do_block(self, x, number):
        return self.block(x)

    def do_branch(self, x, number):
        return self.branch(x) + x

    def do_helper(self, x, number):
        return scaled(self.convs[1](x))

    def do_list(self, x, number):
        found = [x]
        for conv in self.convs:
            found.append(self.relu(conv(found[-1])))
        return torch.stack(found[1:]).mean(0)

    def do_slice_in_place(self, x, number):
        y = self.convs[1](x)
        z = self.convs[2](self.relu(y))
        y[:, :1].mul_(2)
        return y + z

    def do_add_in_place(self, x, number):
        y = self.convs[0](x)
        z = self.norms[1](y)
        y.add_(1)
        return self.relu(z) + y

    def do_scaled(self, x, number):
        return self.convs[0](x * self.scale)


def make(seed: int) -> tuple[Program, torch.Tensor]:
    """A network in evaluation mode and four images for it."""
    torch.manual_seed(seed)
    network = Program(random.Random(seed))
    x = torch.randn(4, CHANNELS, SIDE, SIDE)
    with torch.no_grad():
        for norm in network.norms:
            norm.running_mean.uniform_(-0.3, 0.3)
            norm.running_var.uniform_(0.5, 2)
    return network.eval(), x


CHANGES = {
    "dropout on": lambda network: network.dropout.train(),
    "a norm that learns": lambda network: network.norms[0].train(),
    "ReLU taken out": lambda network: setattr(network, "relu", nn.Identity()),
    "ReLU in place": lambda network: setattr(network.relu, "inplace", True),
    "another epsilon": lambda network: setattr(network.norms[1], "eps", 0.5),
    "other steps": lambda network: network.steps.append("relu"),
    "another scale": lambda network: network.scale.data.mul_(2),
    "scaled in place": lambda network: network.scale.mul_(2),
    "a replaced block": lambda network: setattr(network, "block", nn.Identity()),
    "training": lambda network: network.train(),
    "a hook": lambda network: network.relu.register_forward_hook(lambda module, args, output: output + 1),
    "a hook before": lambda network: network.convs[1].register_forward_pre_hook(lambda module, args: (args[0] * 2,)),
    "a replaced layer": lambda network: network.convs.__setitem__(1, network.convs[2]),
    "a bias, unnoticed by torch": lambda network: network.last.bias.data.add_(1),
    "statistics through NumPy": lambda network: network.norms[0].running_mean.numpy().__iadd__(1),
    "another forward pass": lambda network: setattr(network.relu, "forward", lambda x: x + 1),
}

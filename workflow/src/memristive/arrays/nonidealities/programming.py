"""Programming: what devices hold once they have been asked for a conductance.

One shot leaves each device as far from its target as its spread says. Write-verify reads it and programs it again until
it is near enough; a device that never is gives up, stays as it is and counts as a fault. The spread is a measured
device's own (see `memristive.devices.measured`) or one of these, sigma being `programming.sigma`:

- `normal`: the target and a normal error of sigma siemens, the same at all conductances;
- `relative`: a normal error of sigma times the target;
- `lognormal`: the target times exp(sigma z), z standard normal, so that the median is the target.

Cells may also fail beforehand: as many as were counted on a measured device give up and hold what such cells held.

A share of the variance may belong to the devices: that part of its error a device repeats each time it is programmed,
and write-verify learns it; the rest is drawn anew with each pulse.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import pydantic

from memristive.core.fields import Group, WrongValue, field

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch

    from memristive.arrays.cells import Array


class Programming(Group):
    """How devices are programmed, and how far that leaves them from what they were asked for."""

    method: Literal["exact", "one_shot", "write_verify"] = field(
        "exact",
        "Devices hold what they were asked for, or what one pulse leaves, or are read and programmed again.",
        short="programming",
    )
    spread: Literal["measured", "normal", "relative", "lognormal"] = field(
        "measured", "Distribution of a pulse's error: that of a measured device, or one of `programming.sigma`."
    )
    sigma: float = field(
        0.0,
        "Standard deviation of a pulse's error: S where normal, a proportion where relative or log-normal.",
        short="programming_sigma",
        ge=0,
    )
    device_share: float = field(
        0.0,
        "Proportion of the variance that a device repeats with every pulse (device to device); the rest is drawn anew "
        "(cycle to cycle).",
        ge=0,
        le=1,
    )
    tolerance: float | None = field(
        None, "Distance from the target within which write-verify accepts a device.", unit="S", gt=0
    )
    pulses: int = field(30, "Pulses after which write-verify gives a device up.", ge=1, le=10_000)

    failures: Literal["none", "measured"] = field(
        "none",
        "Devices that cannot be programmed and count as faults: none, or as many as were counted on a measured device.",
        short="programming_failures",
    )

    @pydantic.model_validator(mode="after")
    def _possible(self) -> Programming:
        if self.failures != "none" and not self.active:
            raise WrongValue("programming.failures", self.failures, "none, as it must be where programming is exact")
        if self.spread == "measured" and self.sigma:
            raise WrongValue("programming.sigma", self.sigma, "0, as it must be where the spread is measured")
        if self.spread != "measured" and not self.sigma and self.active:
            raise WrongValue("programming.sigma", self.sigma, f"above 0, as a {self.spread} spread needs")
        if self.method == "write_verify" and self.tolerance is None:
            raise WrongValue("programming.tolerance", None, "a number above 0, as write_verify needs")
        if self.method != "write_verify" and self.tolerance is not None:
            raise WrongValue("programming.tolerance", self.tolerance, "null: only write_verify has a tolerance")
        return self

    @property
    def active(self) -> bool:
        """Whether devices are not simply as they are asked to be."""
        return self.method != "exact"


def apply(conductance: torch.Tensor, array: Array) -> torch.Tensor:
    """What devices that were asked for `conductance` (S) hold (S), never below 0."""
    import torch

    target = conductance.double()
    programming = array.setting.programming
    draw = array.generator("programming")

    def drawn() -> torch.Tensor:
        return torch.randn(target.shape, generator=draw, dtype=torch.float64)

    of_device, of_cycle = math.sqrt(programming.device_share), math.sqrt(1 - programming.device_share)
    own = of_device * drawn() if of_device else torch.zeros_like(target)

    def pulse(asked: torch.Tensor) -> torch.Tensor:
        return _with_error(asked, own + of_cycle * drawn() if of_cycle else own, array)

    held, given_up = pulse(target), None
    if programming.method == "write_verify":
        held, given_up = _verified(target, held, pulse, programming)
    if programming.failures == "measured":
        held, given_up = _with_failures(target, held, given_up, array)
    if given_up is not None:
        array.report("gave up in write-verify", int(given_up.sum()))
    return held.float()


def _with_failures(
    target: torch.Tensor, held: torch.Tensor, given_up: torch.Tensor | None, array: Array
) -> tuple[torch.Tensor, torch.Tensor]:
    """What devices hold and which have given up, once some cannot be programmed whatever is done."""
    import torch

    device, draw = array.setting.device.measured, array.generator("programming failures")
    failed = torch.rand(target.shape, generator=draw, dtype=torch.float64) < device.given_up
    held = device.stuck(target, draw).where(failed, held)
    return held, failed if given_up is None else failed | given_up


def _with_error(asked: torch.Tensor, deviations: torch.Tensor, array: Array) -> torch.Tensor:
    """`asked` (S) with errors of so many standard deviations."""
    programming = array.setting.programming
    if programming.spread == "lognormal":
        return asked.clamp_min(0) * (programming.sigma * deviations).exp()
    if programming.spread == "relative":
        sigma = programming.sigma * asked
    elif programming.spread == "normal":
        sigma = programming.sigma
    else:
        device = array.setting.device.measured
        asked, sigma = device.programming_mean(asked), device.programming_sigma(asked)
    return (asked + sigma * deviations).clamp_min(0)


def _verified(
    target: torch.Tensor,
    held: torch.Tensor,
    pulse: Callable[[torch.Tensor], torch.Tensor],
    programming: Programming,
) -> tuple[torch.Tensor, torch.Tensor]:
    """What devices hold after write-verify, and which of them gave up.

    After each read a device is asked for its target less the mean of the errors so far: what it repeats is learnt,
    what it does not averages out.
    """
    errors = held - target  # summed over the pulses, each against what was asked for with it
    wrong = errors.abs() > programming.tolerance
    for count in range(1, programming.pulses):
        if not wrong.any():
            break
        asked = (target - errors / count).clamp_min(0)
        again = pulse(asked)
        errors += again - asked
        held = again.where(wrong, held)
        wrong = (held - target).abs() > programming.tolerance
    return held, wrong

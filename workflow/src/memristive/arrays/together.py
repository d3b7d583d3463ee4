"""What fields of different groups need of each other, and what is possible but was never measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from memristive.core.errors import InputError

if TYPE_CHECKING:
    from memristive.core.setting import Setting

TOLERANCE = 1e-6  # of a bound, below which a resistance and a conductance are the same


def check(setting: Setting) -> None:
    """InputError for the first field that needs something of another group which that does not give."""
    device, name = setting.device, setting.device.name
    uses = {
        "programming.spread": setting.programming.active and setting.programming.spread == "measured",
        "retention.model": setting.retention.draws,
        "reading.noise": setting.reading.noise == "measured",
    }
    if setting.reading.current == "device":
        _check_law(setting)
    elif device.model is not None and not device.model.ohmic:
        raise InputError(
            f"setting: device.name: {name!r} is not a device whose current is proportional to its voltage, as a matrix "
            "product needs; reading.current: 'device' computes its own"
        )
    for field, used in uses.items():
        if used and device.measured is None:
            raise InputError(f"setting: {field}: {setting[field]!r}, but {name} is no device with measurements")
    if setting.programming.failures == "measured" and (device.measured is None or device.measured.given_up is None):
        raise InputError(f"setting: programming.failures: 'measured', but no failures were published for {name}")
    if uses["retention.model"] and device.measured.times is None:
        raise InputError(f"setting: retention.model: 'measured', but no drift was published for {name}")
    if uses["reading.noise"] and not device.measured.noisy:
        raise InputError(f"setting: reading.noise: 'measured', but no read noise was published for {name}")
    if setting.reading.active and setting.arithmetic.semantics != "physical":
        raise InputError("setting: reading: is offered under semantics 'physical' alone")
    if setting.wires.rows == "gated":
        _check_gated(setting)
    if setting.reading.active and setting.wires.active:
        _refuse_with_wires(setting)


def _refuse_with_wires(setting: Setting) -> None:
    """InputError: with wires, what a cell adds depends on what all others do."""
    if setting.reading.noisy:
        raise InputError(
            f"setting: reading.noise: {setting.reading.noise!r} is not offered with wires: a cell's noise changes the "
            "voltages of the others, so that a bit line's is a sum over its cells to first order only"
        )
    raise InputError(
        f"setting: reading.current: {setting.reading.current!r} is not offered with wires: cells that do not obey "
        "Ohm's law make a circuit that is no matrix, but is solved anew for each input"
    )


def _check_gated(setting: Setting) -> None:
    """InputError for what arrays whose rows are gated do not go with: they are no matrices."""
    place = "setting: wires.rows: 'gated'"
    if not setting.dac.serial:
        raise InputError(f"{place} needs inputs bit by bit, since a row is connected or not: dac.bits and dac.serial")
    if setting.tuning.when in ("after", "both"):
        raise InputError(
            f"{place} is not offered with tuning.when {setting.tuning.when!r}, which applies inputs that are no bits; "
            "none and before are"
        )
    for name in ("remap", "drift"):
        value = getattr(setting.recovery, name)
        if value != "none":
            raise InputError(f"{place} is not offered with recovery.{name} {value!r}, which takes arrays for matrices")


def _check_law(setting: Setting) -> None:
    name, model = setting.device.name, setting.device.model
    if model is None or (model.ohmic and not getattr(model, "polynomial", False)):
        raise InputError(f"setting: reading.current: 'device', but {name} has no other current than Ohm's law")
    if not model.ohmic and setting.inputs.max_voltage is None:
        raise InputError(f"setting: inputs.max_voltage: None, but the current of {name} needs a largest voltage")


def doubts(setting: Setting) -> Iterator[str]:
    """One line for each use of a measured device outside of what was measured."""
    device = setting.device
    measured = device.measured
    if measured is None:
        return
    low, high = measured.bounds
    if 1 / device.r_on > high * (1 + TOLERANCE) or 1 / device.r_off < low * (1 - TOLERANCE):
        yield (
            f"device.r_on, device.r_off: {device.r_on:g} and {device.r_off:g} ohm are outside of where {device.name} "
            f"was measured, {1 / high:g} to {1 / low:g} ohm"
        )
    time = setting.retention.time
    if setting.retention.draws and not measured.times[0] <= time <= measured.times[1]:
        yield (
            f"retention.time: {time:g} s is outside of the times for which {device.name} was measured, "
            f"{measured.times[0]:g} to {measured.times[1]:g} s"
        )
    largest = getattr(measured, "largest_voltage", None)
    if setting.reading.current == "device" and largest and (setting.inputs.max_voltage or float("inf")) > largest:
        yield (
            f"inputs.max_voltage: {setting.inputs.max_voltage!r} V, but the current of {device.name} was measured up "
            f"to {largest:g} V"
        )

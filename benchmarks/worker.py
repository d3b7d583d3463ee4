"""One simulator in a process: ``python -m benchmarks.worker NAME IMAGES THREADS``, then a line a run on stdin.

Runs in the simulator's own environment, so it needs torch and safetensors, and nothing else of the project's.
"""

import sys
import time
from collections.abc import Callable

import torch
from torch import nn

from benchmarks import cases

Run = Callable[[], object]


def crossbar(model: nn.Module, x: torch.Tensor, **fields: object) -> Run:
    """This project, on the setting that MemTorch is run on."""
    from memristive.core.setting import Setting
    from memristive.network import convert

    network = convert(model, Setting(semantics="memtorch", tuning="none", **fields), torch.Generator().manual_seed(0))
    return lambda: cases.run_crossbar(network, x)


def memtorch(model: nn.Module, x: torch.Tensor) -> Run:
    """MemTorch 1.1.6."""
    from memristive.core.setting import Setting
    from memristive.memtorch import patch as reference

    setting = Setting(semantics="memtorch", tuning="none")
    network = reference.convert(model, setting, torch.Generator().manual_seed(0))
    return lambda: cases.run(network, x, len(x))


def aihwkit(model: nn.Module, x: torch.Tensor) -> Run:
    """aihwkit's pure torch tiles of 64x64: 8-bit ADC, all noise and the DAC's resolution off."""
    from aihwkit.nn.conversion import convert_to_analog
    from aihwkit.simulator.configs import TorchInferenceRPUConfig
    from aihwkit.simulator.parameters.enums import BoundManagementType, NoiseManagementType

    config = TorchInferenceRPUConfig()
    config.mapping.max_input_size = config.mapping.max_output_size = 64
    config.forward.inp_res = -1
    config.forward.out_res = 1 / (2**8 - 2)
    config.forward.inp_noise = config.forward.out_noise = config.forward.w_noise = 0.0
    config.forward.bound_management = BoundManagementType.NONE
    config.forward.noise_management = NoiseManagementType.ABS_MAX
    network = convert_to_analog(model, config).eval()
    return lambda: cases.run(network, x, 100)


def crosssim(model: nn.Module, x: torch.Tensor) -> Run:
    """CrossSim's balanced cores of at most 64x64: 8-bit ADC over the largest range, ideal DAC and devices."""
    from simulator import CrossSimParameters
    from simulator.algorithms.dnn.torch.convert import from_torch
    from simulator.parameters.xbar_parameters import ADCRangeLimits

    parameters = CrossSimParameters()
    parameters.core.rows_max = parameters.core.cols_max = 64
    parameters.core.mapping.inputs.mvm.min, parameters.core.mapping.inputs.mvm.max = -9.0, 9.0
    parameters.xbar.adc.mvm.model = "SignMagnitudeADC"
    parameters.xbar.adc.mvm.bits = 8
    parameters.xbar.adc.mvm.signed = True
    parameters.xbar.adc.mvm.adc_range_option = ADCRangeLimits.MAX
    network = from_torch(model, parameters).eval()
    return lambda: cases.run(network, x, 100)


NOISE = "crossbar, noise"
SIMULATORS: dict[str, Callable[[nn.Module, torch.Tensor], Run]] = {
    "crossbar": crossbar,
    "crossbar, fused": lambda model, x: crossbar(model, x, accumulate="fused"),
    NOISE: crossbar,
    "memtorch": memtorch,
    "aihwkit": aihwkit,
    "crosssim": crosssim,
}


def main(name: str, images: int, threads: int) -> None:
    """Convert the MNIST network, run it once, then run and report the seconds for each line on stdin.

    The images are MNIST's where they are at hand, save for `NOISE`.
    """
    torch.set_num_threads(threads)
    real = None if name == NOISE else cases.real_images("mnist", max(images, 500))
    x = cases.images("mnist", images) if real is None else real[:images]
    run = SIMULATORS[name](cases.network("mnist", real), x)
    run()
    report = sys.stdout
    sys.stdout = sys.stderr  # what a simulator prints is no answer
    print("ready", file=report, flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        run()
        print(time.perf_counter() - started, file=report, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

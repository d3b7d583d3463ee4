"""The same last bits of torch's own arithmetic on every x86-64 processor with AVX2.

The crossbar's kernels give the same bits everywhere. torch does not: its convolutions (oneDNN), matrix products (MKL)
and powers (ATen) are summed and rounded in another way with each instruction set. That matters where a digital layer
is what something else is made from: each layer's line is fitted to the digital outputs, and where a class's score
nearly ties, one image of ten thousand may then count or not. Three environment variables hold all three libraries to
what every such processor has. They are read when torch first computes, and have no effect later.

Needs nothing but the standard library, so that it can be called before torch is loaded.
"""

import os
import platform
from pathlib import Path

MKL_VARIABLE, MKL_MODE = "MKL_CBWR", "COMPATIBLE"
ONEDNN_VARIABLE, ATEN_VARIABLE = "ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY"
VARIABLES = (MKL_VARIABLE, ONEDNN_VARIABLE, ATEN_VARIABLE)


def use_common_arithmetic() -> None:
    """Ask torch for it in this process and its children; a variable that has a value already keeps it.

    Digital networks become slower where the processor has more (AVX-512) or MKL is its maker's; crossbars do not.
    """
    wanted = {MKL_VARIABLE: MKL_MODE}
    if _has_avx2():
        wanted |= {ONEDNN_VARIABLE: "AVX2", ATEN_VARIABLE: "avx2"}
    for name, value in wanted.items():
        os.environ[name] = os.environ.get(name) or value


def _has_avx2() -> bool:
    """True where ATen may be told to use AVX2, which it does without looking."""
    if platform.machine() not in ("x86_64", "AMD64"):
        return False
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text(encoding="utf-8").replace("\n", " ")
    except OSError:  # another system than Linux
        return False

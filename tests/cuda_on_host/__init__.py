"""The CUDA kernel of MemTorch 1.1.6, compiled for the host from MemTorch's own source.

The source comes from the package registry, by hash, when it is needed; nothing of it is kept in this repository.
"""

import ctypes
import hashlib
import os
import platform
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import torch

from memristive.arrays.product import Arithmetic
from memristive.arrays.tiling import from_tiles, padded_shape

HERE = Path(__file__).parent
SHA256 = "7fd6b6192d970a4005b52e857414781823cf7ab6b8622a15a8483809b6e4192d"
REQUIREMENT = f"memtorch==1.1.6 --hash=sha256:{SHA256}\n"
# pip runs the source distribution's setup.py, which selects a GPU through torch: this stands in for torch.
NO_TORCH = {
    "torch/__init__.py": "from unittest.mock import MagicMock\n\ncuda = device = MagicMock()\n",
    "torch/utils/__init__.py": "",
    "torch/utils/cpp_extension.py": (
        "from setuptools import Extension\n"
        "from setuptools.command.build_ext import build_ext as BuildExtension\n"
        "def CppExtension(name, sources, **_): return Extension(name, sources)\n"
        "CUDAExtension = CppExtension\n"
        "include_paths = library_paths = None\n"
    ),
}
# How products and sums are rounded: a GPU's compiler fuses them.
FMA = ["-mfma"] if platform.machine() in ("x86_64", "AMD64") else []
CONTRACTION = {"separate": ["-ffp-contract=off"], "fused": [*FMA, "-ffp-contract=fast"]}
QUANT_METHODS = ("linear", "log")  # as MemTorch numbers them


class NotHere(Exception):
    """The source cannot be had, or not be compiled, on this machine."""


def source(folder: Path) -> Path:
    """The folder `memtorch` of the source distribution, downloaded into `folder` and unpacked; NotHere without it."""
    for name, text in NO_TORCH.items():
        file = folder / "stub" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (folder / "requirements.txt").write_text(REQUIREMENT)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-binary", ":all:", "--no-build-isolation", "--require-hashes"]
    command += ["--requirement", "requirements.txt", "--dest", "."]
    environment = os.environ | {"PYTHONPATH": str(folder / "stub")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    archive = folder / "memtorch-1.1.6.tar.gz"
    if done.returncode or hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        raise NotHere(f"the source of memtorch 1.1.6 cannot be downloaded: {(done.stderr or '?').splitlines()[-1]}")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "memtorch-1.1.6" / "memtorch"


def compiled(memtorch: Path, folder: Path, order: str) -> Callable[..., None]:
    """`tile_matmul_on_host` of host.cpp, with sums in `order`; NotHere without a compiler or fused multiply-add."""
    text = (memtorch / "cu" / "tile_matmul_kernels.cu").read_text()
    start, end = text.index("__global__ void tile_matmul_kernel("), text.index("at::Tensor tile_matmul(")
    (folder / "kernel.inc").write_text(text[start:end])
    library = folder / f"{order}.so"
    includes = [f"-I{path}" for path in (folder, memtorch / "cu", memtorch / "submodules" / "eigen")]
    # Eigen's own vector instructions sum in another order than a GPU's thread.
    command = ["g++", "-O2", "-w", "-fpermissive", "-std=c++14", "-shared", "-fPIC", "-DEIGEN_DONT_VECTORIZE"]
    command += [*CONTRACTION[order], *includes, str(HERE / "host.cpp"), "-o", str(library)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NotHere("there is no g++") from error
    if done.returncode:
        raise NotHere(f"memtorch's kernel does not compile: {done.stderr[:300]}")
    function = ctypes.CDLL(str(library)).tile_matmul_on_host
    pointer, number = ctypes.c_void_p, ctypes.c_int
    function.argtypes = [pointer, pointer, *[number] * 7, ctypes.c_float, number, pointer]
    function.restype = None
    return function


def tile_matmul(
    function: Callable[..., None],
    voltages: torch.Tensor,
    conductance: torch.Tensor,
    columns: int,
    arithmetic: Arithmetic,
) -> torch.Tensor:
    """Outputs of one call of MemTorch's kernel.

    Args:
        function: of `compiled`.
        voltages: float32 [vectors, rows].
        conductance: float32 [rows, padded columns].

    Returns:
        float32 [vectors, columns]; what the kernel writes past the end of it is lost.
    """
    (vectors, rows), (height, width) = voltages.shape, arithmetic.tile_shape
    tile_rows, tile_columns = -(-rows // height), -(-conductance.shape[1] // width)
    a = torch.zeros(vectors, tile_rows * height)
    a[:, :rows] = voltages
    a = a.view(vectors, tile_rows, height).transpose(0, 1).contiguous()
    b = torch.zeros(tile_rows * height, tile_columns * width)
    b[: len(conductance), : conductance.shape[1]] = conductance
    b = b.view(tile_rows, height, tile_columns, width).transpose(1, 2).contiguous()
    result = torch.zeros(vectors * columns + tile_columns * width)
    shape = (tile_rows, tile_columns, vectors, height, width, columns)
    method = QUANT_METHODS.index(arithmetic.adc_quantisation)
    converter = (
        (-1, 0.0, -1) if arithmetic.adc_bits is None else (arithmetic.adc_bits, arithmetic.adc_overflow_rate, method)
    )
    function(a.data_ptr(), b.data_ptr(), *shape, *converter, result.data_ptr())
    return result[: vectors * columns].view(vectors, columns)


def tiled_inference(function: Callable[..., None], arithmetic: Arithmetic) -> Callable[..., torch.Tensor]:
    """What stands for `memtorch.bh.crossbar.Tile.tiled_inference` where MemTorch is built for a GPU."""

    def infer(voltages: torch.Tensor, layer: torch.nn.Module, transistor: bool) -> torch.Tensor:
        rows, columns = layer.crossbars[0].rows, layer.crossbars[0].columns
        tiles = layer.crossbar_operation(layer.crossbars, lambda crossbar: crossbar.conductance_matrix)
        conductance = from_tiles(tiles.float(), padded_shape(rows, columns, arithmetic.tile_shape))
        return tile_matmul(function, voltages, conductance, columns, arithmetic)

    return infer

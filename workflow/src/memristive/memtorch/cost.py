"""What tiled inference costs MemTorch 1.1.6, counted from its source. Needs neither torch nor MemTorch.

Both builds take the input vectors of a layer one by one and each tile for itself. For one vector and one tile of h rows
and w columns:

- **on a GPU** (memtorch/cu) one thread multiplies (h w multiply-adds, `tile_a * tile_b` of tile_matmul_kernels.cu),
  copies the w sums and sorts the copy by exchanging (w (w - 1) / 2 comparisons, `sort_` of utils.cuh), only to find the
  largest, then converts and adds each of the w columns. Nothing within a tile runs in parallel.
- **on a CPU** (memtorch/cpp) the same multiply-adds run inside one call of torch, the sort is torch's own (w log2 w),
  but every step is a call of torch of its own, of which there are `CALLS_A_TILE`.

Where a GPU's threads wait for their memory, its time follows the operations; on a CPU, where a call of torch costs
microseconds, the time follows the calls until tiles are large.
"""

import dataclasses
import math
from collections.abc import Iterable

# tile_matmul.cpp (with ADC), for each tile: mat_b_tiles_map[j][k].item() is three calls, mat_b_tiles[...], matmul and
# squeeze one each, partial_sum[k] += ... two; quantize.h: unique_consecutive, abs, flatten, sort, then division,
# addition, floor, clamp, multiplication.
CALLS_A_TILE = 17


@dataclasses.dataclass(frozen=True)
class Layer:
    """A Conv2d or Linear as its arrays see it.

    Attributes:
        rows, columns: of its weight matrix.
        vectors: that one image multiplies with it: a Conv2d's output positions, 1 of a Linear.
    """

    rows: int
    columns: int
    vectors: int

    def pairs(self, tile_shape: tuple[int, int]) -> int:
        """Pairs of a vector and a tile, an image."""
        height, width = tile_shape
        return self.vectors * -(-self.rows // height) * -(-self.columns // width)


@dataclasses.dataclass(frozen=True)
class Work:
    """What one image costs.

    Attributes:
        pairs: of a vector and a tile.
        multiply_adds, comparisons, conversions: in all of them.
        calls: of torch.
    """

    pairs: int
    multiply_adds: int
    comparisons: int
    conversions: int
    calls: int = 0

    @property
    def operations(self) -> int:
        """Multiply-adds, comparisons and conversions, each counted as one."""
        return self.multiply_adds + self.comparisons + self.conversions


def on_gpu(layers: Iterable[Layer], tile_shape: tuple[int, int]) -> Work:
    """The work of MemTorch's CUDA build for one image."""
    height, width = tile_shape
    pairs = sum(layer.pairs(tile_shape) for layer in layers)
    return Work(pairs, pairs * height * width, pairs * (width * (width - 1) // 2), pairs * width)


def on_cpu(layers: Iterable[Layer], tile_shape: tuple[int, int]) -> Work:
    """The work of MemTorch's CPU build for one image."""
    height, width = tile_shape
    pairs = sum(layer.pairs(tile_shape) for layer in layers)
    sort = width * math.ceil(math.log2(width))
    return Work(pairs, pairs * height * width, pairs * sort, pairs * width, pairs * CALLS_A_TILE)

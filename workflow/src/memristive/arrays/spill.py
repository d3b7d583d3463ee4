"""Padding columns whose outputs reach other vectors, as in MemTorch 1.1.6 on a GPU.

memtorch/cu/tile_matmul_kernels.cu adds all columns of a tile to the output of vector i from `i * columns` on. What its
padding columns put out lies beyond the layer's columns and so falls upon the outputs of vectors i + 1, i + 2, ... of
the same call: of a Conv2d one sample's positions, of a Linear a batch. After the last vector it is lost (MemTorch
writes it past the end of its memory). Ideal padding cells cancel and put out nothing, save through a logarithmic ADC.

The order of additions is fixed here, where on a GPU it is the threads' own: a vector's own rows of tiles first, then
those of the vector before it, and so on.
"""

from collections.abc import Sequence

import torch


def add_spilled(total: torch.Tensor, padding: Sequence[torch.Tensor]) -> torch.Tensor:
    """`total` with what the padding columns of earlier vectors put out.

    Args:
        total: float32 [calls, vectors, columns]; it is not changed.
        padding: for each row of tiles, float32 [calls, vectors, padding columns].

    Returns:
        float32 of the shape of `total`.
    """
    vectors, columns = total.shape[1:]
    total = total.clone()
    for distance in range(1, vectors):
        beyond = slice((distance - 1) * columns, distance * columns)
        if beyond.start >= padding[0].shape[-1]:
            break
        for row in padding:
            spilled = row[:, :-distance, beyond]
            total[:, distance:, : spilled.shape[-1]] += spilled
    return total

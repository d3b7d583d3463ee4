"""Approximations of tiles with their wires that the literature computes with, as matrices like the exact one.

Each takes conductances g (S) [..., rows, columns] and the `Wires`, driven from one side, and returns what voltages are
multiplied with. They agree with the circuit where the voltage drops are small, and not where wires matter. With m rows,
n columns, R_s and R_g the resistances of source and ground, r_w and r_b those of a segment:

- `alpha_beta` lets each line see its own cells at the full voltage (A. Lambertini, Crossbar_Models_Comparison, 2024,
  CrossbarModels/Crossbar_Models_pytorch.py): M_ij = a_ij g_ij b_ij with
  a_ij = (1 + r_b sum_{k<i} (i - k) g_kj) / (1 + sum_k (R_g + r_b (m - 1 - k)) g_kj),
  b_ij = (1 + r_w sum_{k>j} (k - j) g_ik) / (1 + sum_k (R_s + r_w k) g_ik).
- `dmr` is the same with the mean of each row and each column of cells in place of the cells (ibid.).
- `jeong` lets all cells draw one current, so that a wire is a resistance in series with each cell (Y. Jeong, M. A.
  Zidan and W. D. Lu, "Parasitic effect analysis in memristor-array-based neuromorphic systems", IEEE Transactions on
  Nanotechnology 17 (1), 2018): 1 / M_ij = 1 / g_ij + n R_s + r_w sum_{1<=k<=j} (n - k) + m R_g + r_b sum_{i<k<m} k.
"""

from __future__ import annotations

import torch

from memristive.arrays.wires.circuit import Wires


def alpha_beta(g: torch.Tensor, wires: Wires) -> torch.Tensor:
    """M of `g` where each line sees its own cells at the full voltage."""
    along_bit_lines = _fed(g.flip(-2).transpose(-1, -2), wires.ground, wires.bit_line).transpose(-1, -2).flip(-2)
    return along_bit_lines * g * _fed(g, wires.source, wires.word_line)


def dmr(g: torch.Tensor, wires: Wires) -> torch.Tensor:
    """M of `g` where each line sees the mean of its tile's cells beside it, at the full voltage."""
    rows, columns = g.mean(-1), g.mean(-2)
    along_bit_lines = _fed(rows.flip(-1), wires.ground, wires.bit_line).flip(-1)
    return along_bit_lines.unsqueeze(-1) * g * _fed(columns, wires.source, wires.word_line).unsqueeze(-2)


def jeong(g: torch.Tensor, wires: Wires) -> torch.Tensor:
    """M of `g` where all cells draw one current."""
    rows, columns = g.shape[-2:]
    j = torch.arange(columns, dtype=g.dtype, device=g.device)
    i = torch.arange(rows, dtype=g.dtype, device=g.device)
    before = columns * wires.source + wires.word_line * (columns * j - j * (j + 1) / 2)
    behind = rows * wires.ground + wires.bit_line * (rows * (rows - 1) - i * (i + 1)) / 2
    return g / (1 + g * (before + behind.unsqueeze(-1)))


def _fed(g: torch.Tensor, end: float, segment: float) -> torch.Tensor:
    """Part of the voltage that reaches each cell of lines [..., cells] from their fed end, by loads at full voltage."""
    k = torch.arange(g.shape[-1], dtype=g.dtype, device=g.device)
    beyond = (g * k).flip(-1).cumsum(-1).flip(-1) - k * g.flip(-1).cumsum(-1).flip(-1)
    return (1 + segment * beyond) / (1 + ((end + segment * k) * g).sum(-1, keepdim=True))


APPROXIMATIONS = {"alpha_beta": alpha_beta, "dmr": dmr, "jeong": jeong}

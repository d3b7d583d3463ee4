"""Voltages times conductances, tile by tile: the readable definition that the kernels are held to.

Source: MemTorch 1.1.6, memtorch/cpp/tile_matmul.cpp, and memtorch/cu/tile_matmul_kernels.cu for a GPU.
"""

import dataclasses

import torch

from memristive.arrays.semantics import MEMTORCH, resolve
from memristive.arrays.spill import add_spilled
from memristive.arrays.summation import accumulate
from memristive.arrays.tiling import parts
from memristive.converters.adc import needed_range, quantise, quantise_in_range
from memristive.core.setting import Setting


@dataclasses.dataclass(frozen=True)
class Arithmetic:
    """The fields of a Setting that decide a layer's product, resolved for one kind of layer.

    A new field's default, or what its metadata names as `neutral`, must be the value under which it changes nothing:
    at that value kernels that do not know the field still run (see `memristive.kernels.contract`).

    Attributes:
        tile_shape: rows and columns of a tile; None: one tile as large as the matrix.
        adc_bits, adc_quantisation, adc_overflow_rate: as in Setting.
        ranging: see `adc.quantise`.
        spills: whose vectors take in what padding columns put out, see `spill`: "sample" (the following vectors of
            the same sample), "batch" (of the whole batch) or "none".
        adc_scope: whose entries set the ADC's range: "vector" (one tile's output vector),
            "sample" (all vectors of a sample) or "batch".
        equal_entries_pass: a vector of equal entries, or of one column, passes the ADC unconverted.
        max_input_voltage: V.
        scale_scope: whose largest input sets the encoding's scale: "sample" or "batch".
        rescale_output: whether the encoding's scale is undone.
        accumulate: the order of summation, "separate" or "fused"; see `summation`.
    """

    tile_shape: tuple[int, int] | None = (64, 64)
    adc_bits: int | None = 8
    adc_quantisation: str = "linear"
    adc_overflow_rate: float = 0.0
    ranging: str = "physical"
    adc_scope: str = "vector"
    equal_entries_pass: bool = True
    spills: str = "none"
    max_input_voltage: float | None = 9.0
    scale_scope: str = "sample"
    rescale_output: bool = False
    accumulate: str = "fused"

    def tile_rows(self, rows: int) -> list[slice]:
        """Rows of a matrix on each row of tiles, in the order in which tiles are summed."""
        return parts(rows, self.tile_shape and self.tile_shape[0])

    def tile_columns(self, columns: int) -> list[slice]:
        """Columns of a matrix on each column of tiles."""
        return parts(columns, self.tile_shape and self.tile_shape[1])

    @classmethod
    def of(cls, setting: Setting, layer_type: str) -> "Arithmetic":
        """The arithmetic of `setting` for a layer of `layer_type` ("conv2d" or "linear")."""
        semantics = resolve(setting)
        whole = {"conv2d": "sample", "linear": "batch"}[layer_type]
        tiled = setting.array.tile_shape is not None
        # Without tiles MemTorch converts on the CPU, also in its build for GPUs.
        converter = semantics if tiled or not semantics.adc_spans_layer else MEMTORCH
        return cls(
            tile_shape=setting.array.tile_shape,
            adc_bits=setting.adc.bits,
            adc_quantisation=setting.adc.quantisation,
            adc_overflow_rate=setting.adc.overflow_rate,
            ranging=converter.ranging,
            adc_scope=whole if semantics.adc_spans_layer and not tiled else "vector",
            equal_entries_pass=converter.equal_entries_pass,
            spills=whole if semantics.padding_spills and tiled else "none",
            max_input_voltage=setting.inputs.max_voltage,
            scale_scope=whole if semantics.batch_scales_linear else "sample",
            rescale_output=setting.inputs.rescale_output,
            accumulate=setting.arithmetic.accumulate or semantics.accumulate,
        )


def multiply(x: torch.Tensor, conductance: torch.Tensor, columns: int, arithmetic: Arithmetic) -> torch.Tensor:
    """Outputs of an array of tiles, each tile's vector converted by its ADC, tile rows summed in order.

    Args:
        x: voltages, float32 [samples, vectors, rows].
        conductance: signed conductances (S), float32 [rows, padded_columns].
        columns: how many of the columns are the layer's outputs; the others only take part in the
            range of the ADC, or spill.

    Returns:
        float32 [samples, vectors, columns].
    """
    rows, padded_columns = conductance.shape
    total = x.new_zeros(*x.shape[:2], columns)
    padding = []
    for tile_rows in arithmetic.tile_rows(rows):
        voltages = x[..., tile_rows]
        for tile_columns in arithmetic.tile_columns(padded_columns):
            if tile_columns.start >= columns:  # a tile of padding alone
                break
            currents = accumulate(voltages, conductance[tile_rows, tile_columns], arithmetic.accumulate)
            converted = _convert(currents, arithmetic)
            real = min(tile_columns.stop, columns) - tile_columns.start
            total[..., tile_columns.start : tile_columns.start + real] += converted[..., :real]
        padding.append(converted[..., real:])
    return total if arithmetic.spills == "none" else _with_spilled(total, padding, arithmetic)


def _with_spilled(total: torch.Tensor, padding: list[torch.Tensor], arithmetic: Arithmetic) -> torch.Tensor:
    if arithmetic.spills == "sample":
        return add_spilled(total, padding)
    one_call = [part.flatten(0, 1)[None] for part in (total, *padding)]
    return add_spilled(one_call[0], one_call[1:]).reshape(total.shape)


def tile_sums(x: torch.Tensor, conductance: torch.Tensor, columns: int, arithmetic: Arithmetic) -> torch.Tensor:
    """Outputs of each row of tiles before conversion, float32 [tile rows, samples, vectors, columns].

    Args as for `multiply`.
    """
    return torch.stack(
        [
            accumulate(x[..., tile_rows], conductance[tile_rows, :columns], arithmetic.accumulate)
            for tile_rows in arithmetic.tile_rows(len(conductance))
        ]
    )


def needed_ranges(sums: torch.Tensor, arithmetic: Arithmetic) -> torch.Tensor:
    """The fixed range of each tile's ADC that just holds `sums`, less `adc_overflow_rate` of them.

    Args:
        sums: before conversion, float32 [tile rows, ..., columns].

    Returns:
        Exponents of powers of two, float32 [tile rows, tile columns].
    """
    settings = (arithmetic.adc_quantisation, arithmetic.adc_overflow_rate, arithmetic.ranging)
    return torch.stack(
        [
            torch.cat([needed_range(part.reshape(-1), *settings) for part in _tile_columns(row, arithmetic)])
            for row in sums
        ]
    )


def convert_in_ranges(sums: torch.Tensor, ranges: torch.Tensor, arithmetic: Arithmetic) -> torch.Tensor:
    """`sums` [tile rows, ..., columns] after ADCs of the fixed `ranges` (see `needed_ranges`), float32 [..., columns].

    Tile rows are added in order.
    """
    total = torch.zeros_like(sums[0])
    for row, exponents in zip(sums, ranges, strict=True):
        converted = [
            quantise_in_range(part, arithmetic.adc_bits, exponent, arithmetic.adc_quantisation, arithmetic.ranging)
            for part, exponent in zip(_tile_columns(row, arithmetic), exponents, strict=True)
        ]
        total += torch.cat(converted, -1)
    return total


def convert_sums(sums: torch.Tensor, arithmetic: Arithmetic) -> torch.Tensor:
    """`sums` [tile rows, ..., columns] after ADCs that range themselves, float32 [..., columns].

    Tile rows are added in order.
    """
    total = torch.zeros_like(sums[0])
    for row in sums:
        total += torch.cat([_convert(part, arithmetic) for part in _tile_columns(row, arithmetic)], -1)
    return total


def _tile_columns(row: torch.Tensor, arithmetic: Arithmetic) -> list[torch.Tensor]:
    return [row[..., tile_columns] for tile_columns in arithmetic.tile_columns(row.shape[-1])]


def _convert(currents: torch.Tensor, arithmetic: Arithmetic) -> torch.Tensor:
    shape = currents.shape
    flat = {"vector": currents, "sample": currents.reshape(shape[0], -1), "batch": currents.reshape(-1)}[
        arithmetic.adc_scope
    ]
    converted = quantise(
        flat,
        arithmetic.adc_bits,
        arithmetic.adc_quantisation,
        arithmetic.adc_overflow_rate,
        arithmetic.ranging,
        arithmetic.equal_entries_pass,
    )
    return converted.reshape(shape)

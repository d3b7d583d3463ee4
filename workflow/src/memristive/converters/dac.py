"""The digital-to-analogue converters before the word lines: inputs as codes, and codes as the bits of cycles."""

from __future__ import annotations

import dataclasses

import torch

from memristive.converters import fit


@dataclasses.dataclass(frozen=True)
class Codes:
    """A layer's inputs as whole numbers.

    Attributes:
        bits: of a code; with a sign, in two's complement.
        signed: whether codes can be negative.
        step: input that code 1 stands for.
        serial: whether each bit has a cycle of its own.
    """

    bits: int
    signed: bool
    step: float
    serial: bool

    def codes(self, x: torch.Tensor) -> torch.Tensor:
        """Codes of inputs, whole numbers as float32 of the shape of `x`; beyond the range the outermost one."""
        return fit.codes(x, self.inverse, self.bits, self.signed)

    @property
    def inverse(self) -> torch.Tensor:
        """1 / step, float32, as inputs are multiplied with it."""
        return torch.tensor(1 / self.step, dtype=torch.float32)

    def weights(self) -> tuple[float, ...]:
        """What each cycle's input counts: of the only one, or of bits from the lowest on."""
        if not self.serial:
            return (1.0,)
        found = [2.0**bit for bit in range(self.bits)]
        return (*found[:-1], -found[-1] if self.signed else found[-1])

    def cycles(self, codes: torch.Tensor) -> list[torch.Tensor]:
        """Inputs of each cycle: the codes, or their bits of two's complement, 0 or 1, as float32."""
        if not self.serial:
            return [codes]
        whole = codes.to(torch.int32)
        return [((whole >> bit) & 1).float() for bit in range(self.bits)]

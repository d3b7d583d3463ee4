"""Why a claim of the paper was not reproduced: by number and verdict, for the ledger of a study on the paper's images.

No sentence has a number that a study measures; those stand beside it, in the ledger.
"""

from memristive.claims import NOT_REPRODUCED, ONLY_WITH_DEFECT

_STATES = (
    "MemTorch's quantisation to finite states raises an error that MemTorch catches, so that no conductance changes "
    "and every number of states is the continuous case. Quantised as meant, the weights near zero, which are most of "
    "them, move to another state each."
)
_PADDING = (
    "Each tile is filled up with cells that belong to no weight, and MemTorch calls its C++ code once for each tile "
    "and input vector. On a CPU fewer calls with larger tiles outweigh the additional cells, on the paper's GPU they "
    "do not: the claim is about an implementation, not about crossbars."
)
_INITIAL_TIME = (
    "The drift depends on the elapsed time over an initial time that the paper does not state; MemTorch's tutorial has "
    "1 s. Tuning after the drift restores the accuracy, tuning before it does not, and the paper does not say which "
    "was done: see the choices left open."
)

EXPLANATIONS: dict[int, dict[str, str]] = {
    10: {
        NOT_REPRODUCED: "MemTorch's ADC sets its range anew for each vector, so that no code is spent on values that "
        "do not occur and fewer than six bits are enough. With a range fixed beforehand, as a chip has it, resolutions "
        "below six bits do cost accuracy: see the fixed range under ADC resolution and tile shape.",
    },
    12: {
        NOT_REPRODUCED: "The difference arises at the lowest resolution, where a larger tile is worse: one coarse "
        "conversion stands for more rows. At the resolutions that the paper recommends the tile shapes agree: see "
        "Figure 14.",
    },
    13: {NOT_REPRODUCED: _PADDING},
    16: {ONLY_WITH_DEFECT: _STATES},
    17: {ONLY_WITH_DEFECT: _STATES},
    27: {
        NOT_REPRODUCED: "Repeats with the same proportion lie far apart, because it matters which devices are stuck, "
        "and the paper shows one draw. In a network of few devices, as MNIST's, chance probably plays a larger part.",
    },
    28: {
        NOT_REPRODUCED: "The paper states cycles and temperature, but no parameter of the endurance model; ours are "
        "those of MemTorch's tutorial. Tuning before or after the cycles alone moves the accuracy by more than the "
        "difference to the paper, so that its value needs no other explanation than another choice.",
    },
    29: {NOT_REPRODUCED: _INITIAL_TIME},
    30: {NOT_REPRODUCED: _INITIAL_TIME},
    35: {
        NOT_REPRODUCED: "Weights are mapped between the conductances of R_off and R_on whatever the voltage is. The "
        "maximum input voltage scales a layer's inputs, and nothing scales its result back.",
    },
    36: {NOT_REPRODUCED: _PADDING},
    38: {
        NOT_REPRODUCED: "MemTorch fits one regression line a layer, over all of its tiles together. Equation 11 as "
        "printed lacks the offset of the high-resistance state, without which a weight of zero would need an open "
        "circuit.",
    },
}

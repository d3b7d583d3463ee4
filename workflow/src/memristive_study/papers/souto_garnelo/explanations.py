"""Why a claim of the paper was not reproduced: by number and verdict, for the ledger of a study on the paper's images.

No sentence has a number that a study measures; those stand beside it, in the ledger.
"""

from memristive_study.claims.judge import NOT_REPRODUCED, ONLY_WITH_DEFECT

_STATES = (
    "MemTorch's quantisation to finite states raises an error that MemTorch catches, so that no conductance changes "
    "and every number of states is the continuous case. Quantised as meant, the weights near zero, which are most of "
    "them, move to another state each."
)
_INITIAL_TIME = (
    "The drift depends on the elapsed time over an initial time that the paper does not state; MemTorch's tutorial has "
    "1 s. Tuned after the drift nothing is lost, tuned before it CIFAR10 loses more than MNIST at every ratio tried, "
    "while the paper has MNIST losing more: no choice left open gives both of its values."
)

EXPLANATIONS: dict[int, dict[str, str]] = {
    1: {
        NOT_REPRODUCED: "Networks of the same depth and width learn more here. The paper states the number of epochs, "
        "but neither optimiser nor learning rate, schedule or augmentation; ours were settled on validation images, "
        "with shifted and mirrored images for the CIFAR networks.",
    },
    8: {
        NOT_REPRODUCED: "Both networks lose most of their accuracy, as the paper says, but stay above twice chance. "
        "Inputs above 1 V are scaled down and the results are not scaled back, so that what remains depends on how "
        "large a network's activations have become in its training, of which the paper says little.",
    },
    10: {
        NOT_REPRODUCED: "MemTorch's ADC sets its range anew for each vector, so that no code is spent on values that "
        "do not occur and four bits lose little. With a range fixed beforehand, as a chip has it, resolutions "
        "below six bits do cost accuracy: see the fixed range under ADC resolution and tile shape.",
    },
    11: {
        NOT_REPRODUCED: "From six bits on the tile shapes differ by less than the images' chance; at two bits, where "
        "they do differ, the smallest tile is not the best one.",
    },
    12: {
        NOT_REPRODUCED: "The difference arises at two bits, where much of the accuracy is lost anyway. At the "
        "resolutions that the paper recommends the tile shapes agree: see Figure 14.",
    },
    14: {
        NOT_REPRODUCED: "On a GPU MemTorch gives each tile and input vector one thread, which multiplies and then "
        "sorts all of the tile's sums to find the largest. Larger tiles ask for more operations in all, so they would "
        "take longer without any parallelism too. The time is that of a simulator, not of crossbars.",
    },
    16: {ONLY_WITH_DEFECT: _STATES},
    17: {ONLY_WITH_DEFECT: _STATES},
    20: {
        NOT_REPRODUCED: "At the largest sigma, where this is measured, both networks give every image one class, so "
        "that each loses all it had, and MNIST had more. As meant, CIFAR10 loses more at every smaller sigma, as the "
        "paper says: see Figure 15.",
    },
    23: {
        NOT_REPRODUCED: "Our digital network is better than the paper's to begin with (Table 2), and conversion alone "
        "costs neither of them much.",
    },
    27: {
        NOT_REPRODUCED: "Repeats with the same proportion lie far apart, because it matters which devices are stuck, "
        "and the paper shows one draw. In a network of few devices, as MNIST's, chance probably plays a larger part.",
    },
    28: {
        NOT_REPRODUCED: "The paper states cycles and temperature, but no parameter of the endurance model; ours are "
        "those of MemTorch's tutorial. Tuning before or after the cycles alone moves MNIST by more than ten points, "
        "and CIFAR10 loses everything either way: whatever the paper's devices were, they aged less than these.",
    },
    29: {NOT_REPRODUCED: _INITIAL_TIME},
    30: {NOT_REPRODUCED: _INITIAL_TIME},
    35: {
        NOT_REPRODUCED: "Weights are mapped between the conductances of R_off and R_on whatever the voltage is. The "
        "maximum input voltage scales a layer's inputs, and nothing scales its result back.",
    },
    38: {
        NOT_REPRODUCED: "MemTorch fits one regression line a layer, over all of its tiles together. Equation 11 as "
        "printed lacks the offset of the high-resistance state, without which a weight of zero would need an open "
        "circuit.",
    },
    39: {
        NOT_REPRODUCED: "By the operations of MemTorch's code such a network takes little longer than the paper's own "
        "CIFAR100 network on tiles of the same shape. Only on the largest tiles, whose times the paper gives for MNIST "
        "alone, would it be hours.",
    },
}

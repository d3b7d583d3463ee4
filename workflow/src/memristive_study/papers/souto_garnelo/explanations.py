"""Why a claim of the paper was not reproduced: by number and verdict, for the ledger of a study on the paper's images.

No sentence has a number that a study measures; those stand beside it, in the ledger.
"""

from memristive_study.claims.verdicts import DEPENDS_ON_CHOICE, NOT_REPRODUCED, ONLY_WITH_DEFECT

_STATES = (
    "MemTorch's quantisation to finite states raises an error that MemTorch catches, so that no conductance changes "
    "and every number of states is the continuous case. Quantised as meant, the weights near zero, which are most of "
    "them, move to another state each."
)
_DRIFT = (
    "Drift multiplies the products of all layers by one and the same factor. Tuned after it, the line takes the factor "
    "back and hardly anything is lost; tuned before it, the factor that costs MNIST what the paper reports costs "
    "CIFAR10 tens of points, where the paper has less than two: see the proof on retention."
)
_DRIFT_OF_MNIST = (
    "Tuned after the drift, hardly anything is lost. Tuned before it, the loss depends on the time from which drift is "
    "counted, which the paper does not state: some time gives its loss of MNIST, but not its loss of CIFAR10 as well, "
    "see the proof on retention."
)
_GPU = (
    "As meant, and in MemTorch's CPU build, conversion to ideal devices costs next to nothing. The paper ran MemTorch "
    "on a GPU, whose kernel takes the range of the ADC from the largest signed output and clips what is more negative. "
    "What that costs depends on the training, from next to nothing to the paper's nearly one per cent; it is no cost "
    "of the crossbar."
)
_DRIFT_CHOICE = (
    "Drift multiplies the products of all layers by one and the same factor. Tuned after it, the line takes the factor "
    "back; tuned before it, the loss depends on the time from which drift is counted, which the paper does not state."
)

EXPLANATIONS: dict[int, dict[str, str]] = {
    1: {
        NOT_REPRODUCED: "Networks of the same depth and width learn more here. The paper states the number of epochs, "
        "but neither optimiser nor learning rate, schedule or augmentation; ours were settled on validation images, "
        "with shifted and mirrored images for the CIFAR networks.",
    },
    5: {
        NOT_REPRODUCED: _GPU,
        ONLY_WITH_DEFECT: "MemTorch's GPU kernel takes the range of the ADC from the largest signed output and clips "
        "what is more negative; with the range of the largest magnitude conversion costs next to nothing.",
    },
    8: {
        NOT_REPRODUCED: "Both networks lose most of their accuracy, as the paper says, but stay above twice chance. "
        "Inputs above 1 V are scaled down and the results are not scaled back, so that what remains depends on how "
        "large a network's activations have become in its training, of which the paper says little.",
    },
    9: {
        NOT_REPRODUCED: "Inputs above 1 V are scaled down and the results are not scaled back. A plainly trained "
        "network loses most of its accuracy by that, on MNIST as on CIFAR10, which falls to chance as the paper says; "
        "networks that keep MNIST at 1 V keep CIFAR10 above chance: see the proof on high and low.",
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
    23: {NOT_REPRODUCED: _GPU},
    28: {
        NOT_REPRODUCED: "The paper states cycles and temperature, but no parameter of the endurance model; ours are "
        "those of MemTorch's tutorial. In sudden mode they make three values of all weights, whatever the number of "
        "cycles above one is: see the proof on ageing. What is left depends on the distribution of a network's "
        "weights, and so on its training.",
    },
    29: {NOT_REPRODUCED: _DRIFT},
    30: {NOT_REPRODUCED: _DRIFT_OF_MNIST},
    31: {DEPENDS_ON_CHOICE: _DRIFT_CHOICE},
    33: {
        NOT_REPRODUCED: "Above the frequency of its widest loop a device behaves as the paper says. Below it, its "
        "state has time to move through the whole range just beyond the threshold, and the loop narrows again.",
    },
    34: {
        NOT_REPRODUCED: "A converted network is the digital one with small errors, which turn wrong answers into right "
        "ones about as often as right ones into wrong ones; where it loses nothing it wins by a few images.",
    },
    35: {
        NOT_REPRODUCED: "Weights are mapped between the conductances of R_off and R_on whatever the voltage is. The "
        "maximum input voltage scales a layer's inputs, and nothing scales its result back.",
    },
    43: {
        NOT_REPRODUCED: "MemTorch cuts every matrix into tiles of the one shape that it is given, and fills the last "
        "ones up with cells that belong to no weight.",
    },
    44: {DEPENDS_ON_CHOICE: _DRIFT_CHOICE},
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

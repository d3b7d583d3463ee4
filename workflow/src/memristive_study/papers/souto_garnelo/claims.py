"""The paper's claims, one entry each: section, claim in our own words, its value, our quantity, the criterion.

The criteria were written before any study ran, but for those that `revisions` names, with the reason. Tolerances: 1
point is what the paper itself calls no notable difference; 5 points for the accuracy of a network with non-idealities,
of which the paper reports one draw. Losses are compared with losses, each against the own digital or ideal network,
since a level says as much about the training as about the devices. A claim that names networks is judged on those
alone.
"""

import dataclasses

from memristive_study.claims.criteria import (
    above,
    below,
    between,
    confirmed_above,
    near,
    not_above,
    refuted_above,
    within_factor,
)
from memristive_study.claims.judge import Claim, Part
from memristive_study.claims.quantities import (
    adc_tile,
    device_faults,
    devices,
    input_voltage,
    lifetime,
    training,
    variability,
)
from memristive_study.papers.souto_garnelo import cost, probes
from memristive_study.papers.souto_garnelo import reported as paper
from memristive_study.papers.souto_garnelo.explanations import EXPLANATIONS
from memristive_study.papers.souto_garnelo.later_claims import LATER
from memristive_study.papers.souto_garnelo.revisions import REVISIONS

MNIST, CIFAR10, CIFAR100 = paper.NETWORKS
GPU = "times of MemTorch on a CPU say nothing of its code for a GPU, which the paper timed"
TEN_CLASSES = (MNIST, CIFAR10)
TILE = "x".join(map(str, paper.TILE_SHAPE))


def _listed(values: dict[str, float], unit: str = "%") -> str:
    return ", ".join(f"{paper.LABELS[name]} {value:g} {unit}" for name, value in values.items())


def _lost(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Points that the paper's networks lose between two of its tables."""
    return {name: round(before[name] - value, 2) for name, value in after.items()}


ENDURANCE_LOSS = _lost(paper.DIGITAL_ACCURACY, paper.ENDURANCE_ACCURACY)
RETENTION_LOSS = _lost(paper.DIGITAL_ACCURACY, paper.RETENTION_ACCURACY)
STUCK = paper.STUCK_AT_ACCURACY[CIFAR10]
DEAD = 10.0  # per cent of what it had learned, that a network at its minimum may have left


_CLAIMS = (
    Claim(
        number=1,
        section="Table 2 (b)",
        text="Test accuracy of the digital networks, trained on the published split.",
        paper=_listed(paper.DIGITAL_ACCURACY),
        parts=(Part("accuracy", training.digital_accuracy, near(2.0)),),
        networks=paper.NETWORKS,
    ),
    Claim(
        number=2,
        section="Table 2 (a)",
        text="Mean accuracy of the five folds on the test set.",
        paper=_listed(paper.FOLD_ACCURACY),
        parts=(Part("accuracy", training.fold_mean, near(2.0)),),
        networks=paper.NETWORKS,
    ),
    Claim(
        number=3,
        section="3.1",
        text="The folds behave alike.",
        parts=(Part("standard deviation over folds", training.fold_spread, below(2.0), "% of the mean"),),
    ),
    Claim(
        number=4,
        section="3.1",
        text="MNIST starts very high and converges quickly; the CIFAR networks take more epochs.",
        parts=(
            Part("accuracy of MNIST after one epoch", training.after_one_epoch(MNIST), above(90.0), "%"),
            Part(
                "additional epochs to 99 % of the final accuracy",
                training.additional_epochs(MNIST, (CIFAR10, CIFAR100)),
                above(0.0),
                "epochs",
            ),
        ),
    ),
    Claim(
        number=5,
        section="Abstract",
        text="Conversion under ideal conditions costs nearly 1 %.",
        paper="0.88, 1.22, 0.53 points (Table 4)",
        parts=(Part("digital less best over the voltages", input_voltage.conversion_loss, between(0.5, 1.5)),),
    ),
    Claim(
        number=6,
        section="5",
        text="With 9 V, 64x64 tiles and 8 bits the loss is less than 1 %.",
        paper="less than 1 %; Table 4 itself has 1.22 points for CIFAR10",
        parts=(
            Part(
                "digital less memristive",
                input_voltage.loss_at(paper.MAX_INPUT_VOLTAGE, paper.ADC_BITS, TILE),
                below(1.0),
            ),
        ),
    ),
    Claim(
        number=7,
        section="3.2.1",
        text="Above 6 V the accuracy of all networks is stable.",
        parts=(
            Part(
                "largest difference among voltages from 6 V on",
                input_voltage.change_from(paper.STABLE_FROM_VOLTAGE),
                below(1.0),
            ),
        ),
    ),
    Claim(
        number=8,
        section="3.2.1",
        text="At 1 V CIFAR10 and CIFAR100 fall to chance.",
        paper=_listed(paper.ACCURACY_AT_1_V),
        parts=(
            Part("accuracy over chance", input_voltage.times_chance_at(1.0, paper.CHANCE), below(2.0), "times chance"),
        ),
        networks=(CIFAR10, CIFAR100),
    ),
    Claim(
        number=9,
        section="4.2",
        text="At 1 V the accuracy of MNIST is already high.",
        parts=(Part("accuracy", input_voltage.accuracy_at(1.0), above(80.0), "%"),),
        networks=(MNIST,),
    ),
    Claim(
        number=10,
        section="4.3",
        text="Below 6 bits the ADC is the bottleneck; from 6 bits on nothing changes.",
        parts=(
            Part(
                "least loss below 6 bits",
                adc_tile.smallest_loss_below(paper.BOTTLENECK_BELOW_BITS, TILE),
                above(1.0),
            ),
            Part(
                "largest difference from 6 bits on",
                adc_tile.change_from(paper.BOTTLENECK_BELOW_BITS, TILE),
                below(1.0),
            ),
        ),
    ),
    Claim(
        number=11,
        section="3.2.2",
        text="Smaller tiles are slightly better for CIFAR10 at every resolution.",
        paper="contradicts claim 12",
        parts=(Part("least gain of the smallest tile", adc_tile.smallest_gain_of_small_tiles, above(0.0)),),
        networks=(CIFAR10,),
    ),
    Claim(
        number=12,
        section="4.3",
        text="Tile sizes make no notable difference in accuracy.",
        paper="contradicts claim 11",
        parts=(Part("largest difference among tile shapes", adc_tile.change_over_tiles, below(1.0)),),
    ),
    Claim(
        number=13,
        section="Table 5",
        text="The simulation takes longer with larger tiles (MNIST).",
        paper=", ".join(f"{tile} {s:g} s" for tile, s in paper.TILE_SECONDS[MNIST].items()),
        parts=(
            Part(
                "least ratio of operations from a tile shape to the next larger",
                cost.growth_with_tile((MNIST,)),
                above(1.0),
                "",
            ),
        ),
        networks=(MNIST,),
        revised=GPU,
    ),
    Claim(
        number=14,
        section="4.3",
        text="Small tiles simulate faster because they are computed in parallel.",
        paper="a property of hardware, claimed of a simulator",
        parts=(
            Part(
                "least ratio of operations, done one after the other, to the next larger tile",
                cost.growth_with_tile((MNIST,)),
                refuted_above(1.0),
                "",
            ),
        ),
        revised=GPU,
    ),
    Claim(
        number=15,
        section="3.2",
        text="Inference times of MNIST, CIFAR10 and CIFAR100 in relation.",
        paper=_listed(paper.NETWORK_SECONDS, "s"),
        parts=(
            Part(
                "operations over those of MNIST",
                cost.relative_to(MNIST, paper.NETWORK_SECONDS),
                within_factor(2.0),
                "",
            ),
        ),
        revised=GPU,
    ),
    Claim(
        number=16,
        section="4.4",
        text="A finite number of conductance states alone (sigma 0) does not change accuracy.",
        parts=(Part("largest difference among numbers of states", variability.change_over_states, below(1.0)),),
    ),
    Claim(
        number=17,
        section="4.4",
        text="Two conductance states suffice for both networks.",
        parts=(Part("loss with two states", variability.loss_with_states(2), below(1.0)),),
    ),
    Claim(
        number=18,
        section="3.2.3",
        text="A larger sigma costs accuracy.",
        parts=(Part("loss at the largest sigma", variability.loss_at_largest_sigma, above(0.0)),),
    ),
    Claim(
        number=19,
        section="4.4",
        text="At sigma 100 MNIST is not drastically affected.",
        parts=(Part("loss", variability.loss_at(100.0), below(5.0)),),
        networks=(MNIST,),
    ),
    Claim(
        number=20,
        section="5",
        text="CIFAR10 is more sensitive to sigma than MNIST.",
        parts=(
            Part(
                "loss of CIFAR10 at sigma 100 less that of MNIST",
                variability.sigma_costs_beyond(CIFAR10, MNIST, 100.0),
                above(0.0),
            ),
        ),
    ),
    Claim(
        number=21,
        section="4.4",
        text="R_on and R_off overlap if sigma is big enough.",
        parts=(Part("devices with R_on above R_off", variability.overlapping_devices, confirmed_above(1.0), "%"),),
    ),
    Claim(
        number=22,
        section="3.2.4",
        text="For the same proportion, stuck-at-LRS costs far more than stuck-at-HRS.",
        parts=(Part("accuracy with HRS less with LRS", device_faults.lrs_beyond_hrs, above(10.0)),),
    ),
    Claim(
        number=23,
        section="Table 6",
        text="CIFAR10 without stuck devices.",
        paper=f"{STUCK[0, 0]:g} %, {paper.DIGITAL_ACCURACY[CIFAR10] - STUCK[0, 0]:.2f} points below digital",
        parts=(Part("digital less memristive", device_faults.conversion_loss, near(1.0)),),
        networks=(CIFAR10,),
    ),
    Claim(
        number=24,
        section="Table 6",
        text="CIFAR10 with 5 % stuck at LRS is at its minimum.",
        paper=f"{STUCK[0.05, 0]:g} %, chance is {paper.CHANCE[CIFAR10]:g} %",
        parts=(
            Part("left above chance", device_faults.left_with(0.05, 0.0, paper.CHANCE), below(DEAD), "% of the ideal"),
        ),
        networks=(CIFAR10,),
    ),
    Claim(
        number=25,
        section="Table 6",
        text="CIFAR10 with 5 % stuck at HRS.",
        paper=f"{STUCK[0, 0.05]:g} %, {STUCK[0, 0] - STUCK[0, 0.05]:.2f} points below no stuck devices",
        parts=(Part("loss", device_faults.loss_with(0.0, 0.05), near(5.0)),),
        networks=(CIFAR10,),
    ),
    Claim(
        number=26,
        section="Table 6",
        text="CIFAR10 with 5 % stuck at each is at its minimum.",
        paper=f"{STUCK[0.05, 0.05]:g} %, chance is {paper.CHANCE[CIFAR10]:g} %",
        parts=(
            Part("left above chance", device_faults.left_with(0.05, 0.05, paper.CHANCE), below(DEAD), "% of the ideal"),
        ),
        networks=(CIFAR10,),
        same_fact_as=24,
    ),
    Claim(
        number=27,
        section="3.2.4",
        text="5 % stuck-at-LRS brings the accuracy to its minimum, for both networks.",
        paper="for CIFAR10 that is claim 24",
        parts=(
            Part("left above chance", device_faults.left_with(0.05, 0.0, paper.CHANCE), below(DEAD), "% of the ideal"),
        ),
        networks=TEN_CLASSES,
    ),
    Claim(
        number=28,
        section="Table 3",
        text="Endurance: accuracy after 10,000 cycles at 350 K.",
        paper=f"{_listed(paper.ENDURANCE_ACCURACY)}; lost {_listed(ENDURANCE_LOSS, 'points')}",
        parts=(Part("digital less memristive", lifetime.loss_after("endurance", ENDURANCE_LOSS), near(5.0)),),
        networks=TEN_CLASSES,
    ),
    Claim(
        number=29,
        section="Table 3",
        text="Retention: accuracy after 10,000 s at drift 0.1.",
        paper=f"{_listed(paper.RETENTION_ACCURACY)}; lost {_listed(RETENTION_LOSS, 'points')}",
        parts=(Part("digital less memristive", lifetime.loss_after("retention", RETENTION_LOSS), near(2.0)),),
        networks=TEN_CLASSES,
    ),
    Claim(
        number=30,
        section="4.6, 5",
        text="Retention costs MNIST 3 % against the ideal memristive network (4.6), less than 3 % (5).",
        paper="3 points; Table 3 against Table 4 gives 3.91, against Table 2 (b) 4.79",
        parts=(Part("ideal less drifted", lifetime.loss_from_ideal("retention", paper.RETENTION_LOSS), near(1.0)),),
        networks=(MNIST,),
    ),
    Claim(
        number=31,
        section="4.6",
        text="Endurance costs more than retention.",
        parts=(Part("accuracy after retention less after endurance", lifetime.endurance_beyond_retention, above(0.0)),),
    ),
    Claim(
        number=32,
        section="4.6",
        text="Cycling shrinks the ratio of R_off to R_on.",
        parts=(
            Part(
                "ratio after 10,000 cycles over that before",
                probes.quantity("resistance_ratio_after_cycles"),
                below(1.0),
                "",
                "the endurance model moves both states towards each other",
            ),
        ),
    ),
    Claim(
        number=33,
        section="1.4.2",
        text="The hysteresis loop is pinched at the origin and narrows with frequency.",
        paper="Figure 6 (b)",
        parts=(
            Part(
                "|current| at 0 V in per cent of the largest",
                devices.current_at_zero,
                below(0.1),
                "%",
                "the current of the model is conductance times voltage",
            ),
            Part(
                "largest ratio of a loop's area to that of the next lower frequency",
                devices.loop_narrowing,
                below(1.0),
                "",
            ),
        ),
    ),
    Claim(
        number=34,
        section="4.2",
        text="The converted network never beats the digital one.",
        paper="Table 4",
        parts=(
            Part(
                "best of all settings less digital", input_voltage.gain_over_digital(paper.EXPERIMENTS), not_above(0.0)
            ),
        ),
    ),
    Claim(
        number=35,
        section="4.2",
        text="The maximum input voltage controls how weights are mapped.",
        parts=(
            Part(
                "largest change of a conductance from 1 V to 9 V",
                probes.quantity("conductance_change_with_voltage", "it scales inputs only"),
                above(0.0),
                "%",
            ),
        ),
    ),
    Claim(
        number=36,
        section="4.3",
        text="Smaller tiles simulate faster for all networks.",
        paper="Table 5 has MNIST alone",
        parts=(
            Part(
                "least ratio of operations from a tile shape to the next larger",
                cost.growth_with_tile(paper.NETWORKS),
                above(1.0),
                "",
            ),
        ),
        networks=paper.NETWORKS,
        revised=GPU,
    ),
    Claim(
        number=37,
        section="4.6",
        text="Temperature lowers endurance.",
        parts=(Part("accuracy at the lowest less at the highest temperature", lifetime.cost_of_heat, above(0.0)),),
    ),
    Claim(
        number=38,
        section="1.4.3",
        text="One factor K for each crossbar by regression (eq. 10); weights to conductances by eq. 11.",
        parts=(
            Part(
                "crossbars of a 100x10 layer that share one regression line",
                probes.quantity("crossbars_per_line", "MemTorch fits one line a layer"),
                not_above(1.0),
                "crossbar",
            ),
            Part(
                "largest difference of a conductance from eq. 11",
                probes.quantity("difference_from_equation_11", "eq. 11 as printed lacks its offset G_off"),
                below(1.0),
                "%",
            ),
        ),
    ),
    Claim(
        number=39,
        section="2.2",
        text="A network of six convolutions, three linear layers and more than 264 hidden units takes several hours.",
        paper="its own CIFAR100 network, with 224, took 1300 s",
        parts=(Part("hours, by operations and the paper's CIFAR100", cost.hours_of_wider, above(2.0), "h"),),
        revised=GPU,
    ),
)

CLAIMS = tuple(
    dataclasses.replace(
        claim, explanations=EXPLANATIONS.get(claim.number, {}), revised=REVISIONS.get(claim.number, claim.revised)
    )
    for claim in (*_CLAIMS, *LATER)
)

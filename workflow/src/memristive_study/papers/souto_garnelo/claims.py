"""What the paper claims, one entry each: where, what in our own words, its value, our quantity, the criterion.

The criteria were written before any study ran. Tolerances: 1 point is what the paper itself calls
no notable difference; 5 points for the accuracy of a network with non-idealities, of which the
paper reports one draw. A claim that names networks is judged on those alone.
"""

import dataclasses

from memristive_study.claims import quantities as q
from memristive_study.claims.claims import (
    Claim,
    Part,
    above,
    at_most,
    below,
    confirmed_above,
    near,
    refuted_above,
    within_factor,
)
from memristive_study.papers.souto_garnelo import reported as study
from memristive_study.papers.souto_garnelo.explanations import EXPLANATIONS

MNIST, CIFAR10, CIFAR100 = study.NETWORKS
TEN_CLASSES = (MNIST, CIFAR10)


def _listed(values: dict[str, float], unit: str = "%") -> str:
    return ", ".join(f"{study.LABELS[name]} {value:g} {unit}" for name, value in values.items())


def _stuck_at(lrs: float, hrs: float) -> tuple[str, tuple[Part, ...]]:
    value = study.STUCK_AT_ACCURACY[CIFAR10][lrs, hrs]
    return f"{value:g} %", (Part("accuracy", q.with_faults(lrs, hrs), near(5.0)),)


_CLAIMS = (
    Claim(1, "Table 2 (b)", "Test accuracy of the digital networks, trained on the published split.",
          _listed(study.DIGITAL_ACCURACY), (Part("accuracy", q.digital_accuracy, near(2.0)),), study.NETWORKS),
    Claim(2, "Table 2 (a)", "Mean accuracy of the five folds on the test set.",
          _listed(study.FOLD_ACCURACY), (Part("accuracy", q.fold_mean, near(2.0)),), study.NETWORKS),
    Claim(3, "3.1", "The folds behave alike.", "",
          (Part("standard deviation over folds", q.fold_spread, below(2.0), "% of the mean"),)),
    Claim(4, "3.1", "MNIST starts very high and converges quickly; the CIFAR networks take more epochs.", "",
          (Part("MNIST's validation accuracy after one epoch", q.first_epoch, above(90.0), "%"),
           Part("additional epochs to 99 % of the final accuracy", q.extra_epochs, above(0.0), "epochs"))),
    Claim(5, "Abstract", "Conversion under ideal conditions costs nearly 1 %.",
          "0.88, 1.22, 0.53 points (Table 4)",
          (Part("digital less best over the voltages", q.conversion_loss, below(1.5)),)),
    Claim(6, "5", "With 9 V, 64x64 tiles and 8 bits the loss is less than 1 %.",
          "less than 1 %; Table 4 itself has 1.22 points for CIFAR10",
          (Part("digital less memristive", q.loss_at_standard, below(1.0)),)),
    Claim(7, "3.2.1", "Above 6 V the accuracy of all networks is stable.", "",
          (Part("largest difference among voltages from 6 V on", q.change_above_6_v, below(1.0)),)),
    Claim(8, "3.2.1", "At 1 V CIFAR10 and CIFAR100 fall to chance.", _listed(study.ACCURACY_AT_1_V),
          (Part("accuracy over chance", q.accuracy_at_1_v(over_chance=True), below(2.0), "times chance"),),
          (CIFAR10, CIFAR100)),
    Claim(9, "4.2", "At 1 V the accuracy of MNIST is already high.", "",
          (Part("accuracy", q.accuracy_at_1_v(over_chance=False), above(80.0), "%"),), (MNIST,)),
    Claim(10, "4.3", "Below 6 bits the ADC is the bottleneck; from 6 bits on nothing changes.", "",
          (Part("least loss below 6 bits", q.smallest_loss_below_6_bits, above(1.0)),
           Part("largest difference from 6 bits on", q.change_from_6_bits, below(1.0)))),
    Claim(11, "3.2.2", "Smaller tiles are slightly better for CIFAR10 at every resolution.", "contradicts claim 12",
          (Part("least gain of the smallest tile", q.smallest_gain_of_small_tiles, above(0.0)),), (CIFAR10,)),
    Claim(12, "4.3", "Tile sizes make no notable difference in accuracy.", "contradicts claim 11",
          (Part("largest difference among tile shapes", q.change_over_tiles, below(1.0)),)),
    Claim(13, "Table 5", "The simulation takes longer with larger tiles (MNIST).",
          ", ".join(f"{tile} {s:g} s" for tile, s in study.TILE_SECONDS[MNIST].items()),
          (Part("least ratio from a tile shape to the next larger", q.smallest_growth_with_tile((MNIST,)),
                above(1.0), ""),), (MNIST,)),
    Claim(14, "4.3", "Small tiles simulate faster because they are computed in parallel.",
          "a property of hardware, claimed of a simulator",
          (Part("least ratio to the next larger tile where nothing runs in parallel", q.serial_growth_with_tile,
                refuted_above(1.0), ""),)),
    Claim(15, "3.2", "Inference times of MNIST, CIFAR10 and CIFAR100 in relation.",
          _listed(study.NETWORK_SECONDS, "s"),
          (Part("seconds over those of MNIST", q.network_times, within_factor(2.0), ""),)),
    Claim(16, "4.4", "A finite number of conductance states alone (sigma 0) does not change accuracy.", "",
          (Part("largest difference among numbers of states", q.change_over_states, below(1.0)),)),
    Claim(17, "4.4", "Two conductance states suffice for both networks.", "",
          (Part("loss with two states", q.loss_with_two_states, below(1.0)),)),
    Claim(18, "3.2.3", "A larger sigma costs accuracy.", "",
          (Part("loss at the largest sigma", q.loss_at_largest_sigma, above(0.0)),)),
    Claim(19, "4.4", "At sigma 100 MNIST is not drastically affected.", "",
          (Part("loss", q.loss_at_sigma_100, below(5.0)),), (MNIST,)),
    Claim(20, "5", "CIFAR10 is more sensitive to sigma than MNIST.", "",
          (Part("loss of CIFAR10 less that of MNIST", q.sigma_cifar10_over_mnist, above(0.0)),)),
    Claim(21, "4.4", "R_on and R_off overlap if sigma is big enough.", "",
          (Part("devices with R_on above R_off", q.overlapping_devices, confirmed_above(1.0), "%"),)),
    Claim(22, "3.2.4", "For the same proportion, stuck-at-LRS costs far more than stuck-at-HRS.", "",
          (Part("accuracy with HRS less with LRS", q.lrs_beyond_hrs, above(10.0)),)),
    Claim(23, "Table 6", "CIFAR10 without stuck devices.", *_stuck_at(0.0, 0.0), (CIFAR10,)),
    Claim(24, "Table 6", "CIFAR10 with 5 % stuck at LRS.", *_stuck_at(0.05, 0.0), (CIFAR10,)),
    Claim(25, "Table 6", "CIFAR10 with 5 % stuck at HRS.", *_stuck_at(0.0, 0.05), (CIFAR10,)),
    Claim(26, "Table 6", "CIFAR10 with 5 % stuck at each.", *_stuck_at(0.05, 0.05), (CIFAR10,)),
    Claim(27, "3.2.4", "5 % stuck-at-LRS brings the accuracy to its minimum, for both networks.", "",
          (Part("accuracy (chance is 10 %)", q.with_faults(0.05, 0.0), below(15.0), "%"),), TEN_CLASSES),
    Claim(28, "Table 3", "Endurance: accuracy after 10,000 cycles at 350 K.", _listed(study.ENDURANCE_ACCURACY),
          (Part("accuracy", q.lifetime("endurance", study.ENDURANCE_ACCURACY), near(5.0)),), TEN_CLASSES),
    Claim(29, "Table 3", "Retention: accuracy after 10,000 s at drift 0.1.", _listed(study.RETENTION_ACCURACY),
          (Part("accuracy", q.lifetime("retention", study.RETENTION_ACCURACY), near(5.0)),), TEN_CLASSES),
    Claim(30, "4.6, 5", "Retention costs MNIST 3 % (4.6), less than 3 % (5).",
          "3 points; Table 3 against Table 2 (b) gives 4.79",
          (Part("digital less memristive", q.retention_loss, near(1.0)),), (MNIST,)),
    Claim(31, "4.6", "Endurance costs more than retention.", "",
          (Part("accuracy after retention less after endurance", q.endurance_beyond_retention, above(0.0)),)),
    Claim(32, "4.6", "Cycling shrinks the ratio of R_off to R_on.", "",
          (Part("ratio after 10,000 cycles over that before", q.probe("resistance_ratio_after_cycles"),
                below(1.0), ""),)),
    Claim(33, "1.4.2", "The hysteresis loop is pinched at the origin and narrows with frequency.", "Figure 6 (b)",
          (Part("|current| at 0 V in per cent of the largest", q.pinch, below(0.1), "%"),
           Part("largest ratio of a loop's area to that of the next lower frequency", q.loop_narrowing,
                below(1.0), ""))),
    Claim(34, "4.2", "The converted network never beats the digital one.", "Table 4",
          (Part("best memristive less digital", q.gain_over_digital, at_most(0.0)),)),
    Claim(35, "4.2", "The maximum input voltage controls how weights are mapped.", "",
          (Part("largest change of a conductance from 1 V to 9 V",
                q.probe("conductance_change_with_voltage", "it scales inputs only"), above(0.0), "%"),)),
    Claim(36, "4.3", "Smaller tiles simulate faster for all networks.", "Table 5 has MNIST alone",
          (Part("least ratio from a tile shape to the next larger", q.smallest_growth_with_tile(TEN_CLASSES),
                above(1.0), ""),), TEN_CLASSES),
    Claim(37, "4.6", "Temperature lowers endurance.", "",
          (Part("accuracy at the lowest less at the highest temperature", q.cost_of_heat, above(0.0)),)),
    Claim(38, "1.4.3", "One factor K for each crossbar by regression (eq. 10); weights to conductances by eq. 11.", "",
          (Part("crossbars of a 100x10 layer that share one regression line",
                q.probe("crossbars_per_line", "MemTorch fits one line a layer"), at_most(1.0), "crossbar"),
           Part("largest difference of a conductance from eq. 11",
                q.probe("difference_from_equation_11", "eq. 11 as printed lacks its offset G_off"), below(1.0), "%"))),
    Claim(39, "2.2", "A network of six convolutions and three linear layers takes several hours.",
          "its own CIFAR100 network is one, and took 1300 s",
          (Part("hours for CIFAR100", q.hours_of_the_largest, above(2.0), "h"),)),
)  # fmt: skip

CLAIMS = tuple(dataclasses.replace(claim, explanations=EXPLANATIONS.get(claim.number, {})) for claim in _CLAIMS)

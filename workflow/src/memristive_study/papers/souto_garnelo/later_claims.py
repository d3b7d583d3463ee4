"""Claims of the paper that were written down after the first study had been judged: numbers from 40 on."""

from memristive_study.claims.criteria import above, below, not_above
from memristive_study.claims.judge import Claim, Part
from memristive_study.claims.quantities import device_faults, lifetime, variability
from memristive_study.papers.souto_garnelo import probes
from memristive_study.papers.souto_garnelo import reported as paper

MNIST, CIFAR10, _ = paper.NETWORKS
ADDED = "it was written down after the first study had been judged"

LATER = (
    Claim(
        number=40,
        section="4.4",
        text="A larger sigma makes results scatter more; at sigma 100 MNIST's standard deviation is still low.",
        parts=(
            Part("ratio of the standard deviations between chips", variability.scatter_growth(100.0), above(1.0), ""),
            Part(
                "standard deviation of MNIST between chips at sigma 100",
                variability.scatter_at(MNIST, 100.0),
                below(5.0),
            ),
        ),
        networks=(MNIST, CIFAR10),
        revised=ADDED,
    ),
    Claim(
        number=41,
        section="4.3",
        text="On small tiles errors stay local, on larger ones an error costs more.",
        parts=(
            Part(
                "cost of devices stuck at LRS on the largest tiles less that on the smallest",
                device_faults.cost_of_large_tiles,
                above(0.0),
            ),
        ),
        networks=(MNIST, CIFAR10),
        revised=ADDED,
    ),
    Claim(
        number=42,
        section="2.4.2",
        text="A single column does not support negative weights.",
        parts=(
            Part(
                "largest difference of a negative weight's conductance from that of a weight of zero",
                probes.quantity("single_column_response", "MemTorch maps every negative weight as it maps zero"),
                not_above(0.0),
                "%",
            ),
        ),
        revised=ADDED,
    ),
    Claim(
        number=43,
        section="1.4.3",
        text="A best-fit algorithm places each matrix on the smallest suitable tile.",
        parts=(
            Part(
                "devices of the tile that holds a 10x10 matrix, asked for 256x256, over those of the smallest suitable",
                probes.quantity("devices_over_best_fit", "MemTorch has one tile shape for all matrices"),
                not_above(1.0),
                "",
            ),
        ),
        revised=ADDED,
    ),
    Claim(
        number=44,
        section="4.6",
        text="CIFAR10 loses nothing notable by retention.",
        paper="81.89 % against 81.95 % (Table 6) or 82.12 % (Table 4)",
        parts=(Part("ideal less drifted", lifetime.loss_from_ideal("retention", {}), below(1.0)),),
        networks=(CIFAR10,),
        revised=ADDED,
    ),
)

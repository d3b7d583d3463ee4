"""No number of the README's results is written by hand."""

import pandas as pd

from memristive_study.report import readme
from memristive_study.report.readme import PUBLISHED, results, update


def test_results_are_those_of_the_published_study(repository):
    text = (repository / "README.md").read_text(encoding="utf-8")
    assert update(text, results(PUBLISHED)) == text


def test_results_of_both_semantics_are_told_apart():
    table = pd.DataFrame(
        [
            {
                "network": "MNIST",
                "semantics": semantics,
                "stuck_at_lrs": 0.05,
                "stuck_at_hrs": 0.0,
                "ours": 50.0,
                "low": 49.0,
                "high": 51.0,
                "n": 5,
                "over": "repeats",
                "paper": None,
            }
            for semantics in ("physical", "memtorch")
        ]
    )
    rows = readme._TABLES["table6_stuck_at_faults"](table)
    assert [what for what, *_ in rows] == [
        "stuck at LRS 5 %, at HRS 0 %, physical (Table 6)",
        "stuck at LRS 5 %, at HRS 0 %, memtorch (Table 6)",
    ]


def test_networks_stand_beside_each_other():
    row = {"part": "b: published split", "low": 1.0, "high": 3.0, "n": 9, "over": "images"}
    table = pd.DataFrame(
        [{**row, "network": "MNIST", "paper": 98.73, "ours": 2.0}, {**row, "network": "CIFAR10", "ours": 1.5}]
    )
    lines = readme._beside_each_other(readme._TABLES["table2_training"](table))
    assert lines[0] == "| what | n | MNIST | CIFAR10 |"
    assert lines[2:] == [
        "| digital, b: published split (Table 2) | 9 images | 98.73 / 2.00 [1.00, 3.00] | - / 1.50 [1.00, 3.00] |"
    ]

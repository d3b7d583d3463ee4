"""No number of the results in README and documentation is written by hand, and no link leads nowhere."""

import re

import pandas as pd
import pytest

from memristive_study.report import readme
from memristive_study.report.readme import PAGES, PUBLISHED, results, update


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_results_are_those_of_the_published_study(page):
    text = page.read_text(encoding="utf-8")
    assert update(text, results(PUBLISHED, page)) == text


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


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{name}.md" for name in ("results", "benchmarks", "cluster"))])
def test_links_lead_somewhere(repository, page):
    text = (repository / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if not ((repository / page).parent / target).exists()] == []
    assert len(targets) > 1

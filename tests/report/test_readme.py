"""No number of the README's results is written by hand."""

import pandas as pd

from memristive import readme
from memristive.readme import PUBLISHED, results, update


def test_results_are_those_of_the_published_study(repository):
    text = (repository / "README.md").read_text(encoding="utf-8")
    assert update(text, results(PUBLISHED)) == text


def test_results_of_both_semantics_are_told_apart():
    table = pd.DataFrame(
        [
            {"network": "MNIST", "semantics": semantics, "stuck_at_lrs": 0.05, "stuck_at_hrs": 0.0, "ours": 50.0,
             "low": 49.0, "high": 51.0, "n": 5, "over": "repeats", "paper": None}
            for semantics in ("physical", "memtorch")
        ]
    )  # fmt: skip
    rows = readme._TABLES["table6_stuck_at_faults"](table)
    assert [what for what, *_ in rows] == [
        "stuck at LRS 5 %, at HRS 0 %, physical (Table 6)",
        "stuck at LRS 5 %, at HRS 0 %, memtorch (Table 6)",
    ]

"""A target that nothing makes: the nearest one, and those that there are."""

import pytest

from memristive_study.runtime.targets import wrong

RULES = ["all", "figures"]
FILES = [
    "results/paper/figures/fig13_max_input_voltage.png",
    "results/paper/figures/fig15_variability.png",
    "results/paper/tables/table4.csv",
]


@pytest.mark.parametrize(
    ("target", "near"),
    [
        ("fig13.png", FILES[0]),
        ("results/paper/figures/fig13.png", FILES[0]),
        ("results/paper/figures/fig15_varability.png", FILES[1]),
        ("table4.csv", FILES[2]),
    ],
)
def test_the_nearest_is_named(target, near):
    first, second = wrong(["all", target], RULES, FILES, lambda target: False).splitlines()
    assert first == f"{target}: did you mean {near}?"
    assert second.startswith("Targets: all, figures; ")
    assert near in second


def test_of_one_kind_of_file():
    assert wrong(["other.csv"], RULES, FILES, lambda target: False) == (
        f"other.csv: there is no such target\nTargets: all, figures; {FILES[2]}"
    )


def test_a_target_that_is_made_or_there_is_none_of_them(tmp_path):
    assert wrong(["figures", "made", str(tmp_path)], RULES, FILES, lambda target: target == "made") is None

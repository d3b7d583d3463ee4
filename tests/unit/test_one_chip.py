"""A paper's single number beside the distribution of our chips: in verdicts, in the ledger, in figures."""

import fabricated
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection

from memristive.core.setting import SHORT_NAMES
from memristive_study import figures
from memristive_study.claims import coherence, criteria, judge
from memristive_study.claims.evidence import Evidence, Found
from memristive_study.claims.judge import Part
from memristive_study.claims.verdicts import CONSISTENT, NOT_DECIDABLE, NOT_REPRODUCED, REPRODUCED, decide
from memristive_study.figures import style, sweep
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import claims
from memristive_study.papers.souto_garnelo.experiments import device_faults, variability
from memristive_study.results.differences import of_part
from memristive_study.results.statistics import Interval, OneChip
from memristive_study.results.study import Study

NEAR = Part("loss", lambda evidence: [], criteria.near(5))
CHIPS = 60


def verdict(*found: Found) -> tuple[str, str]:
    decided = decide([(NEAR, found)], {})
    return decided.verdict, decided.reason


def loss(ours: float, chip: OneChip | None, semantics: str = "physical", choice: str = "", paper: float = 9.0) -> Found:
    return Found("cifar10", Interval(ours, ours - 1, ours + 1, CHIPS), semantics, choice, paper, chip=chip)


def test_a_number_that_one_chip_may_have_is_not_refuted_by_our_mean():
    wide, narrow, few = OneChip(3, 44, 0.97), OneChip(17, 19, 0.97), OneChip(17, 19, 0.67)
    assert verdict(loss(18, None)) == (NOT_REPRODUCED, "")
    assert verdict(loss(18, narrow)) == verdict(loss(18, few)) == (NOT_REPRODUCED, "")
    words = "the paper's number is one that a chip of ours may have, "
    assert verdict(loss(18, wide)) == (CONSISTENT, words + "as meant")
    assert verdict(loss(13.5, wide))[0] == CONSISTENT  # else undecided
    assert verdict(loss(13.5, None))[0] == NOT_DECIDABLE
    assert verdict(loss(10, narrow)) == (REPRODUCED, "")
    assert verdict(loss(18, narrow), loss(18, wide, "memtorch_cuda")) == (
        CONSISTENT,
        words + "as MemTorch computes on a GPU",
    )
    assert verdict(loss(18, narrow, choice="tuning before"), loss(18, wide, choice="tuning after")) == (
        CONSISTENT,
        words + "as meant, with tuning after",
    )
    assert verdict(loss(18, wide), loss(40, narrow))[0] == NOT_REPRODUCED  # one network alone
    assert verdict(loss(18, wide), loss(10, None))[0] == CONSISTENT  # the other fulfils the criterion


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> tuple[dict, Study]:
    inputs = fabricated.write_study(tmp_path_factory.mktemp("study"))
    described = inputs.pop("study")
    return figures.read_all(inputs), Study.read(described, load("souto_garnelo"))


def with_chips(frames: dict, experiment: str, at: dict, accuracies: np.ndarray) -> pd.DataFrame:
    """The experiment with a further part `chips`: one setting of CIFAR10, as meant, on many chips."""
    frame = frames[experiment]
    one = frame[(frame["network"] == "cifar10") & (frame["semantics"] == "physical") & (frame["part"] == "paper")]
    for name, value in at.items():
        one = one[one[name].isna() if value is None else one[name] == value]
    rows = [one.iloc[0].to_dict() | {"repeat": i, "accuracy": a} for i, a in enumerate(accuracies)]
    return pd.concat([frame, pd.DataFrame(rows).assign(part="chips", label="chips-0")], ignore_index=True)


AT = {"stuck_at_lrs": 0.0, "stuck_at_hrs": 0.05}


def test_further_repeats_of_a_setting_count_whichever_part_has_them(study):
    frames, _ = study
    frame = with_chips(frames, "device_faults", AT, np.linspace(50, 80, CHIPS))
    paper = frame[frame["part"] == "paper"]
    merged = of_part(frame, "paper")
    assert set(merged["part"]) == {"paper"}
    mine = merged[(merged["network"] == "cifar10") & (merged["semantics"] == "physical")]
    mine = mine[(mine["stuck_at_lrs"] == 0) & (mine["stuck_at_hrs"] == 0.05)]
    assert sorted(mine["repeat"]) == list(range(CHIPS))
    few = paper["repeat"].nunique()
    assert mine.set_index("repeat")["accuracy"][few:].tolist() == np.linspace(50, 80, CHIPS)[few:].tolist()
    assert len(merged) == len(paper) + CHIPS - few
    assert len(of_part(frame, None)) < len(frame)
    assert not of_part(frame, None).duplicated([*SHORT_NAMES, "network", "repeat"]).any()
    assert set(of_part(frame, "chips")["repeat"]) == set(range(CHIPS))
    assert len(of_part(frame, "absent")) == 0


def test_a_number_of_table_6_is_placed_among_the_chips(study):
    """CIFAR10 with 5 % stuck at HRS: the paper's loss is 9.07 points against 18 +- 6 of ours."""
    frames, described = study
    mine = frames["device_faults"].query("network == 'cifar10' and semantics == 'physical' and part == 'paper'")
    ideal = mine.query("stuck_at_lrs == 0 and stuck_at_hrs == 0")["accuracy"].mean()

    def judged(spread: float) -> dict:
        losses = 18 + spread * np.random.default_rng(0).permutation(np.linspace(-2, 2, CHIPS))
        frame = with_chips(frames, "device_faults", AT, ideal - losses)
        mine = frame["network"].eq("cifar10") & frame["semantics"].eq("physical") & frame["stuck_at_hrs"].eq(0.05)
        frame = frame[~(mine & frame["stuck_at_lrs"].eq(0) & frame["part"].eq("paper"))]
        frame = frame[frame["semantics"] == "physical"]
        moved = frame[frame["part"] == "chips"].assign(part="paper")
        evidence = Evidence({**frames, "device_faults": pd.concat([frame, moved])}, described)
        evidence.frames.pop("records", None)
        return judge.judge(claims.CLAIMS[24], evidence)

    row = judged(6)
    assert row["number"] == 25
    assert row["verdict"] == CONSISTENT
    assert "one further chip in 97 % of cases from 6.00 to 30.00: the paper's 9.07 is there" in row["ours"]
    row = judged(1)
    assert row["verdict"] == NOT_REPRODUCED
    assert "from 16.00 to 20.00: the paper's 9.07 is not there" in row["ours"]
    assert coherence._holds(CONSISTENT) == coherence.OPEN


def test_many_chips_are_points_with_quantiles(study):
    frames, described = study
    values = np.linspace(50, 80, 101)
    frame = with_chips(frames, "device_faults", AT, values)
    frame = frame[frame["part"] == "chips"]
    drawn = sweep.draw({"device_faults": frame}, described)
    (panel,) = drawn.axes
    points = [line for line in panel.lines if len(line.get_ydata()) == len(values)]
    assert [sorted(line.get_ydata()) for line in points] == [values.tolist()]
    assert np.ptp(points[0].get_xdata()) > 0.1
    across = [c.get_segments()[0][0][1] for c in panel.collections if isinstance(c, LineCollection)]
    assert {50 + 0.3 * p for p in (5, 50, 95)} <= {round(float(y), 6) for y in across}
    stars = [line.get_ydata().tolist() for line in panel.lines if line.get_marker() == "*"]
    assert stars == [[72.88]]
    assert "chips" in drawn.get_supxlabel()
    plt.close(drawn)


@pytest.mark.parametrize(
    ("experiment", "draw", "at"),
    [
        ("device_faults", device_faults.draw, AT),
        ("variability", variability.draw, {"sigma": 50.0, "conductance_states": None}),
    ],
)
def test_the_paper_s_own_figures_show_them_too(study, experiment, draw, at):
    frames, described = study
    frame = frames[experiment]
    at = {name: value for name, value in at.items() if name != "sigma"} | (
        {"sigma": frame["sigma"].max()} if "sigma" in at else {}
    )
    frame = with_chips(frames, experiment, at, np.linspace(50, 80, CHIPS))
    drawn = draw({experiment: frame}, described)
    if experiment == "variability":
        counts = [len(line.get_ydata()) for axes in drawn.axes for line in axes.lines]
        assert CHIPS in counts
    else:
        ours = of_part(frame, "paper").query("network == 'cifar10' and semantics == 'physical'")
        mean = ours.query("stuck_at_lrs == 0 and stuck_at_hrs == 0.05")["accuracy"].mean()
        texts = [text.get_text() for axes in drawn.axes for text in axes.texts]
        assert [text for text in texts if text.startswith(f"{mean:.1f} ") and text.endswith("(72.9)")]
    assert f"to {CHIPS} repeats" in drawn.get_supxlabel()
    plt.close(drawn)


def test_few_chips_stand_above_one_another():
    figure, axes = plt.subplots()
    style.draws(axes, pd.DataFrame({"accuracy": [1.0, 2.0]}), 3.0, "black")
    assert axes.lines[0].get_xdata().tolist() == [3.0, 3.0]
    assert not axes.collections
    plt.close(figure)


@pytest.mark.parametrize(("chips", "said"), [(style.MOST_DRAWN, False), (style.MOST_DRAWN + 1, True)])
def test_a_note_says_what_the_lines_across_many_chips_are(chips, said):
    frame = pd.DataFrame({"label": ["a"] * chips + ["b"]})
    assert ("5, 50 and 95 %" in style.chips(frame, ["label"])) is said
    assert style.chips(frame.iloc[:0], ["label"]) == ""

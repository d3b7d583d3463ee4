"""What was published is MemTorch on a GPU; a study without it has MemTorch on a CPU in its place."""

import dataclasses

import fabricated
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from memristive import Setting
from memristive.arrays.semantics import SEMANTICS
from memristive_study.claims import criteria
from memristive_study.claims.evidence import ORDER, Evidence, Found
from memristive_study.claims.judge import Part
from memristive_study.claims.quantities.semantics import meant_less_published
from memristive_study.claims.verdicts import NOT_REPRODUCED, ONLY_WITH_DEFECT, REPRODUCED, decide
from memristive_study.figures import style
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo.experiments import input_voltage
from memristive_study.results import readings
from memristive_study.results.statistics import Interval
from memristive_study.results.study import Study


def test_every_semantics_has_its_words():
    assert set(readings.ORDER) == set(readings.LABELS) == set(readings.AS) == set(SEMANTICS)
    assert ORDER[: len(readings.ORDER)] == readings.ORDER


@pytest.mark.parametrize(
    ("present", "published"),
    [
        (["physical", "memtorch", "memtorch_cuda"], "memtorch_cuda"),
        (["memtorch", "physical"], "memtorch"),
        (["physical"], ""),
        ([], ""),
    ],
)
def test_the_published_one(present, published):
    assert readings.published(present) == published


def verdict(**losses):
    """Of the claim that a loss is above 10 points."""
    part = Part("loss", lambda evidence: [], criteria.above(10))
    found = [Found("mnist", Interval(loss, loss - 1, loss + 1, 5), semantics) for semantics, loss in losses.items()]
    decided = decide([(part, found)], {})
    return decided.verdict, decided.reason


def test_a_verdict_looks_at_the_gpu_where_it_was_run():
    assert verdict(physical=2, memtorch=20, memtorch_cuda=2) == (NOT_REPRODUCED, "")
    assert verdict(physical=2, memtorch=2, memtorch_cuda=20) == (
        ONLY_WITH_DEFECT,
        "holds as MemTorch computes on a GPU, not as meant",
    )
    assert verdict(physical=2, memtorch=20) == (ONLY_WITH_DEFECT, "holds as MemTorch computes on a CPU, not as meant")
    assert verdict(physical=20, memtorch=20, memtorch_cuda=2) == (
        REPRODUCED,
        "holds as meant, not as MemTorch computes on a GPU",
    )
    assert verdict(memtorch_cuda=20, memtorch=2) == (REPRODUCED, "")
    assert verdict(memtorch=20) == (REPRODUCED, "")


def test_what_is_meant_is_compared_with_the_gpu_where_it_was_run(tmp_path):
    study = Study.read(fabricated.write_study(tmp_path)["study"], load("souto_garnelo"))
    rows = [
        {
            "part": "paper",
            "network": "mnist",
            "label": s,
            "semantics": s,
            "repeat": repeat,
            "accuracy": a + 0.1 * repeat,
        }
        for s, a in {"physical": 99, "memtorch": 98, "memtorch_cuda": 90}.items()
        for repeat in range(3)
    ]
    frame = pd.DataFrame(rows)
    (found,) = meant_less_published("x")(Evidence({"x": frame}, study))
    assert (round(found.ours.value, 6), found.choice) == (9, "memtorch_cuda")
    (found,) = meant_less_published("x")(Evidence({"x": frame[frame["semantics"] != "memtorch_cuda"]}, study))
    assert (round(found.ours.value, 6), found.choice) == (1, "memtorch")


def test_three_semantics_look_different():
    looks = [style.semantics_style(name, "#0072B2") for name in readings.ORDER]
    assert len({str(look["linestyle"]) for look in looks}) == 3
    assert len({look["markersize"] for look in looks}) == 3
    frame = pd.DataFrame({"semantics": ["memtorch", "physical", "memtorch_cuda"]})
    assert style.semantics_of(frame) == ["physical", "memtorch_cuda", "memtorch"]
    labels = [handle.get_label() for handle in style.semantics_handles(style.semantics_of(frame))]
    assert labels[1] == "memtorch_cuda (as published)"
    plt.close("all")


def test_what_a_read_would_do_is_said(tmp_path):
    evidence = Evidence({}, Study.read(fabricated.write_study(tmp_path)["study"], load("souto_garnelo")))
    (sentence,) = input_voltage.disturbance(evidence)
    # 3 nm / (5e-4 m/s (9 V / 0.02 V - 1)) = 13.36 ns
    assert "9 V are 450 times its threshold" in sentence
    assert "through its whole range in 13.4 ns" in sentence
    unbounded = dataclasses.replace(evidence.study, setting=Setting(max_input_voltage=None))
    assert input_voltage.disturbance(Evidence({}, unbounded)) == []
    ohmic = dataclasses.replace(evidence.study, setting=Setting(device="mine", r_on=10, r_off=100))
    assert input_voltage.disturbance(Evidence({}, ohmic)) == []

"""The coherence table: rows that stand for values of the choices, and the set that makes most claims hold."""

import fabricated
import pandas as pd
import pytest

from memristive_study import figures
from memristive_study.claims import coherence
from memristive_study.claims.criteria import above, near
from memristive_study.claims.evidence import Evidence
from memristive_study.claims.judge import Claim, Part
from memristive_study.claims.quantities import input_voltage, lifetime, variability
from memristive_study.claims.situations import Situations
from memristive_study.papers import load
from memristive_study.results.study import Study
from memristive_study.tables import coherence as written

POINTS = {"retention": "retention", "stuck_at_hrs": "device_faults"}


@pytest.fixture
def evidence(tmp_path):
    """A small study with alternatives: the initial time of drift, and tuning at stuck devices."""
    inputs = fabricated.write_study(tmp_path, ("mnist", "cifar10"), "small", 2, folds=1, epochs=1)
    names = (*fabricated.EXPERIMENTS, "selections", "proof_modes")
    frames = figures.read_all({name: inputs[name] for name in names})
    retention = frames["retention"]
    before = retention[(retention["part"] == "paper") & (retention["tuning"] == "before")]
    later = before.assign(
        initial_time=100.0, accuracy=90.0, part="initial_time", label="initial_time-100.retention.physical"
    )
    own = before.assign(part="study", label="study.retention.physical")
    faults = frames["device_faults"]
    stuck = faults[(faults["part"] == "paper") & (faults["stuck_at_lrs"] == 0) & (faults["stuck_at_hrs"] == 0.05)]
    after = stuck.assign(tuning="after", accuracy=50.0, part="tuning", label="tuning-after.stuck_at_hrs.physical")
    frames["choices"] = pd.concat([later, own, after]).assign(experiment="choices")
    return Evidence(frames, Study.read(inputs["study"], load("souto_garnelo")))


@pytest.fixture
def situations(evidence):
    return Situations(evidence, POINTS)


def paper(evidence, name):
    frame = evidence.frames[name]
    return frame[frame["part"] == "paper"]


def test_the_values_are_those_that_vary_at_a_setting_of_the_paper(situations):
    assert situations.values == {
        "semantics": ["physical", "memtorch"],
        "tuning": ["before", "after"],
        "initial_time": [1.0, 100.0],
        "batch_size": [1, 250],
        "batch_norm_mode": ["inference", "training"],
    }
    assert situations.touching({"retention"}) == ["tuning", "initial_time"]
    assert situations.touching({"adc_tile"}) == []


def test_an_alternative_takes_the_place_of_the_study_s_own_value(situations, evidence):
    rows = paper(situations.at({"initial_time": 100.0, "tuning": "before"}), "retention")
    assert set(rows["accuracy"]) == {90.0}
    own = paper(situations.at({"initial_time": 1.0, "tuning": "before"}), "retention")
    given = paper(evidence, "retention")
    assert len(own) == 4  # two networks, two repeats: what was evaluated twice counts once
    assert set(own["accuracy"]) == set(given.loc[given["tuning"] == "before", "accuracy"])


def test_a_combination_that_was_not_run_has_no_rows(situations):
    assert not len(paper(situations.at({"initial_time": 100.0, "tuning": "after"}), "retention"))


def test_a_choice_does_not_touch_settings_at_which_it_was_not_varied(situations):
    rows = paper(situations.at({"tuning": "after"}), "device_faults")
    at = rows.set_index(["stuck_at_lrs", "stuck_at_hrs"])["accuracy"]
    assert set(at[0, 0.05]) == {50.0}
    assert len(at[0, 0]) == 4
    assert set(rows.loc[rows["stuck_at_hrs"] == 0, "tuning"]) == {"before"}


def test_what_was_run_under_one_semantics_stands_for_the_other(situations):
    for semantics in ("physical", "memtorch"):
        chosen = situations.at({"semantics": semantics})
        assert set(paper(chosen, "retention")["semantics"]) == {semantics}
        assert set(paper(chosen, "variability")["semantics"]) == {semantics}
    given = situations.evidence.frames["variability"]
    meant = given.loc[given["semantics"] == "memtorch", "accuracy"]
    assert sorted(paper(chosen, "variability")["accuracy"]) == sorted(meant)


def test_batch_norm_in_training_mode_comes_from_its_measurement(situations):
    modes = situations.evidence.frames["proof_modes"]
    measured = modes[
        (modes["mode"] == "batch norm in training") & (modes["network"] == "cifar10") & (modes["scale"] == 1)
    ]
    at = measured.set_index("point")["correct"] / 10
    chosen = situations.at({"semantics": "memtorch", "batch_norm_mode": "training", "batch_size": 250})
    low = paper(chosen, "input_voltage")
    low = low[(low["network"] == "cifar10") & (low["max_input_voltage"] == 1)]
    assert low["accuracy"].tolist() == [at["1 V"]]
    aged = paper(chosen, "endurance")
    aged = aged[aged["network"] == "cifar10"].set_index("tuning")["accuracy"]
    assert aged.to_dict() == {t: at[f"endurance, tuned {t}"] for t in ("before", "after")}


def part(quantity, criterion):
    return (Part("it", quantity, criterion),)


def test_a_claim_is_judged_under_the_choices_that_touch_it(situations):
    claims = [
        Claim(1, "", "initial time", part(lifetime.loss_from_ideal("retention", {"mnist": 0}), above(20.0))),
        Claim(2, "", "states", part(variability.loss_with_states(2), above(1.0))),
        Claim(3, "", "at 9 V", part(input_voltage.accuracy_at(9.0), above(1.0)), same_fact_as=2),
    ]
    frame = coherence.table(claims, {"strong": situations})
    drift = frame[frame["number"] == 1].set_index(["tuning", "initial_time"])["holds"]
    assert drift.to_dict() == {
        ("before", "1"): "yes",
        ("before", "100"): "no",
        ("after", "1"): "no",
        ("after", "100"): "open",
    }
    assert (frame.loc[frame["number"] == 1, ["batch_size", "batch_norm_mode"]] == "").all(axis=None)
    states = frame[frame["number"] == 2].set_index("semantics")["holds"]
    assert states.to_dict() == {"physical": "yes", "memtorch": "no"}
    assert frame["fact"].tolist() == frame["number"].replace(3, 2).tolist()
    assert coherence.touched(frame) == [1, 2]
    best = coherence.joint(frame).iloc[0]
    assert (best["semantics"], best["tuning"], best["initial_time"]) == ("physical", "before", "1")
    assert (best["yes"], best["no"], best["open"]) == ([1, 2], [], [])


def test_another_study_is_another_recipe(situations, evidence):
    frame = evidence.frames["input_voltage"]
    other = Situations(
        Evidence({**evidence.frames, "input_voltage": frame.assign(accuracy=20.0)}, evidence.study), POINTS
    )
    claim = Claim(1, "", "at 9 V", part(input_voltage.accuracy_at(9.0), above(50.0)))
    found = coherence.table([claim], {"plain": situations, "strong": other})
    assert found.groupby("recipe")["holds"].agg(set).to_dict() == {"plain": {"yes"}, "strong": {"no"}}
    assert any("recipe plain" in line for line in written.sentences(found))


def rows(holds):
    """A coherence table of claims by number: pairs of tuning and initial time -> yes, no or open."""
    found = [
        {"number": number, "fact": number, "tuning": tuning, "initial_time": time, "holds": said}
        for number, cases in holds.items()
        for (tuning, time), said in cases.items()
    ]
    return pd.DataFrame(found, columns=list(coherence.COLUMNS), dtype=object).fillna("")


def both(before, after):
    return {("before", ""): before, ("after", ""): after}


def test_the_joint_answer_names_what_it_rules_out():
    frame = rows({1: both("yes", "no"), 2: both("yes", "no"), 3: both("no", "yes"), 4: both("no", "no")})
    assert written.sentences(frame) == [
        "Of 4 facts that this study decides, at most 2 hold with one set of choices: tuning before.",
        "Tuning: with after at least 1 fact fails that could hold.",
        "No listed value explains claim 4.",
        "With other sets of choices only: claim 3.",
    ]
    matrix = written.matrix(frame)
    assert matrix["value"].tolist() == ["before *", "after"]
    assert matrix[["1", "2", "3"]].to_numpy().tolist() == [["✓", "✓", "✗"], ["✗", "✗", "✓"]]


def test_what_was_not_run_rules_nothing_out():
    frame = rows({1: both("yes", "open"), 2: both("yes", "yes"), 3: both("open", "open")})
    assert written.sentences(frame) == [
        "Of 2 facts that this study decides, at most 2 hold with one set of choices; the claims do not tell apart the "
        "values of tuning."
    ]
    assert any("rule" in line or "at least 1 fact" in line for line in written.sentences(rows({1: both("yes", "no")})))


def test_facts_that_several_claims_state_count_once():
    frame = rows({1: both("yes", "no"), 2: both("yes", "no"), 3: both("no", "yes")})
    assert coherence.joint(frame).iloc[0]["yes"] == [1, 2]
    frame["fact"] = [1, 1, 1, 1, 3, 3]
    assert [len(found) for found in coherence.joint(frame)["yes"]] == [1, 1]


def test_the_table_is_read_as_it_was_written(tmp_path, situations):
    claims = [Claim(1, "", "drift", part(lifetime.loss_after("retention", {"mnist": 4.8}), near(5.0)))]
    frame = coherence.table(claims, {"strong": situations})
    frame.to_csv(tmp_path / "coherence.csv", index=False)
    pd.testing.assert_frame_equal(written.read(tmp_path / "coherence.csv"), frame, check_dtype=False)

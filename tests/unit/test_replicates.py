"""Networks are a random factor: which evaluations their draws get, and what a verdict says of them."""

import json
import re

import fabricated
import numpy as np
import pandas as pd
import pytest
import yaml
from matplotlib import pyplot

from memristive.core.errors import InputError
from memristive_study import figures
from memristive_study.claims import judge
from memristive_study.claims.evidence import Evidence
from memristive_study.claims.verdicts import DEPENDS_ON_NETWORK, NOT_REPRODUCED, REPRODUCED
from memristive_study.figures import replicates as drawn
from memristive_study.papers import load
from memristive_study.papers.souto_garnelo import claims as paper_claims
from memristive_study.plan.plan import Plan
from memristive_study.results import outputs
from memristive_study.results.components import components
from memristive_study.results.study import Study
from memristive_study.tables import replicates as table

FOLDS = range(5)


@pytest.fixture
def config(repository):
    found = yaml.safe_load((repository / "config.yaml").read_text())
    found["networks"]["mnist"]["replicates"] = [0, 3]
    return found


def test_draws_are_evaluated_where_claims_are_decided_with_the_draws_of_their_network(config):
    plan = Plan(config)
    assert plan.replicates == {"mnist_fold0": ("mnist", 0), "mnist_fold3": ("mnist", 3)}
    own = {(job.experiment, job.label): job for job in plan.jobs if job.network == "mnist"}
    for job in plan.replicated:
        beside = own[job.experiment, job.label]
        assert job.setting == beside.setting
        assert plan.seeds_of(job) == plan.seeds_of(beside)[:5]
        assert plan.precision(job) is None
        assert plan.architecture(job.network) == plan.architecture("mnist")
    volts = {
        (job.setting.arithmetic.semantics, job.setting.inputs.max_voltage)
        for job in plan.replicated
        if job.experiment == "input_voltage"
    }
    assert volts == {(semantics, volt) for semantics in ("physical", "memtorch_cuda") for volt in (1, 6, 9)}
    assert plan.networks == ["mnist", "cifar10", "cifar100"]
    assert not [job for job in plan.jobs if job.network in plan.replicates]


def test_values_that_a_smaller_grid_lacks_are_left_out(config):
    config["experiments"]["input_voltage"]["parts"]["paper"]["grid"]["max_input_voltage"] = [1, 2]
    found = {job.setting.inputs.max_voltage for job in Plan(config).replicated if job.experiment == "input_voltage"}
    assert found == {1}


def test_what_a_study_plans_without_them_is_the_same(config):
    plan = Plan(config)
    del config["networks"]["mnist"]["replicates"]
    without = Plan(config)
    assert without.jobs == plan.jobs
    assert without.replicated == []
    assert "replicates" not in without.described()


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("networks", "mnist", "replicates"), [5], r"mnist: replicates: 5: there is no such fold \(folds: 5"),
        (
            ("networks", "mnist_fold3"),
            {"dataset": "mnist"},
            "mnist_fold3 is the name of another network",
        ),
        (
            ("experiments", "input_voltage", "parts", "paper", "replicates"),
            {"max_input_voltage": [1.5]},
            r"paper: replicates: inputs.max_voltage: \[1.5\] has none of 1, 2,",
        ),
        (
            ("experiments", "endurance", "parts", "paper", "replicates"),
            {"adc_bits": [8]},
            r"replicates: adc.bits: is not swept by this part \(arithmetic.semantics, tuning.when\)",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(config, path, value, line):
    entry = config
    for key in path[:-1]:
        entry = entry[key]
    entry[path[-1]] = value
    with pytest.raises(InputError, match=line) as error:
        Plan(config)
    assert "\n" not in str(error.value)


def test_weights_that_came_without_those_of_their_folds(config):
    config["training"]["pretrained"] = "plain"
    config["run"]["networks"] = ["mnist"]
    assert Plan(config).replicates
    config["run"]["networks"] = ["cifar10"]
    config["networks"]["cifar10"]["replicates"] = [0]
    with pytest.raises(InputError, match=r"cifar10: replicates: 0: .*plain has no weights of this fold"):
        Plan(config)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return fabricated.write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture
def evidence_with(inputs):
    """Evidence whose MNIST has five further draws, with these accuracies at 1 V, repeat by repeat."""
    described = json.loads(inputs["study"])
    described["replicates"] = {f"mnist_fold{fold}": {"of": "mnist", "fold": fold} for fold in FOLDS}
    study = Study.read(json.dumps(described), load("souto_garnelo"))
    names = {*fabricated.EXPERIMENTS, *outputs.CLAIMS} & set(inputs)
    frames = figures.read_all({name: inputs[name] for name in names})

    def evidence(own, draws):
        frame = frames["input_voltage"].copy()
        at_1_volt = (frame["network"] == "mnist") & (frame["max_input_voltage"] == 1)
        given = own if isinstance(own, list) else [own]
        frame.loc[at_1_volt, "accuracy"] = [given[int(n) % len(given)] for n in frame.loc[at_1_volt, "repeat"]]
        mine = frame[at_1_volt & (frame["part"] == "paper")]
        rows = [mine]
        for fold, values in enumerate(draws):
            one = mine.assign(network=f"mnist_fold{fold}")
            rows.append(one.assign(accuracy=one["repeat"].map(lambda repeat, v=values: v[int(repeat) % len(v)])))
        return Evidence(frames | {"input_voltage": frame, "replicates": pd.concat(rows)}, study)

    return evidence


STEADY = [[84.0, 85.0], [87.0, 88.0], [86.0, 87.0], [90.0, 91.0], [85.0, 86.0]]


def test_a_verdict_that_flips_between_networks_depends_on_them(evidence_with):
    """Claim 9: at 1 V MNIST's accuracy is above 80 %."""
    for own, others, not_for in (
        (86.0, [*STEADY[:4], [60.0, 61.0]], "holds for mnist and mnist_fold0 .* not for mnist_fold4"),
        (60.0, STEADY, "holds for mnist_fold0 and .* not for mnist$"),
    ):
        row = judge.judge(paper_claims.CLAIMS[8], evidence_with(own, others))
        assert row["verdict"] == DEPENDS_ON_NETWORK
        assert re.search(not_for, row["reason"])


def test_one_that_flips_as_published_alone_says_so_beside_the_verdict(evidence_with):
    evidence = evidence_with(86.0, STEADY)
    drawn = evidence.frames["replicates"]
    flips = (drawn["network"] == "mnist_fold1") & (drawn["semantics"] == "memtorch")
    frames = evidence.frames | {"replicates": drawn.assign(accuracy=drawn["accuracy"] - 30 * flips)}
    row = judge.judge(paper_claims.CLAIMS[8], Evidence(frames, evidence.study))
    assert row["verdict"] == REPRODUCED
    assert re.search("as MemTorch computes.* it depends on the network: .* not for mnist_fold1$", row["reason"])


def test_a_verdict_that_does_not_flip_stays(evidence_with):
    row = judge.judge(paper_claims.CLAIMS[8], evidence_with(86.0, STEADY))
    assert row["verdict"] == REPRODUCED
    low = [[value - 40 for value in values] for values in STEADY]
    assert judge.judge(paper_claims.CLAIMS[8], evidence_with(50.0, low))["verdict"] == NOT_REPRODUCED


def test_draws_that_decide_nothing_leave_the_verdict_to_the_studys_own(evidence_with):
    """Two repeats at 70 and 95 % say neither that it holds nor that it does not."""
    undecided = [[70.0, 95.0]] * 5
    assert judge.judge(paper_claims.CLAIMS[8], evidence_with(86.0, undecided))["verdict"] == REPRODUCED
    assert judge.judge(paper_claims.CLAIMS[8], evidence_with(50.0, undecided))["verdict"] == NOT_REPRODUCED


def test_the_ledger_has_the_interval_between_networks_beside_that_between_draws(evidence_with):
    evidence = evidence_with([85.0, 86.0, 87.0, 86.0, 86.0], STEADY)
    row = judge.judge(paper_claims.CLAIMS[8], evidence)
    assert "MNIST physical: 86.00 [85.12, 86.88], n = 5 repeats" in row["ours"]
    # Means of the repeats 0 to 4 of each draw: 84.4, 87.4, 86.4, 90.4, 85.4.
    between = "MNIST physical, between folds' networks, last epoch: 86.80 [83.94, 89.66], n = 5 networks, from 84.40 to"
    assert between in row["ours"]
    assert "fold0" not in row["ours"]


def test_losses_of_a_draw_are_against_its_own_digital_network(evidence_with):
    evidence = evidence_with(86.0, STEADY)
    selections = evidence.frame("selections").set_index("network")["test_accuracy"]
    histories = evidence.frames["histories"]
    for fold in FOLDS:
        mine = histories[(histories["network"] == "mnist") & (histories["fold"] == str(fold))]
        assert selections[f"mnist_fold{fold}"] == mine.sort_values("epoch")["test_accuracy"].iloc[-1]


def test_settings_of_another_part_count_for_draws_as_for_their_network(evidence_with):
    """Claim 27 is about settings of the part paper, of which the draws were evaluated in the part chips."""
    evidence = evidence_with(86.0, STEADY)
    own = evidence.frames["device_faults"]
    own = own[(own["network"] == "mnist") & (own["part"] == "paper")]
    chips = own[own["stuck_at_lrs"].isin([0, 0.05]) & (own["stuck_at_hrs"] == 0)].assign(part="chips")
    faults = pd.concat([evidence.frames["device_faults"], chips])
    draws = [chips.assign(network=f"mnist_fold{fold}") for fold in FOLDS]
    replicates = pd.concat([evidence.frames["replicates"], chips, *draws])
    frames = evidence.frames | {"device_faults": faults, "replicates": replicates}
    row = judge.judge(paper_claims.CLAIMS[26], Evidence(frames, evidence.study))
    assert "MNIST physical, between folds' networks, last epoch: " in row["ours"]


def test_an_extreme_is_compared_at_the_settings_of_the_draws(evidence_with):
    """Claim 7: stable from 6 V on. The study's own network is not, but at 10 V alone, where no draw was evaluated."""
    evidence = evidence_with(86.0, STEADY)
    frame = evidence.frames["input_voltage"]
    mine = (frame["network"] == "mnist") & (frame["part"] == "paper")
    at_10_volt = mine & (frame["max_input_voltage"] == 10)
    frame = frame.assign(accuracy=frame["accuracy"].mask(at_10_volt, 60.0))
    shared = frame[mine & frame["max_input_voltage"].isin([6, 9])]
    draws = [shared.assign(network=f"mnist_fold{fold}") for fold in FOLDS]
    frames = evidence.frames | {"input_voltage": frame, "replicates": pd.concat([shared, *draws])}
    row = judge.judge(paper_claims.CLAIMS[6], Evidence(frames, evidence.study))
    assert row["verdict"] == NOT_REPRODUCED
    assert "between folds' networks" in row["ours"]


def test_draws_that_lack_data_leave_the_claim_to_the_studys_own(evidence_with):
    """Claim 30 needs the ideal network at 9 V, which was not evaluated for these draws."""
    with_draws = evidence_with(86.0, STEADY)
    retention = with_draws.frames["retention"]
    aged = [retention[(retention["network"] == "mnist") & (retention["part"] == "paper")]]
    aged += [aged[0].assign(network=f"mnist_fold{fold}") for fold in FOLDS]
    frames = with_draws.frames | {"replicates": pd.concat([with_draws.frames["replicates"], *aged])}
    own = Evidence({name: f for name, f in frames.items() if name != "replicates"}, with_draws.study)
    found = judge.judge(paper_claims.CLAIMS[29], Evidence(frames, with_draws.study))
    assert found == judge.judge(paper_claims.CLAIMS[29], own)
    assert found["ours"]


def test_claims_about_trainings_are_about_the_studys_own(evidence_with):
    with_draws = evidence_with(86.0, STEADY)
    without = Evidence(
        {name: frame for name, frame in with_draws.frames.items() if name != "replicates"}, with_draws.study
    )
    for claim in paper_claims.CLAIMS[:4]:
        assert judge.judge(claim, with_draws) == judge.judge(claim, without)


def test_components_of_variance():
    """By hand: mean squares 54 between and 1 within, two values a network; and Searle's example of unequal counts."""
    found = components([[1, 3], [7, 7], [10, 11]])
    among, inside = 2 * np.var([2, 7, 10.5], ddof=1), (2 + 0 + 0.5) / 3
    assert found.within == pytest.approx(inside**0.5)
    assert found.between == pytest.approx(((among - inside) / 2) ** 0.5)
    unequal = components([[1.0, 2.0, 3.0], [8.0], [4.0, 6.0]])
    grand = np.mean([1, 2, 3, 8, 4, 6])
    among = (3 * (2 - grand) ** 2 + (8 - grand) ** 2 + 2 * (5 - grand) ** 2) / 2
    inside = (2 + 2) / 3
    assert unequal.between**2 == pytest.approx((among - inside) / ((6 - 14 / 6) / 2))
    assert components([[1, 5], [2, 4], [3, 3.5]]).between == 0  # networks that differ less than their draws do
    for groups in ([[1, 2]], [[1], [2]]):
        with pytest.raises(ValueError, match="two networks are needed"):
            components(groups)


def test_components_are_found_in_values_that_were_made_with_them():
    random = np.random.default_rng(3)
    groups = 50 + random.normal(0, 6, (4000, 1)) + random.normal(0, 2, (4000, 5))
    found = components(list(groups))
    assert found.between == pytest.approx(6, rel=0.03)
    assert found.within == pytest.approx(2, rel=0.03)


def test_the_table_has_both_scatters_and_the_own_network(evidence_with):
    evidence = evidence_with(86.0, STEADY)
    found = table.build({"replicates": evidence.frames["replicates"]}, evidence.study)
    assert set(found["semantics"]) == {"physical", "memtorch"}
    row = found[found["semantics"] == "physical"].iloc[0]
    assert (row["network"], row["experiment"], row["networks"], row["own"]) == ("MNIST", "input_voltage", 5, 86.0)
    assert (row["mean"], row["least"], row["most"]) == pytest.approx((86.8, 84.4, 90.4))
    assert row["deviation_between_draws"] == pytest.approx(0.3**0.5)
    between = np.var([84.4, 87.4, 86.4, 90.4, 85.4], ddof=1) - 0.3 / 5
    assert row["deviation_between_networks"] == pytest.approx(between**0.5)


def test_the_figure_has_a_point_a_network(evidence_with):
    evidence = evidence_with(86.0, STEADY)
    figure = drawn.draw({"replicates": evidence.frames["replicates"]}, evidence.study)
    left, right = figure.axes
    shown = sorted(round(float(x), 1) for line in left.lines for x in line.get_xdata() if len(line.get_xdata()) == 1)
    assert shown == sorted([84.4, 87.4, 86.4, 90.4, 85.4, 86.0] * 2)
    (point,) = {(round(line.get_xdata()[0], 3), round(line.get_ydata()[0], 3)) for line in right.lines[:2]}
    assert point == pytest.approx((0.548, 2.289), abs=2e-3)
    pyplot.close(figure)

"""The opening of a report says what the ledger, the coherence table and the proofs say, and nothing else."""

import html
import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from memristive_study.claims import coherence, verdicts
from memristive_study.claims.evidence import Evidence
from memristive_study.papers import load
from memristive_study.report.opening import opening
from memristive_study.results.folder import Folder
from memristive_study.results.study import Study

sys.path.append(str(Path(__file__).parents[2] / "tests" / "unit"))
import fabricated

from memristive_study import figures


@pytest.fixture
def folder(tmp_path):
    rows = [
        (1, verdicts.REPRODUCED, 1, ""),
        (2, verdicts.REPRODUCED, 1, "the same fact as claim 1"),
        (3, verdicts.ONLY_WITH_DEFECT, 3, "holds as MemTorch computes on a GPU, not as meant"),
        (4, verdicts.DEPENDS_ON_CHOICE, 4, "with tuning after only; and more"),
        (5, verdicts.DEPENDS_ON_NETWORK, 5, "holds for a, not for b"),
        (6, verdicts.NOT_REPRODUCED, 6, ""),
        (7, verdicts.NOT_DECIDABLE, 7, ""),
    ]
    frame = pd.DataFrame(rows, columns=["number", "verdict", "fact", "reason"])
    frame.assign(claim=[f"Claim <{n}>." for n in frame["number"]]).to_csv(tmp_path / "claims.csv", index=False)
    return Folder(tmp_path)


@pytest.fixture
def evidence(tmp_path):
    inputs = fabricated.write_study(tmp_path / "study", ("mnist", "cifar10"), "small", 2, folds=1, epochs=1)
    named = {key: value for key, value in inputs.items() if key.startswith("proof_")}
    return Evidence(figures.read_all(named), Study.read(inputs["study"], load("souto_garnelo")))


def points(page):
    """Points of each list by its heading, without tags."""
    found = {}
    for title, body in re.findall(r"<h2>(.*?)</h2><ul[^>]*>(.*?)</ul>", page):
        items = re.findall(r"<li>(.*?)</li>", body)
        found[html.unescape(title)] = [html.unescape(re.sub("<.*?>", "", item)) for item in items]
    return found


def test_each_verdict_has_its_place(folder, evidence):
    said = points(opening(folder, Evidence({}, evidence.study)))
    assert (
        said
        == {
            "Which of the paper's conclusions hold": ["1: Claim <1>."],
            "Which are artefacts, and of what": [
                "3: Claim <3>. Of MemTorch's arithmetic: holds as MemTorch computes on a GPU, not as meant.",
                "4: Claim <4>. Of a choice that the paper does not state: with tuning after only.",
                "5: Claim <5>. Of one training of the network: holds for a, not for b.",
            ],
            "What does not hold, or is open": ["Not reproduced: claims 6.", "Open: claims 7."],
        }
        | {}
    )


def test_a_claim_that_holds_as_published_for_some_networks_alone_says_so(folder, evidence):
    ledger = pd.read_csv(folder.path / "claims.csv").fillna("")
    why = f"as MemTorch computes on a GPU {verdicts.ALSO_ON_NETWORK}: holds for a, not for b"
    ledger.loc[ledger["number"] == 6, "reason"] = f"of single runs; {why}"
    ledger.to_csv(folder.path / "claims.csv", index=False)
    said = points(opening(Folder(folder.path), evidence))["Which are artefacts, and of what"]
    assert f"6: Claim <6>. A{why[1:]}." in said
    assert not any("of single runs" in line for line in said)


def test_a_claim_that_the_recipe_decides_is_its_artefact(folder, evidence):
    rows = [
        {"number": 6, "fact": 6, "recipe": recipe, "semantics": semantics, "holds": holds}
        for recipe, holds in (("plain", "yes"), ("strong", "no"))
        for semantics in ("physical", "memtorch")
    ]
    (folder.path / "tables").mkdir()
    table = pd.DataFrame(rows, columns=list(coherence.COLUMNS))
    table.to_csv(folder.path / "tables/coherence.csv", index=False)
    said = points(opening(folder, evidence))["Which are artefacts, and of what"]
    assert "6: Claim <6>. Of the recipe: holds with plain, not with strong." in said
    table.loc[0, "holds"] = "open"
    table.to_csv(folder.path / "tables/coherence.csv", index=False)
    assert not any("recipe" in line for line in points(opening(folder, evidence))["Which are artefacts, and of what"])


def test_proofs_say_what_excludes_what(folder, evidence):
    said = points(opening(folder, evidence))["Which of its numbers exclude each other"]
    conclusions = [proof.conclude(evidence) for proof in evidence.study.paper.proofs]
    assert len(said) == 4
    for line, conclusion in zip(said, conclusions, strict=True):
        assert line.startswith(conclusion.heading)


def test_a_study_without_ledger_and_proofs_has_no_opening(tmp_path, evidence):
    assert opening(Folder(tmp_path / "empty"), Evidence({}, evidence.study)) == ""

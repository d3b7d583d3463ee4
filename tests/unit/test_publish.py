"""A study copied for publication: only what a reader needs, and only what anybody could run again."""

import copy
import json

import pytest
import yaml
from snakemake.utils import update_config

from memristive.core.errors import InputError
from memristive.core.files import read_json, write_json, write_text
from memristive_study.results.publish import publish

RECORD = {
    "date": "2026-01-01",
    "options": "--configfile my_study.yaml --",
    "commit": "0123456789abcdef",
    "uncommitted_changes": False,
    "versions": {"torch": "2.0"},
    "machine": {"processor": "a processor"},
    "config": {
        "study": "mine",
        "run": {"networks": ["small"], "experiments": ["retention"], "choices": []},
        "experiments": {"retention": {"networks": ["small", "other"]}, "endurance": {"networks": ["small"]}},
        "networks": {"small": {"dataset": "dots"}, "other": {"dataset": "lines"}},
        "datasets": {"dots": {"note": "Two of them are alike."}, "lines": {"note": "Crooked."}},
        "training": {"pretrained": True},
        "repeats": 5,
    },
}


@pytest.fixture
def study(tmp_path):
    study = tmp_path / "mine"
    for name in ("report.html", "claims.csv", "validation/parity.csv", "experiments/retention.csv"):
        write_text(study / name, name)
    for name in ("logs/report.log", "datasets/dots.npz", "evaluations/retention/small/1.json"):
        write_text(study / name, "not to be published")
    runs = [{"s": seconds, "max_rss": 100.4} for seconds in (1.0, 4.0)]
    for number, run in enumerate(runs):
        write_text(study / "benchmarks/evaluate/retention/small" / f"{number}.jsonl", json.dumps(run))
    write_json(study / "provenance.json", RECORD)
    return study


def test_what_is_published_says_what_was_run(study, tmp_path):
    output = tmp_path / "published"
    write_text(output / "figures" / "of_an_older_study.png", "")
    files = publish(study, output)
    assert {str(path.relative_to(output)) for path in files} == {
        "report.html",
        "claims.csv",
        "provenance.json",
        "validation/parity.csv",
        "experiments/retention.csv",
        "config.yaml",
        "resources.csv",
        "README.md",
    }
    assert sorted(path for path in output.rglob("*") if path.is_file()) == files
    written = yaml.safe_load((output / "config.yaml").read_text())
    assert written["networks"]["mnist"] is None and written["study"] == "mine"  # taken back from the repository's own
    whole = copy.deepcopy(written)
    update_config(whole, RECORD["config"])
    assert whole == written
    assert (output / "resources.csv").read_text().splitlines()[1] == "evaluate,small,2,100,2.5,4.0"
    readme = (output / "README.md").read_text()
    assert "snakemake --cores 2 --configfile my_study.yaml -- all" in readme
    assert "- retention: small\n" in readme and "endurance" not in readme
    assert "Two of them are alike." in readme and "Crooked." not in readme


# Of a finished study: what led to its results, and the results with the hashes beside them.
KINDS = [
    "claims.md",
    "claims.sources.json",
    "rulegraph.txt",
    "tables/choices.csv",
    "tables/choices.md",
    "tables/choices.sources.json",
    "figures/fig_retention.png",
    "figures/fig_retention.svg",
    "devices/curves.csv",
    "training/small/fold0/history.csv",
    "training/small/fold0/summary.json",
    "training/small/published/history.csv",
    "training/small/selection.json",
]


def test_every_kind_of_file_is_published(study, tmp_path):
    for name in KINDS:
        write_text(study / name, "choice\n" if name == "tables/choices.csv" else name)
    published = {str(path.relative_to(tmp_path / "published")) for path in publish(study, tmp_path / "published")}
    assert set(KINDS) <= published


def test_a_ledger_is_named_where_there_is_one(study, tmp_path):
    publish(study, tmp_path / "without")
    write_text(study / "claims.md", "")
    publish(study, tmp_path / "with")
    read = {name: (tmp_path / name / "README.md").read_text() for name in ("without", "with")}
    assert "ledger" in read["with"]
    assert "ledger" not in read["without"]
    assert "varied" not in read["without"]


def test_what_cannot_be_run_again_or_is_not_finished_is_refused(study, tmp_path):
    output = tmp_path / "published"
    write_text(output / "report.html", "of an older study")
    write_json(study / "provenance.json", {**read_json(study / "provenance.json"), "uncommitted_changes": True})
    with pytest.raises(InputError, match=r"provenance\.json: uncommitted_changes"):
        publish(study, output)
    (study / "validation/parity.csv").unlink()
    with pytest.raises(InputError, match=r"parity\.csv: missing"):
        publish(study, output)
    assert (output / "report.html").read_text() == "of an older study"


def test_a_study_too_large_for_a_repository_is_refused(study, tmp_path):
    with (study / "report.html").open("wb") as stream:
        stream.truncate(21 * 2**20)
    with pytest.raises(InputError, match=r"21\.0 MiB to publish, expected at most 20 MiB"):
        publish(study, tmp_path / "published")
    assert not (tmp_path / "published").exists()


def test_a_study_is_not_replaced_by_its_publication(study, tmp_path):
    for output in (study, tmp_path):
        with pytest.raises(InputError, match="holds a study, which would be lost"):
            publish(study, output)
    assert (study / "evaluations" / "retention" / "small" / "1.json").exists()

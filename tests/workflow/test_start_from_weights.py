"""A study that starts from weights that come with the workflow: no training, the same results."""

import csv
import shutil


def rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return [
            {key: value for key, value in row.items() if not key.endswith("seconds")} for row in csv.DictReader(stream)
        ]


def test_nothing_is_trained_and_results_are_the_same(finished, edited):
    done = finished.run("pretrained")
    assert done.returncode == 0, done.stdout
    shipped = finished.folder / "workflow" / "resources" / "pretrained" / "plain"
    shutil.rmtree(shipped / "mnist")
    shutil.copytree(finished.results / "pretrained", shipped, dirs_exist_ok=True)
    try:
        edited("small_study.yaml", "study: small", "study: again")
        edited("small_study.yaml", "  folds: 2\n", "  folds: 2\n  pretrained: true\n")
        assert not {"make_folds", "train_fold", "train_published", "select_checkpoint"} & set(finished.would_run())
        done = finished.run("results/again/experiments/retention.csv", "results/again/tables/table2_training.csv")
        assert done.returncode == 0, done.stdout
        again = finished.folder / "results" / "again"
        for name in ("experiments/retention.csv", "tables/table2_training.csv"):
            assert rows(again / name) == rows(finished.results / name)
        edited("small_study.yaml", "epochs: 2", "epochs: 3")
        refused = finished.run("--dry-run", "all")
        assert refused.returncode != 0
        assert "settings: epochs is 3 and the weights of mnist come from 2" in refused.stdout
    finally:
        shutil.rmtree(shipped / "mnist")

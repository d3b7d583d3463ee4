"""A training whose state lies outside the work tree is used again by another clone, whatever its code is called."""

from pathlib import Path

from memristive_study.training.state import FOLDER_VARIABLE
from workflow_copy import Workflow

STUDY = Path(__file__).parents[1] / "tiny_study.yaml"
HISTORY = "results/tiny/training/mnist/published/history.csv"


def test_another_clone_takes_a_training_over(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "state"))
    folders = tmp_path / "first", tmp_path / "second"
    for folder in folders:
        folder.mkdir()
    first, second = (Workflow(folder, STUDY) for folder in folders)
    augmentation = second.folder / "workflow" / "src" / "memristive_study" / "training" / "augmentation.py"
    augmentation.rename(augmentation.with_name("changes.py"))
    loop = augmentation.with_name("loop.py")
    loop.write_text(loop.read_text().replace("training.augmentation", "training.changes"))

    assert first.run(HISTORY).returncode == 0
    done = second.run(HISTORY)
    assert done.returncode == 0, done.stdout[-4000:]
    assert len(list((tmp_path / "state").iterdir())) == 1
    assert not (second.results / ".state").exists()
    # The seconds of each epoch, which another training would not repeat, are those of the first clone.
    assert (second.folder / HISTORY).read_bytes() == (first.folder / HISTORY).read_bytes()

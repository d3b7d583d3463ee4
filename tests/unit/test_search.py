"""The search for a recipe: short runs, scored on training images that are held out."""

import csv
import json

import pytest
import torch
from small_training import SMALL

from memristive.core.errors import InputError
from memristive_study.data.prepare import prepare
from memristive_study.training import search, state


def test_search_scores_recipes_on_held_out_training_images(digits, tmp_path, monkeypatch):
    monkeypatch.delenv(state.FOLDER_VARIABLE, raising=False)
    images = tmp_path / "digits.npz"
    prepare("digits", {"source": "digits"}, "", images)
    (tmp_path / "candidates.yaml").write_text(
        f"network: small\narchitecture: {SMALL}\n"
        "common: {epochs: 9, batch_size: 50, device: cpu}\ncandidates:\n"
        "  slow: {settings: {learning_rate: 0.0001}}\n"
        "  fast: {normalisation: centred, options: {dropout: 0.1}, settings: {learning_rate: 0.05}}\n"
    )
    seen = []
    original = search.train

    def train(model, images, settings, **others):
        seen.append((images[1], others["validation"][1], float(images[0].min())))
        return original(model, images, settings, **others)

    monkeypatch.setattr(search, "train", train)
    call = [str(images), str(tmp_path / "candidates.yaml"), "--output", str(tmp_path / "scores.csv")]
    search.main([*call, "--until", "2"])
    search.main([*call, "--until", "3", "--only", "fast"])
    with (tmp_path / "scores.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    epochs = [(row["candidate"], row["epoch"]) for row in rows]
    assert epochs == [("slow", "1"), ("slow", "2"), ("fast", "1"), ("fast", "2"), ("fast", "3")]
    assert float(rows[1]["validation_accuracy"]) < 0.5 < float(rows[-1]["validation_accuracy"])
    recorded = {"normalisation": "centred", "architecture": f"{SMALL} dropout=0.1", "epochs": 9, "batch_size": 50}
    assert json.loads(rows[-1]["recipe"]) == recorded
    for learnt, held_out, _ in seen:
        assert sorted(torch.cat([learnt, held_out]).tolist()) == sorted(digits.y_train.tolist())
        assert len(held_out) == -(-len(digits.y_train) // 6)
    assert [least for _, _, least in seen] == [0, -1, -1]
    with pytest.raises(InputError, match="'quick' is none of slow, fast"):
        search.main([*call, "--only", "quick"])
    with pytest.raises(InputError, match="candidate c: unknown key 'norm'"):
        search.score(digits, "small", SMALL, "c", {"norm": "unit"}, 1)

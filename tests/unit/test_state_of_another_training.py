"""The state from which a training goes on."""

import torch

from memristive_study.training import state


def test_the_state_of_another_training_is_not_taken(tmp_path, capsys):
    path = tmp_path / "mnist.pt"
    trained, fresh = torch.nn.Linear(2, 1), torch.nn.Linear(2, 1)
    state.save(path, "one", trained, torch.optim.SGD(trained.parameters(), 0.1), [{"epoch": 1}], {1: {}})
    before = fresh.weight.clone()
    descent = torch.optim.SGD(fresh.parameters(), 0.1)
    assert state.resume(path, "another", fresh, descent) == ([], {})
    assert torch.equal(fresh.weight, before)
    assert "belongs to another training" in capsys.readouterr().out
    assert state.resume(path, "one", fresh, descent) == ([{"epoch": 1}], {1: {}})
    assert torch.equal(fresh.weight, trained.weight)

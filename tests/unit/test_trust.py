"""Nothing that comes from outside is run, neither by Python nor by a shell."""

import ast
import pickle
import re

import pytest

from memristive_study.config.reference import REPOSITORY
from memristive_study.models.build import build
from memristive_study.training import optimisation, recipe
from memristive_study.training import state as states

SOURCES = [
    path
    for folder in ("workflow/src", "workflow/scripts", "benchmarks")
    for path in sorted((REPOSITORY / folder).rglob("*.py"))
]
# Functions that run what they read, unless they are told otherwise.
SAFE = {"torch.load": "weights_only=True", "np.load": "allow_pickle=False", "extractall": "filter='data'"}
FORBIDDEN = ("pickle.load", "pickle.loads", "pd.read_pickle", "joblib.load", "yaml.load", "os.system", "eval", "exec")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_call_runs_what_it_reads(path):
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        name, arguments = ast.unparse(call.func), [ast.unparse(keyword) for keyword in call.keywords]
        assert name not in FORBIDDEN, f"{path}:{call.lineno}"
        assert "shell=True" not in arguments, f"{path}:{call.lineno}"
        for function, needed in SAFE.items():
            if name == function or name.endswith(f".{function}"):
                assert needed in arguments, f"{path}:{call.lineno}"


def test_no_shell_command_takes_a_value_as_it_is():
    """Every value of a rule's shell command is quoted, but for the number of threads."""
    for path in (REPOSITORY / "workflow" / "rules").glob("*.smk"):
        for command in re.findall(r"shell:\n((?: +\"[^\n]*\n)+)", path.read_text()):
            values = re.findall(r"{([^}]+)}", command)
            assert all(value.endswith(":q") or value == "threads" for value in values)


@pytest.mark.parametrize("path", [*SOURCES, REPOSITORY / "Makefile"], ids=lambda path: path.name)
def test_no_module_is_run_from_the_folder_of_the_study(path):
    """Python looks into that folder first, where a file may have the name of a package, unless it is told -P."""
    if path.parent.name != "benchmarks":
        text = path.read_text()
        assert not re.search(
            r'sys\.executable, "-m"|bin/python -m (?!pytest|benchmarks)|\(BIN\)/python -m (?!pytest|benchm)', text
        )


class Bomb:
    """Unpickling it leaves a file behind."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_a_training_state_is_not_unpickled(tmp_path, capsys):
    trace, state = tmp_path / "trace", tmp_path / "state.pt"
    state.write_bytes(pickle.dumps(Bomb(str(trace))))
    model = build("mnist")
    descent = optimisation.optimiser(model, recipe.TrainingSettings())
    assert states.resume(state, "key", model, descent) == ([], {})
    assert "cannot be resumed from" in capsys.readouterr().out
    assert not trace.exists()

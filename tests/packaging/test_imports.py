"""What may import what, read off the sources: the simulator nothing of the tool, the tool's machinery no paper."""

import ast
import graphlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "workflow" / "src"
ALLOWED = {"numpy", "pydantic", "safetensors", "scipy", "torch", "tqdm"}  # by the simulator, and nothing heavier
OPTIONAL = {"memristive.memtorch": {"memtorch"}, "memristive.cli": {"safetensors", "torchvision", "yaml"}}  # extras
DISTRIBUTIONS = {  # of packages by another name
    "PIL": "pillow",
    "annotated_types": "annotated-types",
    "memtorch": "memtorch-cpu",
    "pydantic_core": "pydantic-core",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
PAPERS = "memristive_study.papers"


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_name(path): path
    for package in ("memristive", "memristive_study")
    for path in SOURCE.glob(f"{package}/**/*.py")
}


def imports(tree: ast.AST, package: str, everywhere: bool = True) -> Iterator[str]:
    """Full names of what a module imports; without `everywhere` only what runs when the module itself is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package.split(".")[: len(package.split(".")) + 1 - node.level], node.module or ""])
            base = (base if node.level else node.module or "").rstrip(".")
            for alias in node.names:
                yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            if isinstance(node.args[0], ast.Constant):
                yield node.args[0].value
        elif not everywhere and (isinstance(node, FUNCTIONS) or _for_types_only(node)):
            continue
        yield from imports(node, package, everywhere)


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def imported(name: str, everywhere: bool = True) -> set[str]:
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return set(imports(ast.parse(path.read_text(encoding="utf-8")), package, everywhere))


def within(name: str, package: str) -> bool:
    return f"{name}.".startswith(f"{package}.")


def third_party(package: str) -> dict[str, set[str]]:
    """What the modules of `package` import from elsewhere but the standard library: top names, and who imports them."""
    found: dict[str, set[str]] = {}
    for module in MODULES:
        for name in imported(module) if within(module, package) else ():
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top != package:
                found.setdefault(top, set()).add(module)
    return found


def needed_everywhere() -> dict[str, set[str]]:
    """What the simulator imports outside of the packages that an extra serves, and who imports it."""
    found = {}
    for name, modules in third_party("memristive").items():
        served = [package for package, extra in OPTIONAL.items() if name in extra]
        rest = {module for module in modules if not any(within(module, package) for package in served)}
        found |= {name: rest} if rest else {}
    return found


def test_the_simulator_imports_its_few_dependencies_and_nothing_else():
    found = {name: modules for name, modules in needed_everywhere().items() if name not in ALLOWED}
    assert not found, f"the simulator may import {sorted(ALLOWED)} and not {found}"


def names(requirements: list[str]) -> set[str]:
    """Of distributions that a pyproject.toml asks for."""
    return {re.match(r"[\w.-]+", entry)[0] for entry in requirements}


def test_the_simulator_declares_what_it_imports_and_nothing_else(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert names(project["dependencies"]) == needed_everywhere().keys()
    for package, extra in (("memristive.memtorch", "memtorch"), ("memristive.cli", "cli")):
        imported_there = third_party("memristive")
        own = {name for name, modules in imported_there.items() if any(within(module, package) for module in modules)}
        wanted = {DISTRIBUTIONS.get(name, name) for name in own - needed_everywhere().keys()}
        assert names(project["optional-dependencies"][extra]) == wanted


def test_the_tool_declares_what_it_imports(repository):
    needed = {DISTRIBUTIONS.get(name, name) for name in third_party("memristive_study")}
    project = tomllib.loads((repository / "workflow" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert needed <= names(project["dependencies"])


def test_the_machinery_names_no_paper():
    """Scripts, and commands (`__main__`), choose a paper by its key and hand it on; everything else is handed one."""
    machinery = {
        module
        for module in MODULES
        if within(module, "memristive_study") and not within(module, PAPERS) and not module.endswith(".__main__")
    }
    importing = {module for module in machinery if any(within(name, PAPERS) for name in imported(module))}
    assert not importing
    keys = {module.split(".")[2] for module in MODULES if module.count(".") == 2 and within(module, PAPERS)}
    assert keys
    naming = {module for module in machinery for key in keys if key in MODULES[module].read_text(encoding="utf-8")}
    assert not naming


def test_no_circle_of_imports():
    order = graphlib.TopologicalSorter({m: imported(m, everywhere=False) & MODULES.keys() - {m} for m in MODULES})
    try:
        order.prepare()
    except graphlib.CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


LIGHT = {  # what runs whenever Snakemake reads the workflow, and what it may not load
    "from memristive_study.runtime.code import code_hash; code_hash('train.py')": {"numpy", "pandas", "torch"},
    "import memristive_study.plan.plan": {"pandas", "torch"},
    "from memristive_study.runtime import changes, cluster, lock, output_folder, preflight": {"pandas", "torch"},
}


@pytest.mark.parametrize("code", LIGHT)
def test_reading_the_workflow_loads_nothing_heavy(code):
    command = [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(SOURCE)}, capture_output=True, text=True, check=True
    )
    assert not LIGHT[code] & set(done.stdout.split())


def test_the_walk_sees_each_form_of_import(tmp_path):
    text = """
import a.b, c as d
from memristive.core import errors, setting as s
from memristive.core.errors import InputError
from . import layers
from ..core import files
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import e
try:
    import f
except ImportError:
    pass
class G:
    import g
def h():
    import i
    import_module("j.k")
"""
    always = {"a.b", "c", "memristive.core.errors", "memristive.core.setting", "typing", "f", "g"}
    always |= {"memristive.network.layers", "memristive.core.files"}
    tree = ast.parse(text)
    assert set(imports(tree, "memristive.network", everywhere=False)) == always
    assert set(imports(tree, "memristive.network")) == always | {"e", "i", "j.k"}

"""Architectures of a configuration: what can be known of a network without importing it, which would take seconds."""

import ast
import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive_study.models.names import LIBRARY
from memristive_study.models.place import make_importable


def check_architecture(place: str, architecture: str) -> None:
    """InputError unless `architecture` is one of the study's, or package.module:factory of what may be imported.

    The package must be there: installed, or a file or folder of the working directory that has no installed package's
    name. Where its module is a Python file, this must be free of errors of syntax and define the factory.
    """
    module, colon, factory = architecture.partition(":")
    if not colon:
        if architecture not in LIBRARY:
            raise InputError(f"{unknown_key(place, architecture, LIBRARY)} (or package.module:factory)")
        return
    parts = module.split(".")
    make_importable()
    if not (all(part.isidentifier() for part in [*parts, factory]) and importlib.util.find_spec(parts[0])):
        raise InputError(
            f"{place}: {architecture!r} is not package.module:factory of a package that can be imported; a module of "
            f"your own lies in the folder in which Snakemake runs ({Path.cwd()})"
        )
    _check_name(f"{place}: {architecture!r}", parts[0])
    path = _file(parts)
    if path is None:
        if (Path.cwd() / parts[0]).is_dir() and len(parts) > 1:
            raise InputError(f"{place}: {architecture!r}: there is no module {module}")
        return
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = f" line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise InputError(f"{place}: {architecture!r}: {path}{line}: {getattr(error, 'msg', error)}") from None
    names = _defined(tree)
    if names is not None and factory not in names:
        raise InputError(f"{unknown_key(f'{place}: {path}', factory, sorted(names))} (a function of the module)")


def _check_name(place: str, top: str) -> None:
    """InputError where a file or folder of the working directory has the name of a package that Python finds first."""
    for own in (Path(f"{top}.py"), Path(top)):
        if own.is_file() or any(own.glob("**/*.py")):
            found = PathFinder.find_spec(top, [entry for entry in sys.path if entry != str(Path.cwd())])
            if top in sys.builtin_module_names or top in sys.stdlib_module_names or (found and found.has_location):
                raise InputError(f"{place}: {own} has the name of an installed package, {top}; give it another name")


def _file(parts: list[str]) -> Path | None:
    """The Python file of a module, found without importing its package; None where it is of another kind."""
    spec = importlib.util.find_spec(parts[0])
    if len(parts) == 1:
        found = Path(spec.origin or "")
        return found if found.suffix == ".py" else None
    for folder in spec.submodule_search_locations or ():
        base = Path(folder).joinpath(*parts[1:])
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
    return None


def _defined(tree: ast.Module) -> set[str] | None:
    """Names that a module defines; None where these cannot be read off (`import *`, `__getattr__`)."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return None if names & {"*", "__getattr__"} else names

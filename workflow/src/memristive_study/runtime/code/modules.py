"""Source files as the graph of the code sees them: what each defines, imports and does when it is loaded."""

import ast
import functools
import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from memristive_study.runtime.code.meaning import Reference, bound_names, imported, loaded

WORKFLOW = Path(__file__).parents[4]
PACKAGES = ("memristive", "memristive_study")
OTHER_LANGUAGES = (".c", ".cc", ".cpp", ".cu", ".h", ".hpp", ".inc")


@dataclass
class Module:
    """A source file.

    Attributes:
        name: dotted, of a script its file's name.
        package: where its relative imports start; its own name where it is a package.
        definitions: the statements of its top level that bind each name, imports aside.
        names: what each name of its top level refers to; a defined one refers to itself.
        statements: what it does when it is loaded, besides definitions and imports.
        loads: the modules that it imports when it is loaded, those of other packages included.
        walrus: whether `:=` occurs in it.
    """

    name: str
    package: str
    walrus: bool
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    names: dict[str, list[Reference]] = field(default_factory=dict)
    statements: list[ast.stmt] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    @property
    def is_package(self) -> bool:
        return self.name == self.package

    def add(self, statement: ast.stmt) -> None:
        """Take in a statement of the top level."""
        match statement:
            case ast.Import() | ast.ImportFrom():
                self._import(statement)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._define(statement.name, statement)
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.If(test=test) if _is_never_loaded(test):
                pass
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign() if names := _assigned(statement):
                for name in names:
                    self._define(name, statement)
            case _:
                self.statements.append(statement)
                for name in bound_names([statement]):
                    self._define(name, statement)
                for inner in ast.walk(statement):
                    if isinstance(inner, ast.Import | ast.ImportFrom):
                        self._import(inner)

    def _define(self, name: str, statement: ast.stmt) -> None:
        self.definitions.setdefault(name, []).append(statement)
        own = Reference(self.name, (name,))
        if own not in self.names.setdefault(name, []):
            self.names[name].append(own)

    def _import(self, statement: ast.Import | ast.ImportFrom) -> None:
        for name, reference in imported(statement, self.package):
            self.names.setdefault(name, []).append(reference)
        self.loads += loaded(statement, self.package)


class Sources:
    """The modules of the two packages and the scripts of a workflow; each is read once.

    Args:
        workflow: the folder that holds src and scripts.
    """

    def __init__(self, workflow: Path = WORKFLOW) -> None:
        self.workflow = workflow
        self.source = workflow / "src"
        self._modules: dict[str, Module | None] = {}
        self._files: dict[str, dict[str, Path]] = {}
        self._children: dict[str, list[str]] = {}

    def module(self, name: str) -> Module | None:
        """The module or script of that name; None where there is none, or an installed package has it."""
        if name not in self._modules:
            found = self._read(name)
            self._modules[name] = None if found is None else Module(name, found[1], ":=" in found[0])
            for statement in ast.parse(found[0], name).body if found else ():
                self._modules[name].add(statement)
        return self._modules[name]

    def _read(self, name: str) -> tuple[str, str] | None:
        """Source of a module and the package in which its relative imports start."""
        if name.endswith(".py"):
            path = self.workflow / "scripts" / name
            return (path.read_text(encoding="utf-8"), "") if path.is_file() else None
        path = self._files_of(name.split(".")[0]).get(name)
        if path is None:
            return None
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        return path.read_text(encoding="utf-8"), package

    def _files_of(self, top: str) -> dict[str, Path]:
        """The Python files of a package by the names of their modules; none for an installed package."""
        if top not in self._files:
            folder = self.source if top in PACKAGES else _folder_outside(top) if top.isidentifier() else None
            self._files[top] = dict(_python_files(folder, top)) if folder else {}
        return self._files[top]

    def children(self, package: str) -> list[str]:
        """Names of the modules directly in a package."""
        if package not in self._children:
            names = self._files_of(package.split(".")[0])
            self._children[package] = sorted(
                each for each in names if each.rpartition(".")[0] == package and not each.endswith(".__main__")
            )
        return self._children[package]

    @functools.cached_property
    def other_files(self) -> list[tuple[Path, str]]:
        """Every file of the packages in another language, with the innermost package that it lies in."""
        found = []
        for folder, folders, names in os.walk(self.source):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in names:
                if name.endswith(OTHER_LANGUAGES):
                    place = Path(folder)
                    while not (place / "__init__.py").is_file() and place != self.source:
                        place = place.parent
                    found.append((Path(folder, name), ".".join(place.relative_to(self.source).parts)))
        return sorted(found)


def _folder_outside(top: str) -> Path | None:
    """The folder of a package of the user's own, wherever Python finds it."""
    spec = importlib.util.find_spec(top)
    if spec is None:
        return None
    if spec.origin is None or not spec.has_location:  # a folder without __init__.py
        folders = [Path(place).parent for place in spec.submodule_search_locations or ()]
    else:
        folders = [Path(spec.origin).parents[1 if spec.submodule_search_locations else 0]]
    if not folders:
        return None
    folder = folders[0]
    return None if "site-packages" in folder.parts or folder.is_relative_to(Path(os.__file__).parent) else folder


def _python_files(folder: Path, top: str) -> Iterator[tuple[str, Path]]:
    """Name and file of a module without a point in its name, or of each module of a package, in `folder`."""
    if (folder / f"{top}.py").is_file():
        yield top, folder / f"{top}.py"
    for place, folders, files in os.walk(folder / top):
        folders[:] = [each for each in folders if each != "__pycache__"]
        package = ".".join(Path(place).relative_to(folder).parts)
        for file in files:
            if file.endswith(".py"):
                yield package if file == "__init__.py" else f"{package}.{file.removesuffix('.py')}", Path(place, file)


def _assigned(statement: ast.Assign | ast.AnnAssign | ast.AugAssign) -> list[str]:
    """The names that an assignment binds; none where it changes an object instead (`table["key"] = value`)."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    parts = [part for target in targets for part in ast.walk(target)]
    if any(isinstance(part, ast.Attribute | ast.Subscript) for part in parts):
        return []
    return [part.id for part in parts if isinstance(part, ast.Name)]


def _is_never_loaded(test: ast.expr) -> bool:
    """True for the condition of a block for type checkers, or for a module that is run by itself."""
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")

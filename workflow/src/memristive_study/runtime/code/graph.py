"""Which definitions refer to which, across modules."""

import ast
import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from memristive.core.errors import InputError
from memristive_study.runtime.code.meaning import EVERY_MODULE, Meaning, Reader, Reference
from memristive_study.runtime.code.modules import Module, children, module, other_files

PLUMBING = "memristive_study.runtime"
FIELDS = ("memristive.core.fields", "Group")  # its subclasses declare the fields of a Setting

Definition = tuple[str, str]  # the module, and a name in it
LOADING = ""  # the name of what a module does when it is loaded


class Graph:
    """The definitions of all modules that were asked for; each is read once."""

    def __init__(self) -> None:
        self._meanings: dict[Definition, Meaning] = {}
        self._targets: dict[Reference, frozenset[Definition]] = {}

    def reached(
        self, starts: Iterable[str], without: Iterable[str], used: Mapping[str, frozenset[str]]
    ) -> dict[Definition, bytes]:
        """Every definition that `starts` reach, with the hash of its meaning; see `code_hash`."""
        first = {definition for start in starts for definition in self._start(start)}
        left_out = {definition for name in without for definition in self._start(name)}
        tables = {name: entries for name, entries in used.items() if ":" in name}
        shown = {tuple(name.split(":")): self._table(name, entries) for name, entries in tables.items()}
        skipped = self._skipped(used, shown)
        found: dict[Definition, bytes] = {}
        waiting = list(first)
        while waiting:
            definition = waiting.pop()
            name = definition[0]
            if definition in found or definition in left_out or (_is_plumbing(name) and definition not in first):
                continue
            statements = shown.get(definition)
            meaning = self._meaning(definition) if statements is None else _reader(name, self).read(statements)
            found[definition] = meaning.digest
            for reference in meaning.references:
                waiting += self._targets_of(reference, used)
            loads = {name, *meaning.loads}
            if definition[1] == LOADING:
                loads.update(each for each in module(name).loads if each not in skipped)
            waiting += ((each, LOADING) for load in loads for each in _with_parents(load))
        return found

    def other_files(self, definitions: Iterable[Definition]) -> list[Path]:
        """The files in other languages of every package of which a definition is reached."""
        packages = {module(name).package for name, inner in definitions if inner != LOADING}
        return [path for path, package in other_files() if package in packages]

    def _start(self, start: str) -> frozenset[Definition]:
        name, _, inner = start.partition(":")
        known = module(name)
        if known is None:
            raise InputError(f"{start}: there is no such module, script or notebook")
        if not inner:
            return self._whole(name)
        if inner not in known.names:
            raise InputError(f"{start}: {name} has no definition {inner}")
        return self.targets(Reference(name, (inner,)))

    def _targets_of(self, reference: Reference, used: Mapping[str, frozenset[str]]) -> Iterable[Definition]:
        if reference.attributes != (EVERY_MODULE,):
            return self.targets(reference)
        wanted = used.get(reference.module)
        chosen = [each for each in children(reference.module) if wanted is None or each.rpartition(".")[2] in wanted]
        return [definition for each in chosen for definition in self._whole(each)]

    def targets(self, reference: Reference) -> frozenset[Definition]:
        """The definitions that a reference leads to, through the modules that only pass a name on."""
        if reference not in self._targets:
            self._targets[reference] = frozenset()  # two modules that import a name from each other end here
            self._targets[reference] = frozenset(self._follow(reference))
        return self._targets[reference]

    def _follow(self, reference: Reference) -> Iterator[Definition]:
        name = reference.module
        for number, attribute in enumerate(reference.attributes):
            known = module(name)
            if known is None:
                return
            rest = reference.attributes[number + 1 :]
            if attribute in known.names:
                for found in known.names[attribute]:
                    if found != Reference(name, (attribute,)):
                        yield from self.targets(Reference(found.module, (*found.attributes, *rest)))
                    elif attribute in known.definitions:
                        yield name, attribute
                    else:  # a package that imports a module from itself
                        yield from self.targets(Reference(f"{name}.{attribute}", rest))
                return
            if module(f"{name}.{attribute}") is None:
                if home := _lazy_home(known, attribute):
                    yield from self.targets(Reference(home, (attribute, *rest)))
                else:
                    yield from self._whole(name)
                return
            name = f"{name}.{attribute}"
        if module(name) is not None:
            yield from self._whole(name)

    @functools.cache  # noqa: B019 (one graph a process)
    def _whole(self, name: str) -> frozenset[Definition]:
        """Every definition of a module; what a package imports is there for its users and counts too."""
        known = module(name)
        found = {(name, inner) for inner in (*known.definitions, LOADING)}
        if known.is_package:
            imports = {each for references in known.names.values() for each in references if each.module != name}
            found.update(definition for each in imports for definition in self.targets(each))
        return frozenset(found)

    def _meaning(self, definition: Definition) -> Meaning:
        if definition not in self._meanings:
            name, inner = definition
            known = module(name)
            statements = self._when_loaded(known) if inner == LOADING else known.definitions[inner]
            self._meanings[definition] = _reader(name, self).read(statements)
        return self._meanings[definition]

    def _when_loaded(self, known: Module) -> list[ast.stmt]:
        """What a module does when it is loaded, and the definitions of which other code of ours hears then."""
        definitions = [each for statements in known.definitions.values() for each in statements]
        return [*known.statements, *(each for each in definitions if self._is_announced(each, known))]

    def _is_announced(self, statement: ast.stmt, known: Module) -> bool:
        """Whether a decorator of ours, or the `__init_subclass__` of a base, may remember a function or class."""
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
        decorators = (each.func if isinstance(each, ast.Call) else each for each in statement.decorator_list)
        if any(self._referred(each, known) for each in decorators):
            return True
        return isinstance(statement, ast.ClassDef) and any(
            getattr(part, "name", "") == "__init_subclass__"
            for name, inner in self._ancestors(statement, known)
            for base in module(name).definitions[inner]
            for part in getattr(base, "body", [])
        )

    def declares_fields(self, node: ast.ClassDef, known: Module) -> bool:
        """Whether a class derives from `FIELDS`, so that its annotated assignments declare fields of a Setting."""
        return FIELDS in self._ancestors(node, known)

    def _ancestors(self, node: ast.ClassDef, known: Module) -> set[Definition]:
        """The classes of ours that a class derives from."""
        found: set[Definition] = set()
        for base in node.bases:
            for name, inner in self._referred(base, known):
                found.add((name, inner))
                for statement in module(name).definitions.get(inner, []):
                    if isinstance(statement, ast.ClassDef) and statement is not node:
                        found |= self._ancestors(statement, module(name))
        return found

    def _referred(self, expression: ast.expr, known: Module) -> set[Definition]:
        """The definitions of ours that a dotted name refers to on the top level of a module."""
        attributes: list[str] = []
        while isinstance(expression, ast.Attribute):
            attributes.insert(0, expression.attr)
            expression = expression.value
        references = known.names.get(expression.id, []) if isinstance(expression, ast.Name) else []
        full = [Reference(each.module, (*each.attributes, *attributes)) for each in references]
        return {definition for each in full for definition in self.targets(each)}

    def _table(self, name: str, entries: frozenset[str]) -> list[ast.stmt]:
        """The statements that define a dictionary, with only those of its `entries`."""
        where, inner = name.split(":")
        known = module(where)
        statements = known.definitions.get(inner, []) if known else []
        if not any(isinstance(getattr(each, "value", None), ast.Dict) for each in statements):
            raise InputError(f"{name}: there is no such dictionary")
        return [_with_entries(each, lambda key: key in entries) for each in statements]

    def _skipped(self, used: Mapping[str, frozenset[str]], shown: Mapping[Definition, list[ast.stmt]]) -> set[str]:
        """Modules that only entries refer to which are not used: that something loads them does not count."""
        skipped = {
            each
            for name, entries in used.items()
            if ":" not in name
            for each in children(name)
            if each.rpartition(".")[2] not in entries
        }
        for (name, inner), statements in shown.items():
            mentioned = self._modules_of(name, module(name).definitions[inner])
            skipped |= mentioned - self._modules_of(name, statements)
        return skipped

    def _modules_of(self, name: str, statements: Iterable[ast.stmt]) -> set[str]:
        """The modules of the definitions that statements of a module refer to."""
        references = _reader(name, self).read(statements).references
        return {found for reference in references for found, _ in self.targets(reference)}


def _reader(name: str, graph: Graph) -> Reader:
    known = module(name)
    return Reader(
        name,
        known.package,
        known.names,
        lambda dotted: module(dotted) is not None,
        lambda node: graph.declares_fields(node, known),
    )


def _with_entries(statement: ast.stmt, counts) -> ast.stmt:
    """An assignment of a dictionary without the entries whose key is a text that does not count."""
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.Dict):
        return statement
    kept = [
        (key, each)
        for key, each in zip(value.keys, value.values, strict=True)
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)) or counts(key.value)
    ]
    shorter = ast.Dict(keys=[key for key, _ in kept], values=[each for _, each in kept])
    return type(statement)(**{**dict(ast.iter_fields(statement)), "value": shorter})


def _lazy_home(known: Module, attribute: str) -> str | None:
    """The module that a package's `__getattr__` takes a name from, by a dictionary from names to modules."""
    if "__getattr__" not in known.definitions:
        return None
    for statements in known.definitions.values():
        for statement in statements:
            value = getattr(statement, "value", None)
            pairs = zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ()
            for key, home in pairs:
                if isinstance(key, ast.Constant) and key.value == attribute and isinstance(home, ast.Constant):
                    return home.value if isinstance(home.value, str) and module(home.value) else None
    return None


def _with_parents(name: str) -> Iterator[str]:
    """A module of ours and the packages that it lies in, which are loaded before it."""
    parts = name.split(".")
    names = (
        (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        if not name.endswith((".py", ".ipynb"))
        else [name]
    )
    return (each for each in names if module(each) is not None)


def _is_plumbing(name: str) -> bool:
    return name == PLUMBING or name.startswith(f"{PLUMBING}.")

"""The code that is reached from some definitions on."""

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from memristive.core.errors import InputError
from memristive_study.runtime.code import texts
from memristive_study.runtime.code.meaning import EVERY_MODULE, Meaning, Reader, Reference
from memristive_study.runtime.code.modules import Module, Sources
from memristive_study.runtime.code.names import IMPORTED, LOADING, Definition, Names

PLUMBING = "memristive_study.runtime"
FIELDS = ("memristive.core.fields", "Group")  # its subclasses declare the fields of a Setting


class _Table(NamedTuple):
    """A table with only some of its entries.

    Attributes:
        skipped: modules that only the other entries refer to: that something loads them does not count.
    """

    meaning: Meaning
    skipped: frozenset[str]


class Graph:
    """The definitions of all modules that were asked for; each is read once.

    The methods take what `memristive_study.runtime.code.code_hash` does.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._meanings: dict[Definition, Meaning] = {}
        self._tables: dict[tuple[str, frozenset[str]], _Table] = {}
        self._texts: dict[Path, bytes] = {}
        self._names = Names(sources)
        self._before: dict[Definition, Definition | None] = {}  # by which definition each was reached last

    def hash(self, starts: Iterable[str], without: Iterable[str], used: Mapping[str, Iterable[str]]) -> str:
        """Hash of the code that is reached, 16 hexadecimal digits."""
        definitions = self._reached(starts, without, used)
        digest = hashlib.sha256()
        for definition in sorted(each for each, meaning in definitions.items() if meaning):
            digest.update(f"{':'.join(definition)}\0".encode() + definitions[definition])
        for path in self._other_files(definitions):
            if path not in self._texts:
                self._texts[path] = texts.of_cpp(path.read_text(encoding="utf-8"))
            digest.update(f"{path.relative_to(self._sources.source)}\0".encode() + self._texts[path])
        return digest.hexdigest()[:16]

    def listing(self, starts: Iterable[str], without: Iterable[str], used: Mapping[str, Iterable[str]]) -> list[str]:
        """Every definition that counts, "module:name", and every file in another language."""
        definitions = self._reached(starts, without, used)
        names = sorted(f"{module}:{name}" for module, name in definitions if name not in (LOADING, IMPORTED))
        return [*names, *(str(path.relative_to(self._sources.source)) for path in self._other_files(definitions))]

    def why(self, starts: Iterable[str], target: str) -> list[str]:
        """The definitions by which `target` is reached, a start first; empty where it is not reached."""
        definitions = self._reached(starts, (), {})
        module, _, name = target.partition(":")
        at: Definition | None = (module, name)
        chain: list[str] = []
        while at is not None and at in definitions:
            chain.insert(0, ":".join(at))
            at = self._before[at]
        return chain

    def _reached(
        self, starts: Iterable[str], without: Iterable[str], used: Mapping[str, Iterable[str]]
    ) -> dict[Definition, bytes]:
        """Every definition that `starts` reach, with the hash of its meaning."""
        first = {definition for start in starts for definition in self._start(start)}
        left_out = {definition for name in without for definition in self._start(name)}
        tables = {name: frozenset(entries) for name, entries in used.items() if ":" in name}
        shown = {tuple(name.split(":")): self._table(name, entries) for name, entries in tables.items()}
        skipped = {each for table in shown.values() for each in table.skipped} | self._unused_modules(used)
        found: dict[Definition, bytes] = {}
        loading: set[str] = set()
        waiting: list[tuple[Definition, Definition | None]] = [(each, None) for each in first]
        while waiting:
            definition, before = waiting.pop()
            name = definition[0]
            if definition in found or definition in left_out or (_is_plumbing(name) and definition not in first):
                continue
            self._before[definition] = before
            meaning = shown[definition].meaning if definition in shown else self._meaning(definition)
            found[definition] = meaning.digest
            for reference in meaning.references:
                waiting += [(each, definition) for each in self._followed(reference, used)]
            loads = {name, *meaning.loads}
            if definition[1] == LOADING:
                loads.update(each for each in self._sources.module(name).loads if each not in skipped)
            new = (each for load in loads - loading for each in self._with_parents(load))
            waiting += [((each, LOADING), definition) for each in new]
            loading |= loads
        return found

    def _other_files(self, definitions: Iterable[Definition]) -> list[Path]:
        """The files in other languages of every package of which a definition is reached."""
        packages = {self._sources.module(name).package for name, inner in definitions if inner != LOADING}
        return [path for path, package in self._sources.other_files if package in packages]

    def _start(self, start: str) -> Iterable[Definition]:
        name, _, inner = start.partition(":")
        known = self._sources.module(name)
        if known is None:
            raise InputError(f"{start}: there is no such module or script")
        if not inner:
            return self._names.whole(name)
        if inner not in known.names:
            raise InputError(f"{start}: {name} has no definition {inner}")
        return self._names.targets(Reference(name, (inner,)))

    def _followed(self, reference: Reference, used: Mapping[str, Iterable[str]]) -> Iterable[Definition]:
        if reference.attributes[:1] != (EVERY_MODULE,):
            return self._names.targets(reference)
        wanted = used.get(reference.module)
        chosen = [
            each
            for each in self._sources.children(reference.module)
            if wanted is None or each.rpartition(".")[2] in wanted
        ]
        return [each for name in chosen for each in self._names.targets(Reference(name, reference.attributes[1:]))]

    def _meaning(self, definition: Definition) -> Meaning:
        if definition not in self._meanings:
            name, inner = definition
            known = self._sources.module(name)
            if inner == IMPORTED:
                names = (each for references in known.names.values() for each in references)
                self._meanings[definition] = Meaning(b"", frozenset(names), frozenset())
            else:
                statements = self._when_loaded(known) if inner == LOADING else known.definitions[inner]
                self._meanings[definition] = self._reader(name).read(statements)
        return self._meanings[definition]

    def _when_loaded(self, known: Module) -> list[ast.stmt]:
        """The statements that run when a module is loaded, and the definitions that other code may remember then."""
        definitions = [each for statements in known.definitions.values() for each in statements]
        return [*known.statements, *(each for each in definitions if self._is_announced(each, known))]

    def _is_announced(self, statement: ast.stmt, known: Module) -> bool:
        """True for a function or class that a decorator of ours, or the `__init_subclass__` of a base, may remember."""
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
        decorators = (each.func if isinstance(each, ast.Call) else each for each in statement.decorator_list)
        if any(self._names.referred(each, known) for each in decorators):
            return True
        return isinstance(statement, ast.ClassDef) and any(
            getattr(part, "name", "") == "__init_subclass__"
            for name, inner in self._names.ancestors(statement, known)
            for base in self._sources.module(name).definitions[inner]
            for part in getattr(base, "body", [])
        )

    def _declares_fields(self, node: ast.ClassDef, known: Module) -> bool:
        """True for a class that derives from `FIELDS`: its annotated assignments declare fields of a Setting."""
        return FIELDS in self._names.ancestors(node, known)

    def _table(self, name: str, entries: frozenset[str]) -> _Table:
        """A table with only those of its `entries`."""
        if (name, entries) not in self._tables:
            where, inner = name.split(":")
            known = self._sources.module(where)
            statements = known.definitions.get(inner, []) if known else []
            shorter = [_with_entries(each, entries) for each in statements]
            if not any(shorter):
                raise InputError(f"{name}: there is no such dictionary, tuple of texts, object, or class with fields")
            short = [each or whole for each, whole in zip(shorter, statements, strict=True)]
            meaning, mentioned = self._reader(where).read(short), self._meaning((where, inner))
            skipped = self._modules_of(mentioned) - self._modules_of(meaning)
            self._tables[name, entries] = _Table(meaning, frozenset(skipped))
        return self._tables[name, entries]

    def _unused_modules(self, used: Mapping[str, Iterable[str]]) -> set[str]:
        """The modules of packages in `used` that are not among those that count."""
        packages = [(name, entries) for name, entries in used.items() if ":" not in name]
        return {
            each
            for name, entries in packages
            for each in self._sources.children(name)
            if each.rpartition(".")[2] not in entries
        }

    def _modules_of(self, meaning: Meaning) -> set[str]:
        """The modules of the definitions that some statements refer to."""
        return {found for reference in meaning.references for found, _ in self._names.targets(reference)}

    def _reader(self, name: str) -> Reader:
        known = self._sources.module(name)
        return Reader(
            name,
            known.package,
            known.names,
            lambda dotted: self._sources.module(dotted) is not None,
            lambda node: self._declares_fields(node, known),
            known.walrus,
        )

    def _with_parents(self, name: str) -> Iterator[str]:
        """A module of ours and the packages that it lies in, which are loaded before it."""
        parts = [name] if name.endswith(".py") else name.split(".")
        names = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
        return (each for each in names if self._sources.module(each) is not None)


def _with_entries(statement: ast.stmt, entries: Iterable[str]) -> ast.stmt | None:
    """A table without the entries that have another name than those in `entries`; None for another statement."""

    def counts(name: ast.expr | None) -> bool:
        return not (isinstance(name, ast.Constant) and isinstance(name.value, str)) or name.value in entries

    match statement:
        case ast.ClassDef(body=parts):
            left_out = [
                part
                for part in parts
                if isinstance(part, ast.AnnAssign)
                and isinstance(part.target, ast.Name)
                and part.target.id not in entries
            ]
            return _changed(statement, body=[part for part in parts if part not in left_out])
        case ast.Assign(value=ast.Dict() as table) | ast.AnnAssign(value=ast.Dict() as table):
            kept = [pair for pair in zip(table.keys, table.values, strict=True) if counts(pair[0])]
            shorter = ast.Dict(keys=[key for key, _ in kept], values=[value for _, value in kept])
            return _changed(statement, value=shorter)
        case (
            ast.Assign(value=ast.Tuple() | ast.List() | ast.Set() as table)
            | ast.AnnAssign(value=ast.Tuple() | ast.List() | ast.Set() as table)
        ):
            return _changed(statement, value=_changed(table, elts=[each for each in table.elts if counts(each)]))
        case ast.Assign(value=ast.Call(keywords=[_, *_]) as call):
            named = [each for each in call.keywords if each.arg is None or each.arg in entries]
            return _changed(statement, value=_changed(call, keywords=named))
    return None


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    """A copy of a node with other values of some fields."""
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def _is_plumbing(name: str) -> bool:
    return name == PLUMBING or name.startswith(f"{PLUMBING}.")

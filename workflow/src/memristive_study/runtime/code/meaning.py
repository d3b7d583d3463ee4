"""The meaning of a piece of Python: a hash that ignores comments, docstrings and layout, and the names it refers to.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library.
"""

import ast
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_TARGETS = (ast.Tuple, ast.List, ast.Starred)  # in which names are bound
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DOTTED = re.compile(r"\w+(?:\.\w+)+(?::\w+)?")
_PACKAGE = re.compile(r"(?:\w+\.)+")
_IGNORED = ("ctx", "kind", "type_comment")
EVERY_MODULE = "*"  # as the first attribute of a package: each module directly below it


class Reference(NamedTuple):
    """A name as an import binds it: the module that the import names, and attributes looked up in it, outermost first.

    `import numpy as np` binds np to ("numpy", ()), `from scipy.special import erf` binds erf to
    ("scipy.special", ("erf",)); `np.linalg.norm` then refers to ("numpy", ("linalg", "norm")).
    """

    module: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """Of some statements.

    Attributes:
        digest: SHA-256 of the syntax trees without comments, docstrings, layout, and the texts of errors raised; empty
            where nothing is left.
        references: every module-level name that is used, whether imported or defined in the same module.
        loads: modules that imports inside the statements load.
    """

    digest: bytes
    references: frozenset[Reference]
    loads: frozenset[str]


def imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, Reference]]:
    """Each name that an import statement binds, with what it is bound to.

    Args:
        package: the package in which a relative import starts.
    """
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, Reference(alias.name)
            else:  # `import a.b` binds a
                yield alias.name.split(".")[0], Reference(alias.name.split(".")[0])
        return
    module = _absolute(node, package)
    for alias in node.names:
        yield alias.asname or alias.name, Reference(module, (alias.name,))


def loaded(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """Each module that an import statement loads; a name imported from a package may be a module or not."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    else:
        module = _absolute(node, package)
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """Dotted name of the module that a `from` import names."""
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Names that statements bind in their own scope: assigned, defined, imported, caught, matched."""
    return _bindings(nodes)[0]


def _bindings(nodes: Iterable[ast.AST], walrus: bool = True) -> tuple[set[str], list[ast.stmt]]:
    """Names that statements bind in their own scope, and the statements in it that import, or that name outer names.

    Args:
        walrus: whether an expression may bind a name too (`:=`); it takes twice as long to look for that.
    """
    names: set[str] = set()
    special: list[ast.stmt] = []
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind is ast.Name:
            if type(node.ctx) is not ast.Load:
                names.add(node.id)
            continue
        if kind in _SCOPES:
            if kind is not ast.Lambda:
                names.add(node.name)
            continue
        if not walrus and isinstance(node, ast.expr) and kind not in _TARGETS:
            continue
        if kind in _COMPREHENSIONS:  # its own targets stay inside; a walrus binds a name outside
            names.update(inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
            continue
        if kind is ast.Import or kind is ast.ImportFrom:
            names.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
            special.append(node)
            continue
        if kind is ast.Global or kind is ast.Nonlocal:
            special.append(node)
            continue
        if kind in (ast.ExceptHandler, ast.MatchAs, ast.MatchStar) and node.name:
            names.add(node.name)
        elif kind is ast.MatchMapping and node.rest:
            names.add(node.rest)
        for field in node._fields:
            value = getattr(node, field, None)
            if type(value) is list:
                waiting += [item for item in value if isinstance(item, ast.AST)]
            elif isinstance(value, ast.AST):
                waiting.append(value)
    return names, special


class Reader:
    """Reads statements of one module.

    Args:
        module: dotted name of the module.
        package: the package in which a relative import in it starts.
        names: what each module-level name refers to.
        is_module: tells of a dotted name whether it is a module whose code is followed.
        only_declares: tells of a class whether its annotated assignments only declare fields and play no part.
        walrus: whether `:=` occurs in the module.
    """

    def __init__(
        self,
        module: str,
        package: str,
        names: Mapping[str, Iterable[Reference]],
        is_module: Callable[[str], bool],
        only_declares: Callable[[ast.ClassDef], bool],
        walrus: bool,
    ) -> None:
        self._module = module
        self._package = package
        self._names = names
        self._is_module = is_module
        self._only_declares = only_declares
        self._walrus = walrus
        self._tokens: list[str] = []
        self._references: set[Reference] = set()
        self._loads: set[str] = set()
        self._scopes: list[dict[str, Reference | None]] = []
        self._raising = False
        self._looked_up_in: dict[ast.JoinedStr, tuple[str, ...]] = {}

    def read(self, statements: Iterable[ast.stmt]) -> Meaning:
        """The meaning of `statements` together."""
        self._tokens, self._references, self._loads = [], set(), set()
        for statement in statements:
            self._visit(statement)
        digest = hashlib.sha256("\n".join(self._tokens).encode()).digest() if self._tokens else b""
        return Meaning(digest, frozenset(self._references), frozenset(self._loads))

    def _visit(self, node: ast.AST) -> None:
        special = _SPECIAL.get(type(node))
        if special is None:
            self._fields(node)
        else:
            special(self, node)

    def _fields(self, node: ast.AST, skipped: tuple[str, ...] = ()) -> None:
        """A node and all below it; a field without a value is left out, for each version of Python has other ones."""
        self._tokens.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            if value is None or name in skipped or name in _IGNORED or value == []:
                continue
            self._tokens.append(name)
            for item in value if type(value) is list else (value,):
                if isinstance(item, ast.AST):
                    self._visit(item)
                else:
                    self._tokens.append(repr(item))
        self._tokens.append(";")

    def _refer(self, reference: Reference) -> None:
        self._references.add(reference)
        self._tokens.append(f"={'.'.join([reference.module, *reference.attributes])}")

    def _looked_up(self, name: str) -> Iterable[Reference]:
        """The references that a name stands for here; none for a local variable or a builtin."""
        for scope in reversed(self._scopes):
            if name in scope:
                found = scope[name]
                return [] if found is None else [found]
        return self._names.get(name, ())

    def _name(self, node: ast.Name) -> None:
        self._tokens.append(node.id)
        if isinstance(node.ctx, ast.Load):
            for reference in self._looked_up(node.id):
                self._refer(reference)
            if node.id == "globals":
                self._refer(Reference(self._module))

    def _attribute(self, node: ast.Attribute) -> None:
        """`a.b.c` as one reference where `a` is imported or defined in the module."""
        attributes: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            attributes.insert(0, inner.attr)
            inner = inner.value
        match inner:
            case ast.Call(args=[ast.JoinedStr() as name]):  # import_module(f"package.{name}").attribute
                self._looked_up_in[name] = tuple(attributes)
        found = self._looked_up(inner.id) if isinstance(inner, ast.Name) else ()
        if not found:
            self._fields(node)
            return
        for reference in found:
            self._refer(Reference(reference.module, (*reference.attributes, *attributes)))

    def _constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            if self._raising:
                self._tokens.append("''")
                return
            if _DOTTED.fullmatch(node.value) and self._is_module(node.value.partition(":")[0]):
                module, _, name = node.value.partition(":")
                self._references.add(Reference(module, tuple(name.split(".")) if name else ()))
        self._tokens.append(f"{type(node.value).__name__} {node.value!r}")

    def _formatted(self, node: ast.JoinedStr) -> None:
        """A text that names a module of a package: each may be meant, or what is looked up in it."""
        package = self._package_named_by(node)
        if package:
            self._references.add(Reference(package, (EVERY_MODULE, *self._looked_up_in.get(node, ()))))
        self._fields(node)

    def _package_named_by(self, node: ast.JoinedStr) -> str:
        """The package with which an f-string begins, followed by a point; "" where it begins with something else."""
        match node.values:
            case [ast.Constant(value=str(start)), *_] if _PACKAGE.fullmatch(start):
                package = start[:-1]
            case [ast.FormattedValue(value=ast.Name(id="__name__")), ast.Constant(value="."), *_]:
                package = self._module
            case _:
                return ""
        return package if self._is_module(package) else ""

    def _expression(self, node: ast.Expr) -> None:
        if not _is_text(node):
            self._fields(node)

    def _raise(self, node: ast.Raise) -> None:
        """A job that fails has no result, so that the words by which it does are no part of one."""
        outer, self._raising = self._raising, True
        self._fields(node)
        self._raising = outer

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Inside a function: its names count where they are used, the module because it runs."""
        modules = list(loaded(node, self._package))
        self._loads.update(modules)
        if not self._is_module(modules[0].split(".")[0]):
            self._fields(node)

    def _class(self, node: ast.ClassDef) -> None:
        """Of a class that declares fields, only what is more than that, and the classes of its fields."""
        if not self._only_declares(node):
            self._fields(node)
            return
        declarations = [part for part in node.body if isinstance(part, ast.AnnAssign) and not _of_class(part)]
        kept = [part for part in node.body if part not in declarations and not _is_text(part)]
        before = len(self._tokens)
        for declaration in declarations:
            self._visit(declaration.annotation)
        del self._tokens[before:]
        self._fields(ast.ClassDef(**{**dict(ast.iter_fields(node)), "body": kept}))
        if not kept:
            del self._tokens[before:]

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]:
            self._visit(part)
        self._tokens.append(f"{type(node).__name__} {node.name}")
        with_imports = self._scope(node.args, node.body)
        self._scopes.append(with_imports)
        for statement in node.body:
            self._visit(statement)
        self._scopes.pop()
        self._tokens.append(";")

    def _lambda(self, node: ast.Lambda) -> None:
        self._visit(node.args)
        self._scopes.append(self._scope(node.args, [node.body]))
        self._visit(node.body)
        self._scopes.pop()

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self._visit(node.generators[0].iter)  # the only part that is evaluated outside
        targets = bound_names(generator.target for generator in node.generators)
        self._scopes.append(dict.fromkeys(targets))
        for number, generator in enumerate(node.generators):
            self._fields(generator, skipped=("iter",) if number == 0 else ())
        self._fields(node, skipped=("generators",))
        self._scopes.pop()

    def _scope(self, arguments: ast.arguments, body: Iterable[ast.AST]) -> dict[str, Reference | None]:
        """The references of the names that a function binds; None for its variables."""
        several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        single = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
        scope: dict[str, Reference | None] = dict.fromkeys(argument.arg for argument in [*several, *single])
        names, special = _bindings(body, self._walrus)
        scope.update(dict.fromkeys(names))
        for statement in special:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                scope.update(imported(statement, self._package))
            else:
                for name in statement.names:
                    scope.pop(name, None)
                    self._references.update(self._looked_up(name))
        return scope


_SPECIAL: dict[type[ast.AST], Callable[[Reader, ast.AST], None]] = {
    ast.Name: Reader._name,
    ast.Attribute: Reader._attribute,
    ast.Constant: Reader._constant,
    ast.JoinedStr: Reader._formatted,
    ast.Expr: Reader._expression,
    ast.Raise: Reader._raise,
    ast.Import: Reader._import,
    ast.ImportFrom: Reader._import,
    ast.ClassDef: Reader._class,
    ast.FunctionDef: Reader._function,
    ast.AsyncFunctionDef: Reader._function,
    ast.Lambda: Reader._lambda,
    ast.ListComp: Reader._comprehension,
    ast.SetComp: Reader._comprehension,
    ast.DictComp: Reader._comprehension,
    ast.GeneratorExp: Reader._comprehension,
}


def _is_text(node: ast.stmt) -> bool:
    """True for a statement that is nothing but a text: a docstring."""
    match node:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
    return False


def _of_class(declaration: ast.AnnAssign) -> bool:
    """True for an annotated assignment that belongs to the class (ClassVar), not to each of its objects."""
    return any(
        "ClassVar" in (getattr(node, "id", ""), getattr(node, "attr", "")) for node in ast.walk(declaration.annotation)
    )

"""To which definitions a name leads, across modules."""

import ast
from collections.abc import Iterator

from memristive_study.runtime.code.meaning import Reference
from memristive_study.runtime.code.modules import Module, Sources

Definition = tuple[str, str]  # the module, and a name in it
LOADING = ""  # stands for what a module does when it is loaded
IMPORTED = "*"  # stands for every name that a package imports, which are there for its users


class Names:
    """The names of all modules; each reference is followed once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._targets: dict[Reference, frozenset[Definition]] = {}

    def targets(self, reference: Reference) -> frozenset[Definition]:
        """The definitions that a reference leads to, through the modules that only pass a name on."""
        if reference not in self._targets:
            self._targets[reference] = frozenset()  # two modules that import a name from each other end here
            self._targets[reference] = frozenset(self._follow(reference))
        return self._targets[reference]

    def _follow(self, reference: Reference) -> Iterator[Definition]:
        name = reference.module
        for number, attribute in enumerate(reference.attributes):
            known = self._sources.module(name)
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
            if self._sources.module(f"{name}.{attribute}") is None:
                if home := self._lazy_home(known, attribute):
                    yield from self.targets(Reference(home, (attribute, *rest)))
                else:
                    yield from self.whole(name)
                return
            name = f"{name}.{attribute}"
        if self._sources.module(name) is not None:
            yield from self.whole(name)

    def whole(self, name: str) -> list[Definition]:
        """Every definition of a module, and what it does when it is loaded."""
        known = self._sources.module(name)
        exported = [(name, IMPORTED)] if known.is_package else []
        return [(name, LOADING), *((name, inner) for inner in known.definitions), *exported]

    def referred(self, expression: ast.expr, known: Module) -> set[Definition]:
        """The definitions that a dotted name refers to on the top level of a module."""
        attributes: list[str] = []
        while isinstance(expression, ast.Attribute):
            attributes.insert(0, expression.attr)
            expression = expression.value
        references = known.names.get(expression.id, []) if isinstance(expression, ast.Name) else []
        full = [Reference(each.module, (*each.attributes, *attributes)) for each in references]
        return {definition for each in full for definition in self.targets(each)}

    def ancestors(self, node: ast.ClassDef, known: Module) -> set[Definition]:
        """The classes of ours that a class of a module derives from."""
        found: set[Definition] = set()
        for base in node.bases:
            for name, inner in self.referred(base, known):
                found.add((name, inner))
                for statement in self._sources.module(name).definitions.get(inner, []):
                    if isinstance(statement, ast.ClassDef) and statement is not node:
                        found |= self.ancestors(statement, self._sources.module(name))
        return found

    def _lazy_home(self, known: Module, attribute: str) -> str | None:
        """The module that a package's `__getattr__` takes a name from, by a dictionary from names to modules."""
        if "__getattr__" not in known.definitions:
            return None
        for statement in (each for statements in known.definitions.values() for each in statements):
            value = getattr(statement, "value", None)
            for key, home in zip(value.keys, value.values, strict=True) if isinstance(value, ast.Dict) else ():
                if isinstance(key, ast.Constant) and key.value == attribute and isinstance(home, ast.Constant):
                    return home.value if isinstance(home.value, str) and self._sources.module(home.value) else None
        return None

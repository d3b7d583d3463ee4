"""Whether a network's own code does nothing but compute, and what it reads besides its modules.

A plan stands for Python code that it no longer runs. It may do so only where that code gives the same for the same
input: it keeps nothing, prints nothing, draws nothing, and reads nothing that could change unnoticed. The code is not
run to find out; its instructions are looked through, and what is not known to be harmless is not planned.
"""

import builtins
import dataclasses
import dis
import functools
import inspect
import itertools
import math
import operator
import types
import typing
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import nn

PLAIN = (bool, int, float, complex, str, bytes, type(None), torch.dtype, torch.device, torch.Size, torch.memory_format)
_BUILTINS = {
    getattr(builtins, name)
    for name in (
        *("abs", "all", "any", "bool", "dict", "divmod", "enumerate", "filter", "float", "getattr", "int"),
        *("isinstance", "issubclass", "len", "list", "map", "max", "min", "pow", "range", "reversed", "round", "set"),
        *("slice", "sorted", "str", "sum", "super", "tuple", "type", "zip"),
    )
}
_LIBRARIES = {math, operator, itertools, functools, typing, warnings}
# Instructions that change something, and handlers and contexts (the last three), which a trace does not see.
_REFUSED = {
    *("STORE_GLOBAL", "DELETE_GLOBAL", "IMPORT_NAME", "DELETE_ATTR", "YIELD_VALUE"),
    *("PUSH_EXC_INFO", "SETUP_FINALLY", "SETUP_WITH"),
}
# Methods by which a list, a dictionary or a set is changed.
_MUTATORS = {"append", "extend", "insert", "remove", "clear", "update", "setdefault", "pop", "popitem", "appendleft"}
_OVERRIDES = ("__call__", "__getattr__", "__getattribute__", "__setattr__")
_ASKS_FOR_TYPES = {"isinstance", "type", "issubclass"}
_MOST_ITEMS = 1000  # of a container whose content is compared
_ALL_NAMES = {"getattr", "__dict__", "vars"}  # by which code reaches attributes whose names are not written in it


class Impure(Exception):
    """The code may do more than compute."""


@dataclasses.dataclass(frozen=True, eq=False)
class Read:
    """A name that code looks up outside its modules: in a class, in a module's names, or in a cell of its closure."""

    place: Any
    name: str

    def value(self) -> Any:
        """What stands there now; None where nothing does."""
        if isinstance(self.place, types.CellType):
            return self.place.cell_contents
        if isinstance(self.place, type):
            spaces = [vars(parent) for parent in self.place.__mro__ if is_own(parent)]
            return next((space[self.name] for space in spaces if self.name in space), None)
        return self.place.get(self.name)


def reads(network: nn.Module) -> list[Read] | None:
    """What the forward passes of `network`'s modules read elsewhere; None where they may do more than compute."""
    try:
        search = _Search({type(module) for module in network.modules()})
        for module in network.modules():
            if any(map(is_own, type(module).__mro__)):
                search.check_attributes(module)
        return list(search.reads.values())
    except (Impure, ValueError):  # a cell that is empty
        return None


def is_own(kind: type) -> bool:
    """Whether a class is neither torch's nor this package's, whose code is known."""
    return not kind.__module__.startswith(("torch.", "memristive.")) and kind not in (object, typing.Generic)


class _Search:
    """The functions that forward passes reach, and what these read."""

    def __init__(self, kinds: Iterable[type]) -> None:
        self.reads: dict[tuple[int, str], Read] = {}
        self.names: set[str] = set()
        self.mutates = False
        self._seen: set[types.CodeType] = set()
        own = [(kind, parent) for kind in kinds for parent in kind.__mro__ if is_own(parent)]
        while True:  # methods of one class are found by names that occur in others
            known = len(self.names), len(self._seen)
            for kind, parent in own:
                self._look_at_class(kind, parent)
            if known == (len(self.names), len(self._seen)):
                break
        if "Tensor" in self.names and self.names & _ASKS_FOR_TYPES:
            raise Impure  # what stands for a tensor in a trace is none

    def reached(self, name: str) -> bool:
        """Whether code names this attribute, or may without naming it."""
        return name in self.names or bool(self.names & _ALL_NAMES)

    def check_attributes(self, module: nn.Module) -> None:
        """Impure where code reads an attribute of `module` whose changes would go unnoticed."""
        for name, value in module.__dict__.items():
            if name.startswith("_") and name not in self.names:
                continue
            if not self.reached(name) or isinstance(value, torch.Tensor) or _plain(value):
                continue
            if _plain_items(value):
                if self.mutates and not isinstance(value, tuple):
                    raise Impure
            else:
                self._check(value)

    def _look_at_class(self, kind: type, parent: type) -> None:
        """Look at what `kind` has from `parent`, if code reaches it, and note under both that it is read."""
        for name, member in vars(parent).items():
            if name in _OVERRIDES:
                raise Impure
            if name != "forward" and (name.startswith("__") or not self.reached(name)):
                continue
            for place in (kind, parent):
                self.reads[id(place), name] = Read(place, name)
            functions = _functions(member)
            for function in functions:
                self._look_at(function)
            if not functions and not _plain(member) and name not in ("training", "dump_patches"):
                self._check(member)

    def _look_at(self, function: types.FunctionType) -> None:
        code = function.__code__
        if code in self._seen:
            return
        self._seen.add(code)
        for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            if not _plain(default):
                raise Impure
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            if name != "__class__":
                self._found(Read(cell, name))
        for part in _with_nested(code):
            for instruction in dis.get_instructions(part):
                self._look_at_instruction(instruction, function)

    def _look_at_instruction(self, instruction: dis.Instruction, function: types.FunctionType) -> None:
        operation, name = instruction.opname, instruction.argval
        if operation in _REFUSED:
            raise Impure
        if operation == "STORE_SUBSCR":
            self.mutates = True
        if operation in ("LOAD_GLOBAL", "LOAD_NAME"):
            known = function.__globals__ if name in function.__globals__ else vars(builtins)
            if name not in known:
                raise Impure
            if known is vars(builtins):
                self._check(known[name])
            else:
                self._found(Read(known, name))
            self.names.add(name)
        elif isinstance(name, str) and ("ATTR" in operation or "METHOD" in operation):
            self.names.add(name)
            self.mutates |= name in _MUTATORS

    def _found(self, read: Read) -> None:
        self.reads[id(read.place), read.name] = read
        value = read.value()
        if not _plain(value):
            self._check(value)

    def _check(self, value: Any) -> None:
        """Impure unless `value` is harmless; a function of the user's is looked at."""
        if isinstance(value, types.FunctionType) and not _of_torch(value):
            self._look_at(value)
        elif not (_of_torch(value) or _harmless(value)):
            raise Impure


def _harmless(value: Any) -> bool:
    if isinstance(value, types.ModuleType):
        return value in _LIBRARIES
    if isinstance(value, type):
        # Exceptions, named tuples of outputs, and classes of modules, which `super` names.
        return value in _BUILTINS or issubclass(value, (BaseException, nn.Module, tuple))
    try:
        return value in _BUILTINS or inspect.getmodule(value) in _LIBRARIES
    except TypeError:  # a value that cannot be a key
        return False


def _of_torch(value: Any) -> bool:
    if isinstance(value, types.ModuleType):
        return value.__name__.split(".")[0] == "torch"
    if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, types.MethodDescriptorType)):
        home = value.__module__ or getattr(value, "__qualname__", "")
        return home.split(".")[0] in ("torch", "_VariableFunctionsClass", "_TensorBase", "TensorBase")
    return False


def _plain(value: Any) -> bool:
    return isinstance(value, PLAIN) or (isinstance(value, tuple) and all(map(_plain, value)))


def _plain_items(value: Any) -> bool:
    if not isinstance(value, (list, tuple, set, frozenset, dict)) or len(value) > _MOST_ITEMS:
        return False
    return all(map(_plain, value.items() if isinstance(value, dict) else value))


def _functions(member: Any) -> list[types.FunctionType]:
    if isinstance(member, property):
        return [function for function in (member.fget, member.fset) if function is not None]
    member = getattr(member, "__func__", member)  # a static or a class method
    return [member] if isinstance(member, types.FunctionType) else []


def _with_nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _with_nested(constant)

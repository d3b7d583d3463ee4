"""A network from the name of its architecture."""

import importlib
from collections.abc import Callable

from torch import nn

from memristive.core.errors import InputError
from memristive.core.tracebacks import described
from memristive_study.models import names, place

TOOL = __name__.partition(".")[0]  # this package, whose lines are not a user's


def build(architecture: str, classes: int | None = None, input_shape: tuple[int, int, int] | None = None) -> nn.Module:
    """Network with PyTorch's default initialisation, drawn from the global generator.

    `architecture` is a key of `names.LIBRARY` or ``package.module:factory``, a callable that takes the keyword
    arguments `classes` and `input_shape` (channels, height, width; both None where they are not given) and returns an
    `nn.Module`. Its module may be a file of the working directory. Options may follow it, as `names.text` writes them:
    further keyword arguments of the factory. Raises InputError for an unknown architecture or option, a factory that
    cannot be imported or returns something else, and images too small for the network.
    """
    name, options = names.parsed(architecture)
    if name not in names.LIBRARY and ":" not in name:
        known = ", ".join(names.LIBRARY)
        raise InputError(f"architecture {name!r}: expected one of {known} or 'package.module:factory'")
    module_name, _, factory_name = names.LIBRARY.get(name, name).partition(":")
    factory = _factory(name, module_name, factory_name)
    try:
        model = factory(classes=classes, input_shape=input_shape, **options)
    except Exception as error:  # a user's factory may raise anything
        known = isinstance(error, InputError) or "unexpected keyword argument" in str(error)
        raise InputError(f"architecture {name!r}: {error if known else described(error, TOOL)}") from error
    if not isinstance(model, nn.Module):
        raise InputError(f"architecture {name!r}: returned {type(model).__name__}, an nn.Module is needed")
    return model


def _factory(architecture: str, module: str, name: str) -> Callable[..., nn.Module]:
    """The factory that a module defines; InputError where its import fails, for whatever reason."""
    if architecture not in names.LIBRARY:
        place.make_importable()
    try:
        return getattr(importlib.import_module(module), name)
    except Exception as error:  # a user's module may raise anything
        raise InputError(f"architecture {architecture!r}: cannot be imported ({described(error, TOOL)})") from error

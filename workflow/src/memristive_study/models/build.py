"""A network from the name of its architecture."""

import importlib

from torch import nn

from memristive.core.errors import InputError
from memristive_study.models import names


def build(architecture: str, classes: int | None = None, input_shape: tuple[int, int, int] | None = None) -> nn.Module:
    """Network with PyTorch's default initialisation, drawn from the global generator.

    `architecture` is a key of `names.LIBRARY` or ``package.module:factory``, a callable that takes the keyword
    arguments `classes` and `input_shape` (channels, height, width; both None where they are not given) and returns an
    `nn.Module`. Options may follow it, as `names.text` writes them: further keyword arguments of the factory. Raises
    InputError for an unknown architecture or option, a factory that cannot be imported or returns something else, and
    images too small for the network.
    """
    name, options = names.parsed(architecture)
    if name not in names.LIBRARY and ":" not in name:
        known = ", ".join(names.LIBRARY)
        raise InputError(f"architecture {name!r}: expected one of {known} or 'package.module:factory'")
    module_name, _, factory_name = names.LIBRARY.get(name, name).partition(":")
    try:
        factory = getattr(importlib.import_module(module_name), factory_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"architecture {name!r}: cannot be imported ({error})") from error
    try:
        model = factory(classes=classes, input_shape=input_shape, **options)
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        raise InputError(f"architecture {name!r}: {error}") from error
    except InputError as error:
        raise InputError(f"architecture {name!r}: {error}") from error
    if not isinstance(model, nn.Module):
        raise InputError(f"architecture {name!r}: returned {type(model).__name__}, an nn.Module is needed")
    return model

"""A network from the name of its architecture."""

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from torch import nn

from memristive.cli.settings import pair, value_of
from memristive.core.errors import InputError
from memristive.core.names import unknown_key
from memristive.core.tracebacks import described

REGISTERED = "memristive.architectures"  # entry points by which installed packages name theirs


def build(architecture: str, options: Sequence[str], classes: int, input_shape: Sequence[int]) -> nn.Module:
    """The network that `architecture` names, with weights that mean nothing yet.

    Args:
        architecture: file.py:function, package.module:function, a registered name, or one of torchvision's.
        options: further arguments, name=value.
        classes, input_shape: of the data; handed over where the function takes arguments of these names.

    Raises:
        InputError: no such architecture, or one that cannot be made so.
    """
    given = {name: value_of(text) for name, text in (pair("option", entry) for entry in options)}
    offered = {"classes": classes, "input_shape": tuple(input_shape)}
    factory = _factory(architecture)
    place = f"architecture: {architecture}"
    parameters = _parameters(factory)
    if parameters is not None:
        for name in given:
            if name not in parameters:
                raise InputError(unknown_key(f"{place}: option", name, [*parameters] or ["none"]))
        offered = {name: value for name, value in offered.items() if name in parameters}
    try:
        model = factory(**(offered | given))
    except Exception as error:  # a function of a user's may raise anything
        raise InputError(f"{place}: {described(error)}") from error
    if not isinstance(model, nn.Module):
        raise InputError(f"{place}: returned {type(model).__name__}, not a torch.nn.Module")
    return model.eval()


def _factory(architecture: str) -> Callable[..., Any]:
    module, colon, name = architecture.rpartition(":")
    if not colon:
        return _known(architecture)
    try:
        found = _file(Path(module)) if module.endswith(".py") else importlib.import_module(module)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"architecture: {module}: cannot be imported ({described(error)})") from error
    if not callable(getattr(found, name, None)):
        names = [own for own, value in vars(found).items() if callable(value) and not own.startswith("_")]
        raise InputError(unknown_key(f"architecture: {module}", name, names))
    return getattr(found, name)


def _file(path: Path) -> Any:
    """The module that a Python file is, which is run."""
    if not path.is_file():
        raise InputError(f"architecture: {path}: no such file")
    sys.path.insert(0, str(path.resolve().parent))  # files beside it can be imported
    try:
        spec = importlib.util.spec_from_file_location(f"architecture_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


def _known(name: str) -> Callable[..., Any]:
    registered = {found.name: found for found in entry_points(group=REGISTERED)}
    if name in registered:
        return registered[name].load()
    known = [*registered]
    try:
        from torchvision import models
    except ImportError:
        hint = "; torchvision, whose architectures are known by name, is not installed: pip install 'memristive[cli]'"
    else:
        if name in models.list_models(module=models):
            return lambda **given: _of_torchvision(models, name, given)
        known += models.list_models(module=models)
        hint = ""
    raise InputError(f"{unknown_key('architecture', name, known or ['file.py:function'])}{hint}")


def _of_torchvision(models: Any, name: str, given: dict[str, Any]) -> nn.Module:
    given.pop("input_shape", None)
    return models.get_model(name, weights=None, **({"num_classes": given.pop("classes")} | given))


def _parameters(factory: Callable[..., Any]) -> Mapping[str, Any] | None:
    """Arguments that the function takes by name; None where it takes any."""
    try:
        parameters = inspect.signature(factory).parameters
    except ValueError:
        return None
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return None
    return {name: one for name, one in parameters.items() if one.kind not in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL)}

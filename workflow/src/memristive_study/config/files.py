"""The files that a configuration is merged from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from memristive.core.errors import InputError
from memristive_study.config.spelling import spelled

COMMAND_LINE = "--config"


def read(paths: Sequence[Path], given: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Contents of the files at `paths` and the values `given` on the command line by name, later ones winning.

    Raises InputError, with the name of the file, where one cannot be read as YAML or gives a key twice.
    """
    contents = {str(path): _read(path) for path in paths}
    contents |= {COMMAND_LINE: given} if given else {}
    return {name: content for name, content in contents.items() if isinstance(content, Mapping)}


def located(line: str, sources: Mapping[str, Mapping[str, Any]]) -> str:
    """An error's `line` after the name of the one of `sources` (`read`) that holds the value that it speaks of.

    The line leads from key to key ("training: folds: 1 is not ..."); it is the source which has most of them, and of
    equals the last. A line that names its file already, or no key of any source, stays as it is.
    """
    if line.startswith(tuple(f"{name}: " for name in sources)):
        return line
    keys = line.split(": ")
    depths = {name: _depth(keys, spelled(content)) for name, content in reversed(sources.items())}
    deepest = max(depths, key=depths.__getitem__, default="")
    return f"{deepest}: {line}" if depths.get(deepest) else line


def _read(path: Path) -> Any:
    """Content of a YAML file; InputError where it gives a key twice, of which YAML would silently take the last."""
    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        _look(path, node, (), set())
        return node and loader.construct_document(node)
    except InputError:
        raise
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read as YAML ({' '.join(str(error).split())})") from None


def _look(path: Path, node: yaml.Node | None, place: tuple[str, ...], looked: set[int]) -> None:
    """InputError for a key given twice below `node`, which is looked at once however many aliases name it."""
    if id(node) in looked:
        return
    looked.add(id(node))
    seen: set[str] = set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        name = str(key.value)
        if name in seen:
            line = key.start_mark.line + 1
            raise InputError(f"{path}: {': '.join((*place, name))}: is given twice, again in line {line}")
        seen.add(name)
        _look(path, value, (*place, name), looked)


def _depth(keys: list[str], content: Any) -> int:
    """How many of `keys` lead downwards in `content`; one that is not there, as a word of the line, is passed over."""
    found = 0
    for key in keys:
        if isinstance(content, Mapping):
            places = [content, *(child for child in content.values() if isinstance(child, Mapping))]
            holder = next((place for place in places if key in place), None)
            if holder is not None:
                content, found = holder[key], found + 1
    return found

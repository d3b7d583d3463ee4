"""The code that a result depends on, found from the imports of what makes it.

From a script of the workflow or a function on, every name that it uses is followed to its definition, and
so on from there, within the two packages. The hash covers every definition that is reached, what the modules concerned
do when they are loaded, and the C++ files of every package that is reached. These do not count:

- a definition that nothing reached refers to;
- comments, docstrings, layout, and the words of errors that are raised (a job that fails has no result);
- `memristive_study.runtime`, which starts, logs and schedules jobs and may decide no result;
- the declarations of a Setting's fields, since their values are params of the rules themselves.

What is looked up by its name at run time is followed as a whole: a module that is passed on, `globals()`, a text that
names a module ("memristive.core.files") or a definition ("memristive.core.files:write_csv"), and an f-string that
begins with a package (f"memristive_study.figures.{name}": every module in it). A job that uses only some entries of
such a table, or some modules of such a package, says so by `used`.

`python -m memristive_study.runtime.code figure.py` lists what a script reaches, and with `--why module:name` by which
definitions it reaches that one.

Imported when Snakemake reads the workflow, so it needs nothing but the standard library and a Setting.
"""

import functools
import gc
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from memristive.core.setting import Setting
from memristive_study.runtime.code import texts, used
from memristive_study.runtime.code.graph import Graph
from memristive_study.runtime.code.modules import Sources

Used = Mapping[str, Iterable[str]]
_SOURCES = Sources()
_GRAPH = Graph(_SOURCES)


def code_hash(*starts: str, without: Iterable[str] = (), used: Used | None = None) -> str:
    """Hash of the code that `starts` reach, 16 hexadecimal digits.

    Args:
        starts: "module:definition"; "module", all of it; a file of workflow/scripts ("train.py").
        without: definitions that decide no result, for they only check something.
        used: the entries of a table that count, by "module:NAME": keys of a dictionary, texts in a tuple, annotated
            fields of a class, keyword arguments of the call that makes an object; or the modules of a package that
            count where an f-string names them, by "package".
            Other entries, and modules that only they refer to, may change without a change of the hash. Without a
            word about a table all of it counts.

    Raises:
        InputError: one of these names does not exist.
    """
    return _hashed(
        starts, tuple(without), frozenset((name, frozenset(entries)) for name, entries in (used or {}).items())
    )


@functools.cache
def _hashed(starts: tuple[str, ...], without: tuple[str, ...], used: frozenset[tuple[str, frozenset[str]]]) -> str:
    collects = gc.isenabled()
    gc.disable()  # it would search the growing syntax trees, again and again, for a third of the time
    try:
        return _GRAPH.hash(starts, without, dict(used))
    finally:
        if collects:
            gc.enable()


def reached(*starts: str, without: Iterable[str] = (), used: Used | None = None) -> list[str]:
    """Every definition that counts as "module:name", and every C++ file; takes and raises what `code_hash` does."""
    return _GRAPH.listing(starts, without, used or {})


def why(target: str, *starts: str) -> list[str]:
    """The definitions by which `starts` reach `target`, "module:name" each; empty where they do not."""
    return _GRAPH.why(starts, target)


def used_by(settings: Iterable[Setting]) -> dict[str, set[str]]:
    """`used` for a job that carries out `settings`: their devices and their non-idealities, of all that there are."""
    return used.by_settings(settings, _SOURCES)


def used_of_paper(key: str, without: Iterable[str] = ()) -> dict[str, set[str]]:
    """`used` for a job that compares with a paper, if any, but does not read its attributes `without`."""
    return used.of_paper(key, without)


def own_network(architecture: str) -> tuple[str, ...]:
    """The start that an architecture "package.module:factory" is, where its package is not an installed one."""
    start, *_ = architecture.split()  # its options follow
    name, _, factory = start.partition(":")
    known = _SOURCES.module(name) if factory else None
    return (start,) if known is not None and factory in known.names else ()


def rules_hash(folder: Path) -> str:
    """Hash of the Snakefile in `folder` and of the rules it includes, without their comments."""
    digest = hashlib.sha256()
    for path in [folder / "Snakefile", *sorted((folder / "workflow" / "rules").glob("*.smk"))]:
        digest.update(texts.of_snakefile(path.read_text(encoding="utf-8")))
    return digest.hexdigest()[:16]

"""The reference of all keys, from their declarations: ``python -m memristive_study.config.reference``.

Writes config/README.md, where the workflow catalogue looks for it.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml

from memristive.core.files import write_text
from memristive.core.setting import FIELDS, Setting
from memristive_study.config.limits import EVALUATIONS
from memristive_study.config.sections import Section, SettingFields
from memristive_study.config.study import Study
from memristive_study.config.training import Recipe
from memristive_study.config.walk import annotations
from memristive_study.config.words import allowed, opened, with_unit

REPOSITORY = Path(__file__).parents[4]
HEAD = f"""# Configuration

[`config.yaml`](../config.yaml) at the top of the repository describes the study; every number in it has a comment.
Another study is a smaller file with the keys that differ: `snakemake --cores 6 --configfile my_study.yaml -- all` (see
`examples/` and `profiles/`). Mappings of several files are merged, the last file wins, and a list replaces a list.

- **Leaving out**: the lists under `run` say what a study does. `null` in the place of a named entry (a part, an
  experiment, a network, a list under `grid`) takes back what an earlier file says, with all that refers to it; in the
  place of an optional key it means that the key is not given.
- **Fields of a setting** stand under `setting`, `fixed` and `grid`, in any of three spellings: `adc.bits: 6`,
  `adc: {{bits: 6}}`, `adc_bits: 6`. Files may spell a field in different ways; the last file wins.
- **Numbers**: `1e4` and `5e-4` are numbers here, though YAML 1.1 reads them as text, and 2.0 is the whole number 2.
- **Limits**: a study has at most {EVALUATIONS:,} evaluations, and a configuration at most 100,000 values.
- **Errors** are one line, before anything runs: the file, the keys that lead to the value, the value, what is allowed.
- **Editors**: [`workflow/schemas/config.schema.json`](../workflow/schemas/config.schema.json) completes and checks
  keys while you type. With the YAML language server, begin your file with
  `# yaml-language-server: $schema=workflow/schemas/config.schema.json`, a path relative to your file.
- **A network of your own**: `architecture: my_nets:small` is the function `small` of `my_nets.py` in the folder in
  which Snakemake runs, `folder.my_nets:small` that of a file below it; installed packages come first, and none may have
  the file's name. A change of the code trains the network again.
- **Several files**: where an experiment's parts, or the fields of one grid, come from several files, a run says so
  before it starts, as does `make plan`.
- **Results** are written below `results_dir` alone, never over files that git tracks or over what is published.
- **Trust**: a configuration can name Python code that is then run (`architecture`). Treat one from elsewhere as code.

In the tables, which `python -m memristive_study.config.reference` writes from the declarations in
`memristive_study.config`, `<name>` stands for a name of your own. Default is the value in `config.yaml`, or what holds
where it says nothing.
"""
SETTING = """Each experiment starts from these fields of `memristive.Setting`. Fields in parentheses hold for the whole
network; the others may differ between layers, by a pattern of their names: `layers: {fc*: {adc.bits: 6}}`.
"""


def reference() -> str:
    """All keys of a configuration as Markdown: one table a section."""
    config = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))
    tables: dict[str, list[tuple[str, ...]]] = {"": []}
    for path, info, kind in _keys(Study, ""):
        first = path.split(".")[0]
        section = first if _is_section(annotations(Study)[first]) else ""
        tables.setdefault(section, [])
        if path != section:
            tables[section].append((f"`{path}`", _meaning(info), _allowed(kind, info), _default(config, path, info)))
    parts = [HEAD, _table(("key", "meaning", "allowed", "default"), tables.pop(""))]
    for section, rows in tables.items():
        parts.append(f"## {section}\n\n{Study.model_fields[section].description}\n")
        if section == "setting":
            parts[-1] = f"## {section}\n\n{SETTING}"
            head = ("field", "short form", "meaning", "allowed", "default")
            parts.append(_table(head, list(_fields(config["setting"]))))
        else:
            parts.append(_table(("key", "meaning", "allowed", "default"), rows))
    return "\n".join(parts)


def _keys(section: type[Section], path: str) -> Iterator[tuple[str, Any, Any]]:
    """Dotted path, declaration and annotation of every key below `section`, those of the same section listed once."""
    for name, info in section.model_fields.items():
        below = f"{path}.{name}" if path else name
        yield below, info, info.annotation
        inner = _inner(info.annotation)
        if inner is not None and (inner is not Recipe or below == "training.settings"):
            yield from _keys(inner, f"{below}.<name>" if get_origin(opened(info.annotation)[0]) is dict else below)


def _inner(kind: Any) -> type[Section] | None:
    """The section that `kind` is, or holds by name."""
    kind, _ = opened(kind)
    if get_origin(kind) is dict:
        kind, _ = opened(get_args(kind)[1])
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def _is_section(kind: Any) -> bool:
    return _inner(kind) is not None or any(isinstance(mark, SettingFields) for mark in opened(kind)[1])


def _meaning(info: Any) -> str:
    return with_unit(info.description, info.json_schema_extra["unit"])


def _allowed(kind: Any, info: Any) -> str:
    return "" if _inner(kind) else allowed(kind, info)


def _default(config: Any, path: str, info: Any) -> str:
    """The value at `path` in `config`, or the default of its declaration."""
    for key in path.split("."):
        config = config.get(key) if isinstance(config, Mapping) else None
    if config is None and not info.is_required():
        config = info.default
    return "" if config is None or isinstance(config, Mapping) else f"`{json.dumps(config)}`"


def _fields(stated: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """A row for each field of a Setting, with its value in `stated` or its default."""
    group = ""
    for name, field in FIELDS.items():
        if not name.startswith(f"{group}."):
            group = name.split(".")[0]
            doc = Setting.model_fields[group].annotation.__doc__
            yield f"**{group}**", "", f"**{doc.splitlines()[0]}**", "", ""
        value = stated.get(name, stated.get(field.short, field.default))
        shown = f"`{name}`" if field.per_layer else f"(`{name}`)"
        yield shown, f"`{field.short}`", with_unit(field.meaning, field.unit), field.allowed, f"`{json.dumps(value)}`"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    write_text(REPOSITORY / "config" / "README.md", reference())

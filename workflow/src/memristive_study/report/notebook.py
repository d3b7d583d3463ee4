"""The notebook of a study: cells that load its results, say what they mean and draw them, for a reader to change.

Papermill runs it, and the report is what its cells show. It has a cell for each thing that the study has and none for
what it lacks. Cells tagged `data` are for those who open the notebook; the report leaves them out.
"""

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from nbformat import NotebookNode, v4

from memristive_study.results import outputs, sweeps
from memristive_study.results.folder import Folder
from memristive_study.results.outputs import Figure, Section
from memristive_study.results.paper import Paper
from memristive_study.results.study import Study

HEAD = """# {title}

The report of this study as a notebook: `report.html` beside it shows what these cells show. Change a cell and run it
again to draw one network alone or against another column, or to compute a number of your own.

- `results` is the study's folder, seen from the notebook.
- `frames` holds the study's files by name. An experiment has a row an evaluation: accuracy in per cent, the fields of
  the setting by their short names, `part` and `label` for where the setting stands in the configuration.
- `study` knows the networks, the setting that experiments start from, and the paper that results are compared with.
- A figure is drawn by a function of `frames` and `study`: `draw({{"name": rows}}, study)` returns matplotlib's figure.
"""
# Modules and definitions that the cells use. Their code decides what the report is, so it names them in full.
USED = (
    "memristive_study.papers",
    "memristive_study.claims.evidence:Evidence",
    "memristive_study.figures.style",
    "memristive_study.report.choices",
    "memristive_study.report.ledger",
    "memristive_study.report.record",
    "memristive_study.report.sentences",
    "memristive_study.report.show",
    "memristive_study.report.summary",
    "memristive_study.report.validation",
    "memristive_study.results.outputs",
    "memristive_study.results.folder:Folder",
    "memristive_study.results.read:experiment",
)
SETUP = """import matplotlib
import pandas as pd

{imports}

matplotlib.rcParams.update(style.RC)
folder = Folder(results)
paper = papers.of(folder.config)
study = folder.study(paper)
frames = folder.read()
evidence = Evidence(frames, study)
sections = {{section.key: section for section in folder.sections(paper)}}
figures, tables = outputs.figures(sections.values()), outputs.tables(sections.values())"""


def build(folder: Folder, paper: Paper) -> NotebookNode:
    """The notebook of a study's folder, not yet run; its parameter `results` is the folder seen from itself."""
    study, frames = folder.study(paper), folder.read()
    sections = folder.sections(paper)
    workflow = [section for section in sections if section.key == outputs.WORKFLOW.key]
    cells = [
        v4.new_markdown_cell(HEAD.format(title=escape(folder.title))),
        _code('results = "."', "parameters"),
        _code(SETUP.format(imports="\n".join(_imports()))),
        _code("summary.summary(folder, evidence, list(sections.values()))"),
        *(cell for section in sections if section not in workflow for cell in _section(section, folder, study, frames)),
    ]
    if len(folder.claims):
        text = (
            "The paper's value, the study's value, the criterion, fixed beforehand unless it says so, and the verdict."
        )
        cells += [_heading("claims", "Claims ledger", text), _code("ledger.ledger(folder)")]
    if len(frames.get("parity", ())):
        text = "This project's engine and MemTorch, given the same weights and the same devices."
        cells += [
            _heading("validation", "Validation against MemTorch", text),
            _code("validation.validation(folder, evidence)"),
        ]
    cells += _choices(folder, study)
    cells += [cell for section in workflow for cell in _section(section, folder, study, frames)]
    cells += [
        _heading("environment", "Environment", "Machine and versions when the study ran."),
        _code("record.environment(folder, study)"),
        _heading("config", "Configuration", "All that was configured."),
        _code("record.configuration(folder)"),
    ]
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return v4.new_notebook(cells=cells, metadata=metadata)


def _imports() -> list[str]:
    """Import statements of what the cells use, one a package."""
    names: dict[str, list[str]] = {}
    for used in USED:
        package, _, name = used.rpartition(":" if ":" in used else ".")
        names.setdefault(package, []).append(name)
    return [f"from {package} import {', '.join(found)}" for package, found in names.items()]


def _section(section: Section, folder: Folder, study: Study, frames: Mapping[str, Any]) -> list[NotebookNode]:
    """Load, say, draw, tabulate."""
    said = [f'sections["{section.key}"].sentences(evidence)'] if section.findings is not None else []
    if section.key in folder.experiments:
        said.append(f'sentences.one_class(evidence, "{section.key}")')
        cells = _experiment(section, folder, study, frames[section.key])
    else:
        cells = [_heading(section.key, section.title)]
    if section.key == "data":
        said.append("record.notes(folder, study)")
    if said:
        cells.append(_code(f"show.sentences({' + '.join(said)})"))
    cells += [_figure(each, frames) for each in section.figures]
    cells += [_code(f'show.table(folder, tables["{each.name}"])') for each in section.tables]
    return cells


def _experiment(section: Section, folder: Folder, study: Study, frame: pd.DataFrame) -> list[NotebookNode]:
    """The fields that the experiment sweeps, its rows, and their mean accuracies."""
    fields = sweeps.swept(frame)
    networks = " and ".join(study.label(name) for name in study.ordered(frame["network"]))
    swept = ", ".join(f"`{name}`" for name in fields)
    text = f"The experiment `{section.key}` {f'sweeps {swept}' if swept else 'has one setting'}, on {networks}."
    several = [name for name in ("part", "semantics") if frame[name].nunique() > 1]
    keys = ", ".join(f'"{name}"' for name in ("network", *several, *fields))
    rows = f'frames["{section.key}"]'
    path = folder.file(section.key).relative_to(folder.path)
    return [
        _heading(section.key, section.title, text),
        _code(
            f'{rows} = experiment(folder.path / "{path}")\n'
            f'{rows}.groupby([{keys}], dropna=False)["accuracy"].agg(["mean", "std", "count"])',
            "data",
        ),
    ]


def _figure(figure: Figure, frames: Mapping[str, Any]) -> NotebookNode:
    """Draw a figure from its inputs; where one of these is not in the folder, show what the study saved."""
    if not set(figure.inputs) <= set(frames):
        return _code(f'show.figure(folder, figures["{figure.name}"])')
    module, _, function = outputs.reference(figure.draw).partition(":")
    named = ", ".join(f'"{name}": frames["{name}"]' for name in figure.inputs)
    return _code(
        f"from {module} import {function}\n\n"
        f"drawn = {function}({{{named}}}, study)\n"
        f'show.figure(folder, figures["{figure.name}"], drawn)'
    )


def _choices(folder: Folder, study: Study) -> list[NotebookNode]:
    """The choices, where alternatives were compared or a paper leaves them open."""
    compared = folder.has(folder.table("choices"))
    if not compared and not study.compared:
        return []
    text = "Points that the paper leaves open: the study's own choice, and alternatives where they were run."
    cells = [_heading("choices", "Choices left open", text)]
    if compared:
        cells.append(_code("choices.alternatives(folder)"))
    if folder.table("coherence").is_file():
        cells.append(_code("choices.together(folder)"))
    return [*cells, _code("choices.chosen(folder, evidence)")]


def _heading(key: str, title: str, text: str = "") -> NotebookNode:
    """The beginning of a part of the page, which has an entry in the contents."""
    return v4.new_markdown_cell(f"## {escape(title)}\n\n{text}".strip(), metadata={"section": key, "title": title})


def _code(source: str, *tags: str) -> NotebookNode:
    return v4.new_code_cell(source, metadata={"tags": list(tags)})

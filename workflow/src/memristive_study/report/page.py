"""Runs the notebook of a study and renders it as one HTML file that needs no network."""

import tempfile
from pathlib import Path

import nbformat
import papermill
from nbconvert import HTMLExporter

from memristive.core.files import write_text
from memristive_study.report import TEMPLATE, notebook
from memristive_study.results.folder import Folder
from memristive_study.results.paper import Paper


def make(results: str | Path, paper: Paper, ipynb: str | Path, html: str | Path) -> None:
    """Write a study's notebook, as it has run, and the page of what its cells show.

    Args:
        results: the study's folder, in which the notebook runs.
        paper: that the study is compared with.
    """
    folder = Folder(results)
    with tempfile.TemporaryDirectory() as place:
        source, executed = (Path(place) / name for name in ("source.ipynb", "executed.ipynb"))
        nbformat.write(notebook.build(folder, paper), source)
        papermill.execute_notebook(source, executed, kernel_name="python3", progress_bar=False, cwd=str(results))
        read = nbformat.read(executed, as_version=4)
    write_text(html, render(read, folder.title))
    write_text(ipynb, nbformat.writes(_clean(read)))


def render(read: nbformat.NotebookNode, title: str) -> str:
    """The page of a notebook that has run."""
    exporter = HTMLExporter(template_name=TEMPLATE.name, extra_template_basedirs=[str(TEMPLATE.parent)])
    text, _ = exporter.from_notebook_node(read, resources={"metadata": {"name": title}})
    return text


def _clean(read: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Without what papermill records of its run: times and paths of this machine."""
    read.metadata.pop("papermill", None)
    for cell in read.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    return read

"""The report of a study: what was run and found, every figure and table with where it came from.

`Report` makes HTML from a study's files; workflow/notebooks/report.ipynb shows it piece by piece and
`make` runs that notebook and renders it to one file that needs no network.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from memristive.core.errors import InputError
from memristive.core.files import read_json, write_text
from memristive_study import figures
from memristive_study.claims.claims import (
    COLUMNS,
    NOT_DECIDABLE,
    NOT_REPRODUCED,
    ONLY_WITH_DEFECT,
    REPRODUCED,
    Evidence,
)
from memristive_study.config.check import image_notes
from memristive_study.report import choice_table, markup, prose, tables
from memristive_study.results import outputs
from memristive_study.results.outputs import Section
from memristive_study.results.paper import Paper
from memristive_study.results.study import Study

MARKS = {REPRODUCED: "✓", ONLY_WITH_DEFECT: "!", NOT_REPRODUCED: "✗", NOT_DECIDABLE: "?"}
CLASSES = {REPRODUCED: "yes", ONLY_WITH_DEFECT: "defect", NOT_REPRODUCED: "no", NOT_DECIDABLE: "open"}


FOLDED = {"networks", "device_parameters"}  # long tables that a reader opens


class Report:
    """A study's files as HTML.

    Args:
        results: the study's folder.
        config: its configuration.
        provenance: what `provenance.record` gave when the study ran.
        study: its networks, its setting, and the paper that it is compared with.
    """

    def __init__(
        self, results: str | Path, config: Mapping[str, Any], provenance: Mapping[str, Any], study: Study
    ) -> None:
        self.results = Path(results)
        self.config = config
        self.provenance = provenance
        self.study = study
        self.networks = study.networks

    @classmethod
    def read(cls, results: str, config: str, provenance: str, study: str, paper: Paper) -> "Report":
        """From what a notebook is handed: a folder, two JSON files, the text that `Study.read` takes, the paper."""
        return cls(results, read_json(config), read_json(provenance), Study.read(study, paper))

    @cached_property
    def evidence(self) -> Evidence:
        """Everything the study has, by the names of `outputs`."""
        experiments = [name for name in self.experiments if (self._file(name)).is_file()]
        inputs: dict[str, Any] = {name: self._file(name) for name in experiments}
        for name in ("times", "curves", "hysteresis", "parity", "choices"):
            if self._file(name).is_file():
                inputs[name] = self._file(name)
        training = self.results / "training"
        inputs["selections"] = [path for n in self.networks if (path := training / n / "selection.json").is_file()]
        inputs["histories"] = [path for n in self.networks for path in sorted((training / n).glob("fold*/history.csv"))]
        names = dict.fromkeys(network.dataset for network in self.networks.values())
        inputs["datasets"] = [p for n in names if (p := self.results / "datasets" / f"{n}.npz").is_file()]
        return Evidence(figures.read_all({k: v for k, v in inputs.items() if v}), self.networks)

    def _file(self, name: str) -> Path:
        folder = {"parity": "validation", "curves": "devices", "hysteresis": "devices"}.get(name, "experiments")
        return self.results / folder / f"{'inference_time' if name == 'times' else name}.csv"

    @property
    def experiments(self) -> list[str]:
        """The experiments that the configuration asks for; where it is not known, the paper's and those there are."""
        known = dict.fromkeys([*self.study.paper.experiments, *outputs.experiments_in(self.results)])
        return list(self.config.get("run", {}).get("experiments", known))

    @cached_property
    def _all_sections(self) -> list[Section]:
        described = self.config.get("experiments", {})
        return outputs.sections({name: described.get(name, {}) for name in self.experiments}, self.study.paper)

    @cached_property
    def sections(self) -> list[Section]:
        """Those that this study has something for, but for the workflow."""
        return [
            section
            for section in self._all_sections
            if section.key != outputs.WORKFLOW.key
            and (
                any(self._png(figure.name).is_file() for figure in section.figures)
                or any(self._table(table.name).is_file() for table in section.tables)
            )
        ]

    @property
    def _workflow(self) -> outputs.Figure:
        return self._all_sections[-1].figures[0]

    def _png(self, name: str) -> Path:
        return self.results / "figures" / f"{name}.png"

    def _table(self, name: str) -> Path:
        return self.results / "tables" / f"{name}.csv"

    @cached_property
    def claims(self) -> pd.DataFrame:
        """The ledger; empty where no claims are judged."""
        path = self.results / "claims.csv"
        if not path.is_file() and not (self.study.paper.claims and self.study.compared):
            return pd.DataFrame(columns=list(COLUMNS))
        if not path.is_file():
            raise InputError(f"{path}: no such file; the rule claims writes it")
        return pd.read_csv(path, dtype=str).fillna("")

    @property
    def title(self) -> str:
        """Heading of the page."""
        return f"Study {self.config.get('study', self.results.name)}"

    def navigation(self) -> str:
        """Table of contents."""
        entries = [("summary", "Summary"), *((s.key, s.title) for s in self.sections)]
        if len(self.claims):
            entries.append(("claims", "Claims ledger"))
        if self._file("parity").is_file():
            entries.append(("validation", "Validation against MemTorch"))
        entries.append(("choices", "Choices left open"))
        if self._png(self._workflow.name).is_file():
            entries.append(("workflow", "The workflow"))
        entries += [("environment", "Environment"), ("config", "Configuration")]
        links = "".join(f'<li><a href="#{key}">{escape(title)}</a></li>' for key, title in entries)
        return f'<nav aria-label="Contents"><details open><summary>Contents</summary><ol>{links}</ol></details></nav>'

    def summary(self) -> str:
        """The first screen: what was run, the verdicts, three findings."""
        counts = self.claims["verdict"].value_counts()
        legend = "".join(
            f'<li><span class="mark {CLASSES[v]}">{MARKS[v]}</span> {escape(v)}: {counts.get(v, 0)}</li>' for v in MARKS
        )
        marks = "".join(
            f'<a class="mark {CLASSES[row.verdict]}" href="#claim-{escape(row.number)}" '
            f'title="{escape(f"{row.number}: {row.claim} {row.verdict}")}">{escape(row.number)}'
            f"<span>{MARKS[row.verdict]}</span></a>"
            for row in self.claims.itertuples()
        )
        findings = "".join(
            f"<li><strong>{escape(heading)}.</strong> {escape(text)}</li>" for heading, text in self._highlights()
        )
        verdicts = (
            f"<h2>The paper's {len(self.claims)} claims</h2>"
            f'<ul class="legend">{legend}</ul><div class="verdicts">{marks}</div>'
        )
        return (
            f'<header id="summary"><h1>{escape(self.title)}</h1>{markup.paragraph(self._what_was_run())}'
            f"{self._parity_notice()}"
            f'<h2>What matters</h2><ol class="findings">{findings or "<li>No experiment was run.</li>"}</ol>'
            f"{verdicts if len(self.claims) else ''}</header>"
        )

    def _highlights(self) -> list[tuple[str, str]]:
        """The findings that matter most: heading and sentence."""
        if self.study.paper.highlights:
            return outputs.resolve(self.study.paper.highlights)(self.evidence)
        sections = [section for section in self.sections if section.key in self.experiments]
        found = [(section.title, section.sentences(self.evidence)) for section in sections]
        return [(title, sentences[0]) for title, sentences in found if sentences][:3]

    def _what_was_run(self) -> str:
        names = ", ".join(network.label for network in self.networks.values())
        frames = [self.evidence.frames[name] for name in self.experiments if name in self.evidence.frames]
        evaluations = sum(len(frame) for frame in frames)
        settings = sum(len(frame.groupby(["network", "label"])) for frame in frames)
        images = sorted({int(n) for frame in frames for n in frame["images"].unique()})
        repeats = max((int(frame["repeat"].max()) + 1 for frame in frames), default=0)
        text = f"Networks: {names}. {len(frames)} experiments, {settings:,} settings, {evaluations:,} evaluations"
        if images:
            text += f" of {' or '.join(f'{n:,}' for n in images)} test images, up to {repeats} repeats a setting"
        training = self.config.get("training", {})
        epochs = training.get("settings", {}).get("epochs")
        if epochs is not None:
            text += f"; training of {epochs} epochs{self._folds(training)}"
        return f"{text}. Square brackets: 95 % intervals. {self._when()}"

    def _folds(self, training: Mapping[str, Any]) -> str:
        if training.get("pretrained"):
            return ", weights that came with the workflow"
        entries = self.config.get("networks", {})
        own = dict.fromkeys(entries.get(name, {}).get("folds", training.get("folds")) for name in self.networks)
        return f" and {' or '.join(map(str, own))} folds"

    def _when(self) -> str:
        commit = str(self.provenance.get("commit", ""))[:12] or "unknown"
        dirty = " with uncommitted changes" if self.provenance.get("uncommitted_changes") else ""
        date = f", {self.provenance['date']}" if self.provenance.get("date") else ""
        return f"Commit {commit}{dirty}, configuration {self.provenance.get('config_hash', 'unknown')}{date}."

    @cached_property
    def parity_passed(self) -> bool | None:
        """Whether every setting of the validation agreed with MemTorch; None without a validation."""
        parity = self.evidence.frames.get("parity")
        if parity is None or not len(parity):
            return None
        if "passed" in parity:
            return bool(parity["passed"].astype(str).str.lower().isin(("true", "1")).all())
        close = parity["max_abs_difference"] <= 1e-5 * parity["max_abs_logit"]
        return bool((close & parity["same_predictions"].astype(bool)).all())

    def _parity_notice(self) -> str:
        if self.parity_passed is False:
            return (
                '<p class="warning">The validation against MemTorch failed: results of semantics memtorch are not '
                'what MemTorch computes. <a href="#validation">Which settings differ</a></p>'
            )
        return ""

    def section(self, key: str) -> str:
        """Figures, tables and meaning of one part; empty where the study has nothing for it."""
        section = next((s for s in self.sections if s.key == key), None)
        if section is None:
            return ""
        meaning = section.sentences(self.evidence)
        if section.key == "data":
            used = [network.dataset for network in self.networks.values()]
            notes = image_notes(self.config.get("datasets", {}), used)
            meaning = [f"{name}: {note}" for name, note in notes.items()]
        if section.key in self.experiments:
            meaning += prose.one_class(self.evidence, section.key)
        parts = [markup.sentences(meaning)]
        parts += [self.figure(each.name) for each in section.figures if self._png(each.name).is_file()]
        parts += [self.table(each.name) for each in section.tables if self._table(each.name).is_file()]
        return self._section(section.key, section.title, "".join(parts))

    @staticmethod
    def _section(key: str, title: str, content: str) -> str:
        return f'<section id="{escape(key)}"><h2>{escape(title)}</h2>{content}</section>'

    def figure(self, name: str) -> str:
        """One figure with where it came from."""
        output = outputs.figures(self._all_sections)[name]
        shown = markup.figure(self._png(name), output.title, output.caption)
        return shown + self._origin("figure", self._png(name), figures.stamp(self._png(name)))

    def table(self, name: str) -> str:
        """One table with where it came from."""
        output, path = outputs.tables(self._all_sections)[name], self._table(name)
        shown = markup.table(pd.read_csv(path, dtype={"tile_shape": str}), output.title)
        if name in FOLDED:
            shown = markup.details("Show the table", shown)
        markdown = path.with_suffix(".md")
        stamp = tables.stamp(markdown) if markdown.is_file() else {}
        return f"<h3>{escape(output.title)}</h3>{shown}" + self._origin("table", path, stamp)

    def _origin(self, rule: str, path: Path, stamp: Mapping[str, str]) -> str:
        """Inputs, rule, command, commit and configuration; a notice where an input has changed since."""
        now = {name: self._now(name) for name in stamp}
        changed = [name for name, digest in stamp.items() if now[name] not in (None, digest)]
        gone = [name for name in stamp if now[name] is None]
        sources = ", ".join(stamp) if len(stamp) <= 4 else f"{', '.join(list(stamp)[:3])} and {len(stamp) - 3} more"
        options = self.provenance.get("options", "")
        command = " ".join(filter(None, ["snakemake --cores 1", options, str(path)]))
        notice = "".join(
            f'<p class="warning">{escape(text.format(_some(names)))}</p>'
            for text, names in (
                ("Made from another content of {} than there is now.", changed),
                ("Made from {}, not here any more: whether it still is the same cannot be told.", gone),
            )
            if names
        )
        return notice + markup.details(
            "Where this came from",
            markup.listing(
                [
                    ("file", str(path)),
                    ("drawn from", sources or "unknown: it carries no hashes"),
                    ("rule", rule),
                    ("rebuild", command),
                    ("state", self._when()),
                ]
            ),
        )

    def _now(self, name: str) -> str | None:
        """Hash of an input as it is now, also where the study's folder has been moved; None where it is gone."""
        parts = Path(name).parts
        places = [Path(name), *(self.results.joinpath(*parts[start:]) for start in range(1, len(parts)))]
        path = next((place for place in places if place.is_file()), None)
        return None if path is None else figures.hashes({"": path})[str(path)]

    def ledger(self) -> str:
        """Every claim with the paper's value, ours, criterion, verdict, reason; empty where none is judged."""
        if not len(self.claims):
            return ""
        lines = []
        for row in self.claims.itertuples():
            ours = "<br>".join(escape(text) for text in row.ours.split("; ")) if row.ours else ""
            reason = f"<br><em>{escape(row.reason)}</em>" if row.reason else ""
            reason += f"<br>Why: {escape(row.explanation)}" if row.explanation else ""
            lines.append(
                f'<tr id="claim-{escape(row.number)}"><td class="number">{escape(row.number)}</td>'
                f'<td><span class="mark {CLASSES[row.verdict]}">{MARKS[row.verdict]}</span> {escape(row.verdict)}'
                f"</td><td>{escape(row.claim)}<br><small>{escape(row.section)}; {escape(row.criterion)}</small>{reason}"
                f'</td><td data-label="paper">{escape(row.paper)}</td>'
                f'<td class="values" data-label="ours">{ours}</td></tr>'
            )
        head = "".join(
            f'<th scope="col">{name}</th>'
            for name in ("no.", "verdict", "claim; section; criterion, fixed beforehand", "paper", "ours")
        )
        markdown = self.results / "claims.md"
        content = (
            f'<div class="scroll ledger" tabindex="0" role="region" aria-label="Claims"><table><thead><tr>{head}</tr>'
            f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
            + self._origin("claims", self.results / "claims.csv", tables.stamp(markdown) if markdown.is_file() else {})
        )
        return self._section("claims", "Claims ledger", content)

    def validation(self) -> str:
        """Both engines on the same devices, setting by setting."""
        parity = self.evidence.frames.get("parity")
        if parity is None:
            return ""
        worst = float((parity["max_abs_difference"] / parity["max_abs_logit"]).max())
        codes, differing = int(parity["codes"].sum()), int(parity["codes_differing"].sum())
        agree = "agree" if self.parity_passed else "do not agree"
        text = (
            f"Both engines were given the same weights and the same devices in {len(parity)} settings, and {agree}: "
            f"the largest difference of a logit is {worst:.1e} of the largest logit, and {differing:,} of {codes:,} "
            "ADC codes differ."
        )
        meaning = markup.sentences(prose.predictions(self.evidence))
        shown = parity.copy()
        for column in shown.columns:
            if "difference" in column:
                shown[column] = shown[column].map(lambda value: f"{value:.1e}" if pd.notna(value) else "")
        table = markup.details(f"All {len(parity)} settings", markup.table(shown, "Validation against MemTorch"))
        origin = self._origin("collect_parity", self._file("parity"), figures.hashes({"parity": self._file("parity")}))
        return self._section(
            "validation",
            "Validation against MemTorch",
            self._parity_notice() + markup.paragraph(text) + meaning + table + origin,
        )

    def choices(self) -> str:
        """What the text leaves open: how far each alternative moves the result, and what was fixed."""
        path, content = self._table("choices"), ""
        compared = pd.read_csv(path, dtype={"value": str}) if path.is_file() else pd.DataFrame()
        if len(compared):
            likely = markup.sentences(choice_table.likely(compared))
            content = (
                markup.paragraph(
                    "What the paper does not say was chosen as the configuration explains; each alternative was run at "
                    "the points that it touches. Differences are from the study's own value, paired over the repeats, "
                    "which share their draws, and over the images."
                )
                + markup.sentences(choice_table.summary(compared))
                + (f"<h3>What the authors probably used</h3>{likely}" if likely else "")
                + markup.table(choice_table.for_readers(compared), "Alternatives to the study's choices")
                + self._origin("choices", path, tables.stamp(path.with_suffix(".md")))
            )
        setting, training = self.config.get("setting", {}), self.config.get("training", {})
        fixed = [
            ("epoch selected", training.get("checkpoint")),
            ("tuning", setting.get("tuning")),
            ("batch size of inference", setting.get("batch_size")),
            *(
                (f"normalisation of {name}", self.config.get("datasets", {}).get(name, {}).get("normalisation"))
                for name in dict.fromkeys(network.dataset for network in self.networks.values())
            ),
        ]
        retention = self.evidence.frames.get("retention")
        if retention is not None:
            times = ", ".join(f"{t:g} s" for t in sorted(retention["initial_time"].unique()))
            fixed.append(("initial time of the drift", times))
        listed = markup.listing([(name, str(value)) for name, value in fixed if value is not None])
        return self._section("choices", "Choices left open", f"{content}<h3>The study's own</h3>{listed}")

    def workflow(self) -> str:
        """The rule graph."""
        figure = self._workflow
        if not self._png(figure.name).is_file():
            return ""
        return self._section("workflow", "The workflow", self.figure(figure.name))

    def environment(self) -> str:
        """Machine and versions at run time."""
        machine = self.provenance.get("machine", {})
        entries = [
            ("state", self._when()),
            *((str(key), str(value)) for key, value in machine.items()),
            ("python", str(self.provenance.get("python", ""))),
            *((str(key), str(value)) for key, value in self.provenance.get("versions", {}).items()),
            *([("the paper's machine", self.study.paper.machine)] if self.study.paper.machine else []),
        ]
        return self._section("environment", "Environment", markup.listing(entries))

    def configuration(self) -> str:
        """The whole configuration."""
        text = json.dumps(self.config, indent=2, ensure_ascii=False)
        return self._section("config", "Configuration", f'<pre class="scroll" tabindex="0">{escape(text)}</pre>')


def _some(names: list[str]) -> str:
    """A few of many names."""
    return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"


def make(
    notebook: str | Path,
    template: str | Path,
    results: str | Path,
    config: str,
    provenance: str | Path,
    study: str,
    paper: str,
    html: str | Path,
) -> None:
    """Run the notebook on a study and write what it shows as one HTML file.

    Args:
        notebook: workflow/notebooks/report.ipynb.
        template: the folder of nbconvert's template beside it.
        config: the study's configuration, JSON.
        study: what `Study.read` takes, JSON.
        paper: key of the paper that it is compared with; empty for none.
    """
    import nbformat
    import papermill
    from nbconvert import HTMLExporter

    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "config.json"
        settings.write_text(config, encoding="utf-8")
        executed = Path(folder) / "report.ipynb"
        shutil.copy(notebook, Path(folder) / "source.ipynb")
        papermill.execute_notebook(
            Path(folder) / "source.ipynb",
            executed,
            {
                "results": str(results),
                "config": str(settings),
                "provenance": str(provenance),
                "study": study,
                "paper": paper,
            },
            kernel_name="python3",
            progress_bar=False,
            cwd=str(Path.cwd()),
        )
        read = nbformat.read(executed, as_version=4)
    template = Path(template)
    exporter = HTMLExporter(template_name=template.name, extra_template_basedirs=[str(template.parent)])
    title = f"Study {json.loads(config).get('study', Path(results).name)}"
    text, _ = exporter.from_notebook_node(read, resources={"metadata": {"name": escape(title)}})
    write_text(html, text)

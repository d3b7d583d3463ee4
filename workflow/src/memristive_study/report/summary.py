"""The first screen of a report: the extent of the study, the main findings, the verdicts on the paper's claims."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from memristive_study.claims.evidence import Evidence
from memristive_study.claims.verdicts import (
    CONSISTENT,
    DEPENDS_ON_CHOICE,
    DEPENDS_ON_NETWORK,
    NOT_DECIDABLE,
    NOT_REPRODUCED,
    ONLY_WITH_DEFECT,
    REPRODUCED,
)
from memristive_study.report import markup, validation
from memristive_study.report.markup import Html
from memristive_study.report.opening import opening
from memristive_study.report.origin import state
from memristive_study.results import outputs
from memristive_study.results.folder import Folder
from memristive_study.results.outputs import Section

MARKS = {
    REPRODUCED: "✓",
    ONLY_WITH_DEFECT: "!",
    CONSISTENT: "≈",
    DEPENDS_ON_CHOICE: "±",
    DEPENDS_ON_NETWORK: "~",
    NOT_REPRODUCED: "✗",
    NOT_DECIDABLE: "?",
}
CLASSES = {
    REPRODUCED: "yes",
    ONLY_WITH_DEFECT: "defect",
    CONSISTENT: "depends",
    DEPENDS_ON_CHOICE: "depends",
    DEPENDS_ON_NETWORK: "depends",
    NOT_REPRODUCED: "no",
    NOT_DECIDABLE: "open",
}
MOST_FINDINGS = 3


def summary(folder: Folder, evidence: Evidence, sections: Sequence[Section]) -> Html:
    """The extent of the study, a notice where the validation failed, main findings and verdicts, if there are any."""
    findings = "".join(
        f"<li><strong>{escape(heading)}.</strong> {escape(text)}</li>"
        for heading, text in main_findings(evidence, sections)
    )
    return Html(
        f'<header id="summary"><h1>{markup.title(folder.title)}</h1>{markup.paragraph(_what_was_run(folder, evidence))}'
        f"{validation.notice(evidence.frames.get('parity'))}"
        + opening(folder, evidence)
        + (f'<h2>Main findings</h2><ol class="findings">{findings}</ol>' if findings else "")
        + _verdicts(folder)
        + "</header>"
    )


def main_findings(evidence: Evidence, sections: Sequence[Section]) -> list[tuple[str, str]]:
    """Heading and sentence of the findings that the paper's folder chooses, else the first sentence of each section."""
    if evidence.study.paper.highlights:
        return outputs.resolve(evidence.study.paper.highlights)(evidence)[:MOST_FINDINGS]
    experiments = [section for section in sections if section.key in evidence.frames]
    found = [(section.title, section.sentences(evidence)) for section in experiments]
    return [(title, sentences[0]) for title, sentences in found if sentences][:MOST_FINDINGS]


def mark(verdict: str) -> str:
    """The sign of a verdict."""
    return f'<span class="mark {CLASSES[verdict]}">{MARKS[verdict]}</span>'


def _verdicts(folder: Folder) -> str:
    """A mark for each claim, which leads to its row in the ledger; nothing where none was judged."""
    claims = folder.claims
    if not len(claims):
        return ""
    counts = claims["verdict"].value_counts()
    legend = "".join(f"<li>{mark(verdict)} {escape(verdict)}: {counts.get(verdict, 0)}</li>" for verdict in MARKS)
    marks = "".join(
        f'<a class="mark {CLASSES[row.verdict]}" href="#claim-{escape(row.number)}" '
        f'title="{escape(f"{row.number}: {row.claim} {row.verdict}")}">{escape(row.number)}'
        f"<span>{MARKS[row.verdict]}</span></a>"
        for row in claims.itertuples()
    )
    words = markup.paragraph(
        f"Each mark leads to its row in the ledger. {ONLY_WITH_DEFECT.capitalize()}: as MemTorch computes the claim "
        f"holds, as meant it does not. {DEPENDS_ON_CHOICE.capitalize()}, {DEPENDS_ON_NETWORK}: it "
        f"holds with some and not with others. {NOT_DECIDABLE.capitalize()}: the study lacks the data, or an "
        "interval crosses the criterion."
    )
    heading = f"<h2>The paper's {len(claims)} claims</h2>"
    return f'{heading}<ul class="legend">{legend}</ul><div class="verdicts">{marks}</div>{words}'


def _what_was_run(folder: Folder, evidence: Evidence) -> str:
    names = ", ".join(network.label for network in evidence.networks.values())
    frames = [evidence.frames[name] for name in folder.experiments if name in evidence.frames]
    evaluations = sum(len(frame) for frame in frames)
    settings = sum(len(frame.groupby(["network", "label"])) for frame in frames)
    images = sorted({int(n) for frame in frames for n in frame["images"].unique()})
    repeats = max((int(frame["repeat"].max()) + 1 for frame in frames), default=0)
    text = f"Networks: {names}. " if names else ""
    counts = ((len(frames), "experiment"), (settings, "setting"), (evaluations, "evaluation"))
    text += ", ".join(f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in counts)
    if images:
        text += f" of {' or '.join(f'{n:,}' for n in images)} test images"
        text += f", up to {repeats} repeats a setting" if repeats > 1 else ""
    text += f"{_training(folder.config, evidence)}.{_devices(evidence)}"
    return f"{text} Square brackets: 95 % intervals. {state(folder)}"


def _training(config: Mapping[str, Any], evidence: Evidence) -> str:
    """Epochs and folds of the trainings; empty where the configuration does not say."""
    training, entries = config.get("training", {}), config.get("networks", {})
    common = training.get("settings", {}).get("epochs")
    own = (entries.get(name, {}) for name in evidence.networks)
    trained = [(e.get("training", {}).get("epochs", common), e.get("folds", training.get("folds"))) for e in own]
    epochs, folds = (list(dict.fromkeys(values)) for values in zip(*trained, strict=True)) if trained else ([], [])
    if not epochs or None in epochs:
        return ""
    text = f"; training of {' or '.join(map(str, epochs))} epochs"
    if training.get("pretrained"):
        return f"{text}, weights that came with the workflow"
    validated = " or ".join(f"{count} folds" if count else "no cross-validation" for count in folds)
    return text if None in folds else f"{text}, {validated}"


def _devices(evidence: Evidence) -> str:
    """The device that experiments start from, where the study's own record names it."""
    device = evidence.study.setting.device
    if device.name not in evidence.study.devices:
        return ""
    return f" Device: {evidence.label(device.name)}, {device.r_on:g} and {device.r_off:g} ohm."

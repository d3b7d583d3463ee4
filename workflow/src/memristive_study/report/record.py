"""The record of a study: notes on its images, machine and versions, its whole configuration."""

import json
from html import escape

from memristive_study.config.datasets import image_notes
from memristive_study.report import markup
from memristive_study.report.markup import Html
from memristive_study.report.origin import state
from memristive_study.results.folder import Folder
from memristive_study.results.study import Study


def notes(folder: Folder, study: Study) -> list[str]:
    """The configuration's notes on the images that the study's networks learned."""
    used = [network.dataset for network in study.networks.values()]
    return [f"{name}: {note}" for name, note in image_notes(folder.config.get("datasets", {}), used).items()]


def environment(folder: Folder, study: Study) -> Html:
    """Machine and versions at run time, and the machine of the paper that the study is compared with."""
    record = folder.provenance
    recorded = {**record.get("machine", {}), "python": record.get("python", ""), **record.get("versions", {})}
    if study.compared and study.paper.machine:
        recorded["the paper's machine"] = study.paper.machine
    texts = ((str(name), str(value)) for name, value in recorded.items())
    return Html(markup.listing([("state", state(folder)), *texts]))


def configuration(folder: Folder) -> Html:
    """The whole configuration."""
    text = json.dumps(folder.config, indent=2, ensure_ascii=False)
    return Html(f'<pre class="scroll" tabindex="0">{escape(text)}</pre>')

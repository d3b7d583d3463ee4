"""The origin of a figure or a table: inputs, rule, command, state; a notice where an input has changed since."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from memristive_study.report import markup
from memristive_study.results import sources
from memristive_study.results.folder import Folder

SHOWN = 3  # of many names


def origin(folder: Folder, rule: str, path: Path, stamp: Mapping[str, str]) -> str:
    """The folded details below a figure or a table.

    Args:
        rule: that makes it.
        path: of its file in the folder.
        stamp: hashes of what it was made from, by path; empty where it carries none.
    """
    now = {name: _now(folder, name) for name in stamp}
    changed = [name for name, digest in stamp.items() if now[name] not in (None, digest)]
    gone = [name for name in stamp if now[name] is None]
    notices = (
        ("Made from another content of {} than there is now", changed),
        ("Made from {}, not here any more, so that it cannot be told whether this is still the same", gone),
    )
    named = Path(folder.named) / path.relative_to(folder.path)
    command = ["snakemake --cores 1", folder.provenance.get("options", ""), str(named)]
    details = markup.details(
        "Where this came from",
        markup.listing(
            [
                ("file", str(named)),
                ("made from", _some(list(stamp)) or "unknown: it carries no hashes"),
                ("rule", rule),
                ("rebuild", " ".join(filter(None, command))),
                ("state", state(folder)),
            ]
        ),
    )
    return "".join(_notice(f"{text.format(_some(names))}: {path.name}.") for text, names in notices if names) + details


def state(folder: Folder) -> str:
    """Commit, configuration and date of a study, in a sentence."""
    record = folder.provenance
    commit = str(record.get("commit", ""))[:12] or "unknown"
    dirty = " with uncommitted changes" if record.get("uncommitted_changes") else ""
    date = f", {record['date']}" if record.get("date") else ""
    return f"Commit {commit}{dirty}, configuration {record.get('config_hash', 'unknown')}{date}."


def _notice(text: str) -> str:
    return f'<p class="warning">{escape(text)}</p>'


def _now(folder: Folder, name: str) -> str | None:
    """Hash of an input as it is now, also where the study's folder has been moved; None where it is gone."""
    parts = Path(name).parts
    places = [_root(folder) / name, *(folder.path.joinpath(*parts[start:]) for start in range(len(parts)))]
    path = next((place for place in places if place.is_file()), None)
    return None if path is None else sources.hashes({"": path})[str(path)]


def _root(folder: Folder) -> Path:
    """The folder that Snakemake ran in, by which it named files; the present one where the study has been moved."""
    place, named = folder.path.resolve().parts, Path(folder.named).parts
    return Path(*place[: -len(named)]) if place[-len(named) :] == named else Path()


def _some(names: Sequence[str]) -> str:
    """A few of many names."""
    shown = ", ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN + 1 else f"{shown} and {len(names) - SHOWN} more"

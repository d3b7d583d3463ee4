"""A study made ready to be committed: ``python -m memristive_study.results.publish results/mine results/published``.

Results and what led to them, without images, weights, logs and records of single evaluations.
"""

import csv
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from memristive.core.errors import InputError
from memristive.core.files import atomic_folder, read_json, write_csv, write_text
from memristive_study.config.datasets import image_notes
from memristive_study.runtime import measured
from memristive_study.runtime.complete import over

FILES = (
    "report.html",
    "claims.csv",
    "claims.md",
    "claims.sources.json",
    "provenance.json",
    "rulegraph.txt",
    "experiments/*.csv",
    "proofs/*.csv",
    "tables/*",
    "figures/*",
    "devices/*.csv",
    "validation/parity.csv",
    "training/*/*/history.csv",
    "training/*/*/summary.json",
    "training/*/selection.json",
)
NEEDED = ("report.html", "provenance.json", "validation/parity.csv")  # a ledger only where claims were judged
MOST_MIB = 20
BASE = Path(__file__).parents[4] / "config.yaml"  # over which Snakemake merges a study's configuration


def publish(study: str | Path, output: str | Path) -> list[Path]:
    """Write the folder `output` of a finished study, in place of what was there; paths of its files, sorted.

    Beside copies of the study's own files: `config.yaml`, all that was configured, to be run again as it is;
    `resources.csv`, jobs, memory and wall time by rule and network; `README.md`.

    Raises:
        InputError: the study is not finished, ran with uncommitted changes, or is larger than `MOST_MIB`; or
            `output` holds a study.
    """
    study, output = Path(study), Path(output)
    for name in NEEDED:
        if not (study / name).exists():
            raise InputError(f"{study / name}: missing; only a finished study can be published (snakemake ... all)")
    record = read_json(study / "provenance.json")
    if record["uncommitted_changes"] or not record["commit"]:
        raise InputError(f"{study / 'provenance.json'}: uncommitted_changes; nobody could run this study again")
    if study.resolve().is_relative_to(output.resolve()) or (output / "evaluations").exists():
        raise InputError(f"{output}: holds a study, which would be lost; expected a folder for the publication alone")
    with atomic_folder(output) as whole:
        for path in (found for pattern in FILES for found in study.glob(pattern)):
            copy = whole / path.relative_to(study)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        write_text(
            whole / "config.yaml", yaml.safe_dump(over(BASE, record["config"]), sort_keys=False, allow_unicode=True)
        )
        write_csv(whole / "resources.csv", measured.table(study), measured.COLUMNS)
        write_text(whole / "README.md", description(record, _varied(study), (study / "claims.md").is_file()))
        files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
        size = sum((whole / path).stat().st_size for path in files) / 2**20
        if size > MOST_MIB:
            raise InputError(f"{study}: {size:.1f} MiB to publish, expected at most {MOST_MIB} MiB")
    return [output / path for path in files]


def _varied(study: Path) -> list[str]:
    """The choices of the text that the study varied."""
    path = study / "tables" / "choices.csv"
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as stream:
        return list(dict.fromkeys(row["choice"] for row in csv.DictReader(stream)))


def description(record: Mapping[str, Any], varied: Sequence[str], judged: bool) -> str:
    """The study in words (Markdown), from its `provenance.json`, the choices that it varied, and if it has a ledger."""
    config = record["config"]
    networks = ", ".join(config["run"]["networks"])
    experiments = {
        name: [network for network in config["experiments"][name]["networks"] if network in config["run"]["networks"]]
        for name in config["run"]["experiments"]
    }
    weights = "from the weights that come with the workflow" if config["training"]["pretrained"] else "trained by it"
    used = [config["networks"][network]["dataset"] for network in config["run"]["networks"]]
    notes = [f"- {name}: {note}" for name, note in image_notes(config["datasets"], used).items()]
    ledger = "; `claims.md` is the ledger of the paper's claims" if judged else ""
    lines = [
        f"# The study `{config['study']}`",
        "",
        f"Networks {networks}, {weights}; {config['repeats']} repeats of each setting that draws at random.",
        *([f"Choices of the text that were varied: {', '.join(varied)}."] if varied else []),
        "",
        *(f"- {name}: {', '.join(of)}" for name, of in experiments.items()),
        "",
        "```",
        f"snakemake --cores 2 {record['options']} all".replace("  ", " "),
        "```",
        "",
        f"Commit {record['commit'][:12]}, {record['date']}, {record['machine']['processor']}, "
        f"torch {record['versions']['torch']}. `report.html` opens from disk and shows everything{ledger}. "
        "`config.yaml` is all that was configured, `resources.csv` what each rule took, `provenance.json` versions and "
        "machine. Accuracies are per cent, in `training/` proportions.",
        *(["", "Images:", "", *notes] if notes else []),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("error: two folders are needed: of a study, and the one to publish it in")
    try:
        files = publish(*sys.argv[1:])
    except InputError as error:
        sys.exit(f"error: {error}")
    print(f"{len(files)} files, {sum(path.stat().st_size for path in files) / 2**20:.1f} MiB: {sys.argv[2]}")

"""A copy of the repository's workflow, to run studies in and to edit."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from memristive.core import processor

REPOSITORY = Path(__file__).parents[1]


class Workflow:
    """A copy of the repository's workflow in a folder of its own."""

    def __init__(self, folder: Path, study: Path) -> None:
        self.folder = folder
        self.study = folder / study.name
        for name in ("Snakefile", "config.yaml", "workflow", "profiles", "envs"):
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            else:
                shutil.copy(source, folder / name)
        shutil.copy(study, self.study)
        self.results = folder / "results" / yaml.safe_load(study.read_text(encoding="utf-8"))["study"]

    def run(self, *arguments: str, cores: int = 2) -> subprocess.CompletedProcess:
        """Run Snakemake in the folder; its words are in stdout."""
        command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", self.study.name]
        return subprocess.run(
            [*command, "--", *arguments] if arguments and not arguments[0].startswith("-") else [*command, *arguments],
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            # As a user's: the jobs that need one arithmetic on every processor ask for it themselves.
            env={name: value for name, value in os.environ.items() if name not in processor.VARIABLES},
        )

    def would_run(self, target: str = "all", cores: int = 2) -> dict[str, int]:
        """Number of jobs a rule that a dry run announces, without `all` itself."""
        done = self.run("--dry-run", target, cores=cores)
        assert done.returncode == 0, done.stdout
        if "Nothing to be done" in done.stdout:
            return {}
        table = done.stdout.rsplit("Job stats:", 1)[1].split("\n\n")[0]
        counts = {rule: int(count) for rule, count in re.findall(r"^(\w+)\s+(\d+)$", table, re.MULTILINE)}
        assert counts.pop("total") == sum(counts.values())
        counts.pop("all", None)
        return counts

    def changed(self, target: str = "all") -> set[str]:
        """The rules of which a dry run says that the params of a job have changed, the code among them."""
        text = self.announced(target)
        found = re.search(r"params have changed since last execution:\n\s+(.*)", text)
        assert found or "Nothing to be done" in text, text
        return set(found[1].split(", ")) if found else set()

    def announced(self, target: str = "all") -> str:
        """The words of a dry run about each job."""
        return self.run("--dry-run", target).stdout

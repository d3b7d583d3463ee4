"""A copy of the workflow in which a small study was run from images to report, once for all tests here."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


class Workflow:
    """A copy of the repository's workflow in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("Snakefile", "config.yaml", "workflow", "profiles", "envs"):
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
            else:
                shutil.copy(source, folder / name)
        shutil.copy(Path(__file__).with_name("small_study.yaml"), self.study)

    @property
    def study(self) -> Path:
        return self.folder / "small_study.yaml"

    @property
    def results(self) -> Path:
        return self.folder / "results" / "small"

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

    def announced(self, target: str = "all") -> str:
        """What a dry run says of each job."""
        return self.run("--dry-run", target).stdout


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small study, complete."""
    workflow = Workflow(tmp_path_factory.mktemp("workflow"))
    done = workflow.run("all")
    assert done.returncode == 0, done.stdout[-8000:]
    return workflow


@pytest.fixture
def edited(finished: Workflow):
    """Edit a file of the finished study's copy; it is put back afterwards."""
    saved: dict[Path, str] = {}

    def edit(name: str, old: str, new: str) -> None:
        path = finished.folder / name
        text = path.read_text(encoding="utf-8")
        saved.setdefault(path, text)
        assert text.count(old) >= 1, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    yield edit
    for path, text in saved.items():
        path.write_text(text, encoding="utf-8")

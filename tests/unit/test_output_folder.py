"""Results are never written over what is published or what git tracks."""

import subprocess

import pytest

from memristive.core.errors import InputError
from memristive_study.runtime import output_folder


@pytest.fixture
def repository(tmp_path):
    """A repository with a published study, a script and a study that git does not track."""
    for name in ("results/published/config.yaml", "workflow/rules/a.smk", "results/mine/report.html"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    for command in (["init", "-q"], ["add", "results/published", "workflow"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def check(repository, results_dir, study):
    output_folder.check(str(repository / results_dir), study, repository)


def test_a_study_of_one_s_own(repository):
    check(repository, "results", "mine")
    check(repository, "results", "new")
    check(repository, "elsewhere", "new")


@pytest.mark.parametrize(
    ("results_dir", "study", "said"),
    [
        ("results", "published", r"study: published: .*results/published holds files that git tracks, such as config"),
        ("workflow", "rules", r"study: rules: .*workflow/rules holds files that git tracks, such as a.smk"),
        ("workflow", "new", r"results_dir: .*workflow: holds files that git tracks, such as rules/a.smk"),
        (".", "new", r"results_dir: .*: holds files that git tracks, such as results/published/config.yaml"),
        ("results/published", "new", r"results_dir: .*published: holds files that git tracks, such as config.yaml"),
    ],
)
def test_what_git_tracks_is_refused(repository, results_dir, study, said):
    with pytest.raises(InputError, match=said):
        check(repository, results_dir, study)


def test_a_link_to_it_is_refused_too(repository):
    (repository / "results" / "link").symlink_to(repository / "results" / "published")
    with pytest.raises(InputError, match=r"results/link holds files that git tracks"):
        check(repository, "results", "link")


def test_a_published_study_is_known_without_git(tmp_path):
    for name in output_folder.PUBLICATION:
        (tmp_path / "results" / "copy").mkdir(parents=True, exist_ok=True)
        (tmp_path / "results" / "copy" / name).write_text("")
    with pytest.raises(InputError, match=r"study: copy: .*results/copy holds a published study"):
        check(tmp_path, "results", "copy")


def test_those_of_this_repository(repository):
    """The names under which its publications are."""
    here = output_folder.Path(__file__).parents[2]
    for study in ("published", "six_epochs"):
        with pytest.raises(InputError, match=f"study: {study}: .*(holds a published study|git tracks)"):
            output_folder.check(str(here / "results"), study, here)

"""Which paper a study that ran is compared with, by what it recorded."""

import pytest

from memristive.core.errors import InputError
from memristive_study import papers
from memristive_study.results.paper import NO_PAPER


def test_a_study_from_before_papers_were_named_has_the_first():
    paper = papers.of({"study": "old", "repeats": 5})
    assert paper is papers.of({"study": "own", "paper": "souto_garnelo"}) is not NO_PAPER


def test_a_study_that_names_none_or_recorded_nothing_has_none():
    assert papers.of({"study": "own", "paper": None}) is papers.of({}) is NO_PAPER
    with pytest.raises(InputError, match="paper: foreign: unknown key"):
        papers.of({"paper": "foreign"})

"""No number of the README's results is written by hand."""

from memristive.readme import PUBLISHED, results, update


def test_results_are_those_of_the_published_study(repository):
    text = (repository / "README.md").read_text(encoding="utf-8")
    assert update(text, results(PUBLISHED)) == text

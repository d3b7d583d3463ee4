"""`snakemake --report` of a finished study: every figure and table with its caption, in its category."""

import yaml

from memristive_study import papers
from memristive_study.results import outputs


def test_it_builds_with_captions_and_categories(finished, repository):
    done = finished.run("--report", "snakemake_report.html")
    page = finished.folder / "snakemake_report.html"
    assert done.returncode == 0, done.stdout[-3000:]
    text = page.read_text(encoding="utf-8")
    for category in ("Figures", "Tables", "Claims", "Choices"):
        assert f'"{category}"' in text
    config = yaml.safe_load((repository / "config.yaml").read_text(encoding="utf-8"))
    figures = outputs.figures(outputs.sections(config["experiments"], papers.load(config["paper"])))
    drawn = [figures[path.stem] for path in (finished.results / "figures").glob("*.png")]
    assert len(drawn) > 10
    for figure in drawn:
        assert figure.title in text
    assert "Memristive inference, simulated on crossbars: the figures an" in text
    assert "what the paper reports" in text  # a caption
    assert "(ERROR/" not in done.stdout  # no sign in a caption is taken for markup

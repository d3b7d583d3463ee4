"""The choices that a paper leaves open: how far each alternative moves the result, and what the study chose."""

import pandas as pd

from memristive_study.claims.evidence import Evidence
from memristive_study.report import markup
from memristive_study.report.markup import Html
from memristive_study.report.origin import origin
from memristive_study.results import sources
from memristive_study.results.folder import Folder
from memristive_study.tables import coherence
from memristive_study.tables.choices import described


def alternatives(folder: Folder) -> Html:
    """Every alternative that was run, for a study that compared some."""
    path = folder.table("choices")
    compared = pd.read_csv(path, dtype={"value": str})
    return Html(
        markup.paragraph(
            "What the paper does not say was chosen as the configuration explains; each alternative was run at the "
            "points that it touches. Differences are from the study's own value, paired over the repeats, which share "
            "their draws, and over the images."
        )
        + markup.points(summary(compared))
        + markup.table(described(compared), "Alternatives to the study's choices")
        + origin(folder, "choices", path, sources.read(path))
    )


def together(folder: Folder) -> Html:
    """What the authors probably used: the choices judged by all claims together."""
    path = folder.table("coherence")
    frame = coherence.read(path)
    return Html(
        "<h3>What the authors probably used</h3>"
        + markup.points(coherence.sentences(frame))
        + markup.paragraph(
            "Columns are claims that hold with some choices and not with others. ✓, ✗, ?: whether a claim holds, does "
            "not or stays open with this value, all other choices being those of the best set (*)."
        )
        + markup.table(coherence.matrix(frame), "Choices and the claims that hold with them")
        + origin(folder, "coherence", path, sources.read(path))
    )


def chosen(folder: Folder, evidence: Evidence) -> Html:
    """The study's own choices."""
    config = folder.config
    setting, training, datasets = (config.get(key, {}) for key in ("setting", "training", "datasets"))
    used = dict.fromkeys(network.dataset for network in evidence.networks.values())
    values = [
        ("epoch selected", training.get("checkpoint")),
        ("tuning", setting.get("tuning.when")),
        ("batch size of inference", setting.get("arithmetic.batch_size")),
        *((f"normalisation of {name}", datasets.get(name, {}).get("normalisation")) for name in used),
    ]
    retention = evidence.frames.get("retention")
    if retention is not None:
        times = ", ".join(f"{seconds:g} s" for seconds in sorted(retention["initial_time"].unique()))
        values.append(("initial time of the drift", times))
    listed = markup.listing([(name, str(value)) for name, value in values if value is not None])
    return Html(f"<h3>The study's own choices</h3>{listed}")


def summary(frame: pd.DataFrame) -> list[str]:
    """One sentence a choice: where it moves the result most, and which value comes nearest to the paper there."""
    lines = []
    for choice, mine in frame.groupby("choice", sort=False):
        moved = mine.dropna(subset=["difference"])
        if not len(moved):
            continue
        most = moved.loc[moved["difference"].abs().idxmax()]
        text = (
            f"{choice.replace('_', ' ').capitalize()}: at most {abs(most['difference']):.2f} points, for "
            f"{most['value']} at {most['point'].replace('_', ' ')} ({most['network']}, {most['semantics']})"
        )
        near = mine[mine["nearest"].astype(bool) & (mine["point"] == most["point"])]
        near = near[near["network"] == most["network"]]
        if len(near):
            best = near.iloc[0]
            text += (
                f"; nearest to the paper's {best['paper']:.2f} % is {best['value']} with {best['accuracy']:.2f} % "
                f"({best['semantics']})"
            )
        lines.append(text + ".")
    return lines

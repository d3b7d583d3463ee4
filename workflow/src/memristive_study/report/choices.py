"""The choices that a paper leaves open: how far each alternative moves the result, and what the study chose."""

import pandas as pd

from memristive_study.claims.evidence import Evidence
from memristive_study.report import markup
from memristive_study.report.markup import Html
from memristive_study.report.origin import origin
from memristive_study.results import readings, sources
from memristive_study.results.folder import Folder
from memristive_study.tables.choices import described

TIED = 1.0  # points within which two values fit equally well


def alternatives(folder: Folder) -> Html:
    """Every alternative that was run, for a study that compared some."""
    path = folder.table("choices")
    compared = pd.read_csv(path, dtype={"value": str})
    probably = markup.points(likely(compared))
    return Html(
        markup.paragraph(
            "What the paper does not say was chosen as the configuration explains; each alternative was run at the "
            "points that it touches. Differences are from the study's own value, paired over the repeats, which share "
            "their draws, and over the images."
        )
        + markup.points(summary(compared))
        + (f"<h3>What the authors probably used</h3>{probably}" if probably else "")
        + markup.table(described(compared), "Alternatives to the study's choices")
        + origin(folder, "choices", path, sources.read(path))
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


def likely(frame: pd.DataFrame) -> list[str]:
    """One sentence a choice: which value the authors probably used, and how sure that is.

    A case is a point and network for which the paper has a number. A value fits where it comes nearest to that number,
    or within TIED points of the nearest; one that fits in all cases was probably used. The authors ran MemTorch on a
    GPU, so its semantics count where they were run, in their place those of MemTorch on a CPU.
    """
    lines = []
    for choice, mine in frame.dropna(subset=["from_paper"]).groupby("choice", sort=False):
        published = mine[mine["semantics"] == readings.published(mine["semantics"])]
        mine = published if len(published) else mine
        distances = mine.assign(off=mine["from_paper"].astype(float).abs()).pivot_table(
            index=["point", "network"], columns="value", values="off", sort=False
        )
        fits = distances.le(distances.min(axis=1) + TIED, axis=0)
        throughout = [str(value) for value in fits.columns[fits.all()]]
        cases = f"{len(fits)} case{'s' if len(fits) > 1 else ''}"
        if len(throughout) == len(fits.columns):
            text = "the paper's numbers do not tell the values apart"
        elif throughout:
            most = distances[throughout].min(axis=1).max()
            text = (
                f"probably {' or '.join(throughout)}, nearest to the paper in all of {cases}, though up to "
                f"{most:.1f} points off"
            )
        else:
            nearest = (
                f"{distances.loc[at].idxmin()} ({network}, {point})" for at in fits.index for point, network in [at]
            )
            text = f"cannot be said, for the nearest value is not the same everywhere: {', '.join(nearest)}"
        lines.append(f"{choice.replace('_', ' ').capitalize()}: {text.replace('_', ' ')}.")
    return lines

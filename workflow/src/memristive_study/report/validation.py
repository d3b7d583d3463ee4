"""The validation against MemTorch as a reader sees it: both engines on the same devices, setting by setting."""

import pandas as pd

from memristive_study.claims.evidence import Evidence
from memristive_study.report import markup
from memristive_study.report.markup import Html
from memristive_study.report.origin import origin
from memristive_study.results import sources
from memristive_study.results.folder import Folder


def passed(parity: pd.DataFrame | None) -> bool | None:
    """True if every setting of the validation agreed with MemTorch; None without a validation."""
    if parity is None or not len(parity):
        return None
    if "passed" in parity:
        return bool(parity["passed"].astype(str).str.lower().isin(("true", "1")).all())
    close = parity["max_abs_difference"] <= 1e-5 * parity["max_abs_logit"]
    return bool((close & parity["same_predictions"].astype(bool)).all())


def notice(parity: pd.DataFrame | None) -> str:
    """A warning where the validation failed."""
    if passed(parity) is not False:
        return ""
    return (
        '<p class="warning">The validation against MemTorch failed: results of semantics memtorch are not '
        'what MemTorch computes. <a href="#validation">Which settings differ</a></p>'
    )


def validation(folder: Folder, evidence: Evidence) -> Html:
    """The agreement of both engines, in all and setting by setting; for a study that has a validation."""
    parity = evidence.frames["parity"]
    worst = float((parity["max_abs_difference"] / parity["max_abs_logit"]).max())
    codes, differing = int(parity["codes"].sum()), int(parity["codes_differing"].sum())
    settings = f"{len(parity)} setting{'' if len(parity) == 1 else 's'}"
    apart = f"the largest difference of a logit is {worst:.1e} of the largest logit" if worst else "no logit differs"
    converted = f", and {differing:,} of {codes:,} ADC codes differ" if codes else ""
    text = (
        f"MemTorch's CPU build and this simulator's semantics memtorch were given the same weights and devices in "
        f"{settings}, and "
        f"{'agree' if passed(parity) else 'do not agree'}: {apart}{converted}."
    )
    shown = parity.copy()
    for column in shown.columns:
        if "difference" in column:
            shown[column] = shown[column].map(lambda value: f"{value:.1e}" if pd.notna(value) else "")
    path = folder.file("parity")
    return Html(
        notice(parity)
        + markup.paragraph(text)
        + markup.points(predictions(evidence))
        + markup.details(f"All {settings}", markup.table(shown, "Validation against MemTorch"))
        + origin(folder, "collect_parity", path, sources.hashes({"parity": path}))
    )


def predictions(evidence: Evidence) -> list[str]:
    """On how many images MemTorch itself was run, and on how many of them it predicts another class."""
    frame = evidence.frames.get("times")
    if frame is None or "predictions_differing" not in frame:
        return []
    rows = frame[frame["engine"] == "memtorch"].sort_values("images").groupby("network", sort=False).tail(1)
    return [
        f"{evidence.label(row.network)}: on {row.images:,} test images, tiles of {row.tile_shape}, MemTorch and "
        f"this project's engine predict another class for {row.predictions_differing:.0f}."
        for row in rows.itertuples()
    ]
